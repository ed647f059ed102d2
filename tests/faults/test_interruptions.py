"""Graceful stops, a database that is locked or throws everyone out, a killed worker process."""

from __future__ import annotations

import fcntl
import json
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import psutil
import psycopg
import pytest
import requests

from tests.faults.clients import ANSWER_SECONDS, Draft, Follower, Sender, wait_until
from tests.faults.truth import Truth
from tests.faults.workspace import Workspace, prepare
from tests.services.server import LiveServer

MakeServer = Callable[..., LiveServer]
STOP_SECONDS = 15


@contextmanager
def _locked(server: LiveServer) -> Iterator[Callable[[], None]]:
    """Hold SQLite's write lock, as another program may; yields what lets go of it."""
    file = server.data_dir / "enterprise-social.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield lambda: other.rollback()
    finally:
        other.close()


def _senders(server: LiveServer, workspace: Workspace, posts: int) -> list[Sender]:
    return [
        Sender(
            server.url,
            colleague,
            [
                Draft(
                    workspace.channel_ids[number % len(workspace.channel_ids)],
                    f"{n}-{number}",
                    f"pallet by{n}x{number}",
                )
                for number in range(posts)
            ],
        )
        for n, colleague in enumerate(workspace.colleagues)
    ]


def _check(truth: Truth, workspace: Workspace, senders: list[Sender]) -> None:
    confirmed = [one for sender in senders for one in sender.confirmed]
    assert [refusal for sender in senders for refusal in sender.refused] == []
    assert len(confirmed) == sum(len(sender.drafts) for sender in senders)
    for channel_id in workspace.channel_ids:
        here = Counter(one.body for one in confirmed if one.channel_id == channel_id)
        assert Counter(post["body"] for post in truth.posts(channel_id)) == here
        seqs = [change["seq"] for change in truth.log(channel_id)]
        assert seqs == list(range(1, truth.seq(channel_id) + 1))
    wait_until(lambda: truth.total("pallet") == len(confirmed), 30, "the index")


@contextmanager
def _truth(server: LiveServer, workspace: Workspace) -> Iterator[Truth]:
    truth = Truth(server.url, workspace.colleagues[0])
    try:
        yield truth
    finally:
        truth.close()


def test_a_stop_finishes_open_requests_and_tells_sockets_to_come_back(
    make_live_server: MakeServer,
) -> None:
    server = make_live_server()
    workspace = prepare(server, people=2, channels=1)
    server.start()
    (channel_id,) = workspace.channel_ids
    follower = Follower(server.url, workspace.colleagues[1], workspace.channel_ids).start()
    line = HTTPConnection("127.0.0.1", server.port, timeout=ANSWER_SECONDS)
    try:
        wait_until(lambda: follower.connections == 1, 10, "the socket")
        with _locked(server) as let_go:
            headers = {**workspace.colleagues[0].headers, "Content-Type": "application/json"}
            body = json.dumps({"body": "pallet at the gate"})
            line.request("POST", f"/api/v1/channels/{channel_id}/posts", body, headers)
            # Requests are taken in order: once this is answered, the post before it is served.
            requests.get(f"{server.url}/healthz", timeout=10).raise_for_status()
            server.process.signal(signal.SIGTERM, group=False)
            wait_until(lambda: bool(follower.goodbyes), 4, "the goodbye")
            let_go()
        answer = line.getresponse()
        post = json.loads(answer.read())
        assert answer.status == 201, "the open request was finished"
        assert server.process.popen.wait(STOP_SECONDS) == 0
        assert 0 < follower.goodbyes[0] <= 5_000
        server.start()
        wait_until(lambda: follower.reaches({channel_id: post["seq"]}), 10, "the catch-up")
        wait_until(lambda: follower.connections == 2, 10, "the coming back")
        assert follower.view == {channel_id: {post["id"]: "pallet at the gate"}}
        with _truth(server, workspace) as truth:
            assert [one["id"] for one in truth.posts(channel_id)] == [post["id"]]
            wait_until(lambda: truth.total("pallet") == 1, 20, "the index")
    finally:
        line.close()
        follower.stop()


