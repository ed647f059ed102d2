"""The set-up of ``deploy/`` as a whole: nginx before two web processes, one of which may die."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import httpx
import pytest

from tests.faults.clients import Draft, Follower, Sender, wait_until
from tests.faults.truth import Truth
from tests.faults.workspace import Colleague, Workspace, prepare
from tests.realtime.people import PASSWORD, make_people
from tests.services.cluster import Cluster
from tests.services.cluster.needed import need_services
from tests.services.server import CHEAP_PASSWORDS, ROOT

POSTS = 150
PEOPLE = 14  # so that never all of them belong to one process


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """The services, started from the files under deploy/."""
    need_services()
    unlimited = {**CHEAP_PASSWORDS, "RATE_LIMITS": "off"}
    with Cluster(tmp_path / "cluster", environment=unlimited) as started:
        yield started


@pytest.mark.timeout(240)
def test_processes_die_and_are_restarted_and_nobody_misses_anything(cluster: Cluster) -> None:
    workspace = prepare(cluster, people=PEOPLE, channels=1)
    _pages_and_files(cluster)
    polling, by_socket = _at_different_processes(cluster, workspace)
    sender = Sender(cluster.url, workspace.colleagues[0], _drafts(workspace))
    truth = Truth(cluster.url, workspace.colleagues[0])
    reader = Reader(cluster.url, polling)
    followers = [
        Follower(cluster.url, polling, workspace.channel_ids, "polling").start(),
        Follower(cluster.url, by_socket, workspace.channel_ids).start(),
    ]
    try:
        for thread in (reader, sender):
            thread.start()
        wait_until(lambda: len(sender.confirmed) >= POSTS // 10, 60, "the first posts")
        dead = _process_of(cluster, polling)
        cluster.kill("web", dead)
        begun = time.monotonic()
        wait_until(lambda: len(sender.confirmed) >= POSTS // 5, 60, "posts by the one that is left")
        wait_until(lambda: followers[0].connections >= 2, 30, "its client comes back")
        took = time.monotonic() - begun
        cluster.start("web", dead)
        _until_nginx_asks(cluster, dead, polling)
        for index, whose in enumerate((polling, by_socket)):  # as in an update
            cluster.restart("web", index)
            _until_nginx_asks(cluster, index, whose)
        sender.join(60)
        reader.stop()
        _everybody_has_everything(truth, workspace, sender, followers)
    finally:
        reader.stop()
        for follower in followers:
            follower.stop()
        truth.close()
    assert took < 15
    # What nginx can hand over it hands over: whoever reads notices nothing.
    assert set(reader.statuses) == {200}, reader.statuses
    assert reader.slowest < 5
    assert all(wait == 5 for wait in sender.told_to_wait)
    statuses = cluster.close()
    assert statuses == {role: [0] * len(found) for role, found in statuses.items()}
    assert "Traceback" not in cluster.logs()


def _pages_and_files(cluster: Cluster) -> None:
    (ada,) = make_people(cluster, "Ada")
    ada.http.close()
    with httpx.Client(base_url=cluster.url, follow_redirects=True) as browser:
        page = browser.get("/login")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"csrf_token": token, "email": ada.email, "password": PASSWORD}
        entered = browser.post("/login", data=form)
        assert (entered.status_code, entered.url.path) == (200, "/")
        for name in ("X-Content-Type-Options", "Content-Security-Policy", "Cache-Control"):
            assert len(entered.headers.get_list(name)) == 1, name
        style = entered.text.split('rel="stylesheet" href="')[1].split('"')[0]
        _comes_from_the_disk(browser, style)
        other_version = browser.get(style.partition("?")[0] + "?v=0123456789ab")
        assert other_version.headers["Cache-Control"] == "no-cache"
        assert browser.get("/static/../environment.example").status_code == 404
        assert browser.get(f"/static/css/base.css?v={'../' * 4}etc").status_code == 200
        assert browser.get("/metrics").status_code == 404
    connection = HTTPConnection(cluster.url.removeprefix("http://"), timeout=10)
    connection.putrequest("POST", "/channels/1/posts")
    connection.putheader("Content-Length", str(102 * 1024 * 1024))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def _comes_from_the_disk(browser: httpx.Client, address: str) -> None:
    with browser.stream("GET", address, headers={"Accept-Encoding": "gzip"}) as compressed:
        raw = b"".join(compressed.iter_raw())
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert compressed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert compressed.headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Request-ID" not in compressed.headers, "not by the program"
    plain = browser.get(address, headers={"Accept-Encoding": "identity"})
    assert gzip.decompress(raw) == plain.content
    assert plain.headers.get_list("Cache-Control") == [compressed.headers["Cache-Control"]]


def _drafts(workspace: Workspace) -> list[Draft]:
    return [
        Draft(workspace.channel_ids[0], f"across-{number}", f"number {number}")
        for number in range(POSTS)
    ]


def _process_of(cluster: Cluster, colleague: Colleague) -> int:
    """Return at which web process somebody is, as nginx's log has it."""
    mark = f"mark{time.monotonic_ns()}"
    headers = {**colleague.headers, "X-Request-ID": mark}
    assert httpx.get(f"{cluster.url}/api/v1/me", headers=headers).status_code == 200
    log = cluster.folder / "nginx-access.log"
    wait_until(lambda: mark in log.read_text(), 10, "nginx's log")
    line = next(line for line in log.read_text().splitlines() if mark in line)
    return cluster.web_urls.index(f"http://{json.loads(line)['process'].split()[-1]}")


