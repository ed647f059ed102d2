"""PostgreSQL or Redis is gone: no page breaks, people are told when to come again, and it ends."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psycopg
import pytest

from enterprise_social import create_app
from enterprise_social.config import DEFAULTS
from tests.faults.clients import wait_until
from tests.realtime.listeners import PythonListener, Refused
from tests.realtime.people import PASSWORD, Person, make_people
from tests.services.cluster import Cluster
from tests.services.cluster.needed import need_services
from tests.services.server import CHEAP_PASSWORDS

WRITERS = 4
CUTS = 6


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """One web process and one worker behind nginx."""
    need_services()
    environment = {**CHEAP_PASSWORDS, "RATE_LIMITS": "off"}
    with Cluster(tmp_path / "cluster", web=1, workers=1, environment=environment) as started:
        yield started


@pytest.mark.timeout(240)
def test_without_postgresql_or_redis_nothing_breaks(cluster: Cluster) -> None:
    (boss,) = make_people(cluster, "Boss", role="admin")
    with closing(browser(cluster, boss)) as signed_in, closing(boss.http) as by_token:
        addresses = every_address(cluster)
        assert len(addresses) > 200
        channel_id = boss.make_channel("through it all")
        cluster.kill("postgresql")
        begun = time.monotonic()
        check_away(signed_in, addresses)
        check_away(
            by_token, [each.removeprefix("/api/v1") for each in addresses if "/api/" in each]
        )
        assert time.monotonic() - begun < 60
        readiness = httpx.get(f"{cluster.url}/readyz")
        assert (readiness.status_code, readiness.json()["checks"]["redis"]) == (503, "ok")
        with pytest.raises(Refused):
            PythonListener(cluster.url, boss.auth).connected()
        size = log_size(cluster)
        cluster.start("postgresql")
        # Connections of before are noticed to be dead: nobody is told of them.
        for address in ("/", "/channels", "/search?q=word", "/people", "/admin"):
            assert signed_in.get(address, follow_redirects=True).status_code == 200, address
        wait_until(lambda: signed_in.get("/readyz").status_code == 200, 10, "readiness")
        assert size < 400_000, "an outage doesn't fill the disk with its log"

        everything_survives_lost_connections(cluster, boss, channel_id)
        redis_may_be_gone(cluster, boss, signed_in, channel_id)
    assert "unexpected error" not in cluster.logs()


def browser(cluster: Cluster, person: Person) -> httpx.Client:
    """Return a signed-in browser."""
    client = httpx.Client(base_url=cluster.url, timeout=40)
    token = client.get("/login").text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "email": person.email, "password": PASSWORD}
    assert client.post("/login", data=form).status_code in (302, 303)
    return client


def every_address(cluster: Cluster) -> list[str]:
    """Return an address of each route that is read."""
    settings = {name: cluster.env[name] for name in DEFAULTS if name in cluster.env}
    app = create_app({"TESTING": True, **settings})
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return sorted(re.sub(r"<[^>]+>", "1", rule.rule) for rule in rules)


def check_away(client: httpx.Client, addresses: list[str]) -> None:
    """Ask for all; whatever needs the database must say that it is away, and until when."""
    answers: Counter[int] = Counter()
    for address in addresses:
        answer = client.get(address)
        answers[answer.status_code] += 1
        assert answer.status_code < 500 or answer.status_code == 503, (address, answer.text[:300])
        if answer.status_code == 503 and address != "/readyz":
            assert answer.headers["Retry-After"] == "5", address
    assert answers[503] > len(addresses) / 2, answers


def log_size(cluster: Cluster) -> int:
    """Return how many bytes web process and worker have logged, but for the requests."""
    lines = (line for line in cluster.logs().splitlines() if '"message": "request"' not in line)
    return sum(map(len, lines))


def everything_survives_lost_connections(cluster: Cluster, boss: Person, channel_id: int) -> None:
    """Somebody ends the server's sessions under people who write: each is told, or has written."""
    answers: Counter[int] = Counter()
    stopping = threading.Event()

    def write(number: int) -> None:
        with httpx.Client(base_url=cluster.url, headers=boss.http.headers, timeout=40) as client:
            count = 0
            while not stopping.is_set():
                count += 1
                sent = {"body": f"{number}.{count}", "client_id": f"w{number}-{count}"}
                path = f"/api/v1/channels/{channel_id}/posts"
                answers[client.post(path, json=sent).status_code] += 1
                answers[client.get(path).status_code] += 1

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    ended = 0
    with psycopg.connect(cluster.admin_address, autocommit=True) as admin:
        for _cut in range(CUTS):
            wait_until(lambda least=answers[201] + 4: answers[201] >= least, 30, "more posts")
            row = admin.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = 'enterprise_social'"
            ).fetchone()
            ended += row[0] if row else 0
    stopping.set()
    for writer in writers:
        writer.join(40)
    assert ended >= CUTS
    assert set(answers) <= {200, 201, 503}, answers


def redis_may_be_gone(
    cluster: Cluster, boss: Person, signed_in: httpx.Client, channel_id: int
) -> None:
    """Sessions, posting, limits and who is connected here go on without Redis, and end well."""
    client = PythonListener(cluster.url, boss.auth).connected()
    try:
        cluster.kill("redis")
        post = boss.write(channel_id, "without Redis")
        client.wait("post_created", lambda data: data["post"]["id"] == post["id"])
        assert signed_in.get("/channels", follow_redirects=True).status_code == 200
        assert client.emit("typing", {"channel_id": channel_id}) == {"ok": True}
        assert signed_in.get("/readyz").status_code == 503
        cluster.start("redis")
        wait_until(lambda: signed_in.get("/readyz").status_code == 200, 20, "readiness")
        last = boss.write(channel_id, "with it again")
        client.wait("post_created", lambda data: data["post"]["id"] == last["id"])
    finally:
        client.close()