def test_what_waited_at_a_stop_is_done_after_the_restart(make_live_server: MakeServer) -> None:
    server = make_live_server()
    workspace = prepare(server, people=2, channels=2)

    def waiting() -> int:
        other = sqlite3.connect(server.data_dir / "enterprise-social.db")
        try:
            # What is for later, such as mails of what nobody has seen by then, doesn't wait.
            due = "SELECT count(*) FROM outbox_jobs WHERE run_at <= datetime('now', '+2 seconds')"
            return int(other.execute(due).fetchone()[0])
        finally:
            other.close()

    server.start()  # makes the index
    assert server.stop() == 0
    with (server.data_dir / "worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # so that this server's worker never comes to its turn
        server.start()
        before = waiting()
        senders = _senders(server, workspace, 20)
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(30)
        assert waiting() - before >= 40
        assert server.stop() == 0
        assert waiting() - before >= 40
    server.start()
    wait_until(lambda: waiting() == 0, 20, "the outbox")
    with _truth(server, workspace) as truth:
        _check(truth, workspace, senders)


def test_a_lock_of_three_seconds_delays_posts_and_loses_none(make_live_server: MakeServer) -> None:
    server = make_live_server()
    workspace = prepare(server, people=8, channels=2)
    server.start()
    senders = _senders(server, workspace, 3)
    with _locked(server) as let_go:
        began = time.monotonic()
        timer = threading.Timer(3, let_go)
        timer.start()
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join(30)
        timer.join()
    assert time.monotonic() - began >= 3
    assert sum(sender.repeated for sender in senders) == 0, "they waited and were answered"
    with _truth(server, workspace) as truth:
        _check(truth, workspace, senders)


def test_a_lock_of_twenty_seconds_is_answered_503_and_the_repeated_post_is_there_once(
    make_live_server: MakeServer,
) -> None:
    server = make_live_server()
    workspace = prepare(server, people=6, channels=2)
    server.start()
    senders = _senders(server, workspace, 2)
    with _locked(server) as let_go, _truth(server, workspace) as truth:
        timer = threading.Timer(20, let_go)
        timer.start()
        for sender in senders:
            sender.start()
        wait_until(lambda: all(sender.told_to_wait for sender in senders), 18, "an answer to each")
        assert timer.is_alive()
        assert truth.posts(workspace.channel_ids[0]) == [], "reading goes on meanwhile"
        for sender in senders:
            sender.join(40)
        timer.join()
        for sender in senders:
            assert all(0 < seconds <= 30 for seconds in sender.told_to_wait)
        _check(truth, workspace, senders)


def test_a_killed_worker_process_is_replaced_and_nothing_is_lost(
    make_live_server: MakeServer,
) -> None:
    server = make_live_server()
    workspace = prepare(server, people=4, channels=2)
    server.start()
    senders = _senders(server, workspace, 60)
    for sender in senders:
        sender.start()
    wait_until(lambda: sum(len(s.confirmed) for s in senders) > 60, 30, "some posts")
    (child,) = psutil.Process(server.process.popen.pid).children()
    child.kill()
    for sender in senders:
        sender.join(60)
    assert server.running
    assert sum(sender.repeated for sender in senders) > 0
    with _truth(server, workspace) as truth:
        _check(truth, workspace, senders)


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_a_database_that_throws_everyone_out_costs_no_post(
    backend: str, make_live_server: MakeServer
) -> None:
    server = make_live_server(backend)
    workspace = prepare(server, people=4, channels=2)
    server.start()
    senders = _senders(server, workspace, 60)
    address = server.env["DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as other:
        for sender in senders:
            sender.start()
        for count in (40, 90, 150):
            reached = lambda least=count: sum(len(s.confirmed) for s in senders) >= least  # noqa: E731
            wait_until(reached, 30, "posts in between")
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    for sender in senders:
        sender.join(60)
    with _truth(server, workspace) as truth:
        _check(truth, workspace, senders)