def _until_nginx_asks(cluster: Cluster, index: int, whose: Colleague) -> None:
    """Wait until nginx has seen that the process which ``whose`` requests belong to is back."""
    wait_until(lambda: _process_of(cluster, whose) == index, 20, "nginx asks it again")


def _at_different_processes(cluster: Cluster, workspace: Workspace) -> tuple[Colleague, Colleague]:
    places = {_process_of(cluster, each): each for each in workspace.colleagues[1:]}
    assert set(places) == {0, 1}, "all of them at one process"
    return places[0], places[1]


def _everybody_has_everything(
    truth: Truth, workspace: Workspace, sender: Sender, followers: list[Follower]
) -> None:
    assert sender.refused == []
    (channel_id,) = workspace.channel_ids
    ends = {channel_id: truth.seq(channel_id)}
    posts = truth.posts(channel_id)
    assert [post["body"] for post in posts] == [draft.body for draft in sender.drafts]
    for follower in followers:
        wait_until(lambda follower=follower: follower.reaches(ends), 20, "the views' catch-up")
        assert follower.disorder == []
        assert follower.view[channel_id] == {post["id"]: post["body"] for post in posts}
        assert list(follower.view[channel_id]) == [post["id"] for post in posts]


class Reader(threading.Thread):
    """Somebody who asks again and again, and notes what is answered and how soon."""

    def __init__(self, url: str, colleague: Colleague) -> None:
        super().__init__(daemon=True)
        self.statuses: Counter[int] = Counter()
        self.slowest = 0.0
        self._http = httpx.Client(base_url=url, headers=colleague.headers, timeout=30)
        self._stopping = threading.Event()

    def run(self) -> None:
        """Ask until stopped."""
        while not self._stopping.wait(0.02):
            begun = time.monotonic()
            self.statuses[self._http.get("/api/v1/channels").status_code] += 1
            self.slowest = max(self.slowest, time.monotonic() - begun)
        self._http.close()

    def stop(self) -> None:
        """End it; a second time nothing happens."""
        self._stopping.set()
        self.join(30)


RUNNER = """
import sys, time
from pathlib import Path
from tests.services.cluster import Cluster
with Cluster(Path(sys.argv[1]), web=1, workers=1) as cluster:
    print(*(pid for pids in cluster.processes().values() for pid in pids), flush=True)
    time.sleep(600)
"""


@pytest.mark.timeout(120)
def test_nothing_is_left_of_a_cluster_whose_runner_was_killed(tmp_path: Path) -> None:
    need_services()
    runner = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with runner:
        assert runner.stdout is not None
        started = [int(pid) for pid in runner.stdout.readline().split()]
        runner.kill()
    assert len(started) > 8
    wait_until(lambda: not any(_alive(pid) for pid in started), 20, "the end of its processes")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Ended, though nobody has asked for its status yet.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
