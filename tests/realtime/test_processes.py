"""Two web processes and a worker behave as one: what is done at one is seen at the other."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest

from enterprise_social.core.settings import LOOK_EVERY_SECONDS
from tests.realtime.conftest import Listen
from tests.realtime.deployment import Deployment, WebProcess
from tests.realtime.listeners import Refused, settled
from tests.realtime.people import PASSWORD, Person, make_people
from tests.realtime.stalled import holds_nobody_up
from tests.services.postgres import Cluster
from tests.services.redis import RedisServer
from tests.services.schema import TEMPLATE
from tests.services.server import LiveServer

# What a person takes for 'at once'; posting to delivery takes some ten milliseconds.
AT_ONCE = 1.0


@dataclass
class House:
    """The deployment, its Redis, and two people who are each at one of the processes."""

    deployment: Deployment
    redis: RedisServer
    ada: Person
    ben: Person
    boss: Person
    database: str

    @property
    def far_ben(self) -> Person:
        """Ben at the second process."""
        return Person(
            self.ben.id, self.ben.email, self.ben.token, self.deployment.second.url, self.ben.http
        )


@pytest.fixture(scope="module")
def house(postgres_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One deployment for all tests of this file."""
    folder = tmp_path_factory.mktemp("house")
    redis = RedisServer(folder)
    name = f"house_{folder.name.replace('-', '_')}_{redis.port}"
    postgres_cluster.create(name, TEMPLATE)
    url = postgres_cluster.url(name)
    server = LiveServer(folder / "data", {"DATABASE_URL": url, "REDIS_URL": redis.url})
    people = make_people(server, "Ada", "Ben")
    (boss,) = make_people(server, "Boss", role="admin")
    deployment = Deployment(server)
    at_first = [person.at(deployment.first.url) for person in (*people, boss)]
    yield House(deployment, redis, *at_first, database=url.replace("+psycopg", ""))
    for person in (*people, boss, *at_first):
        person.http.close()
    codes = deployment.stop()
    redis.stop()
    postgres_cluster.drop(name)
    assert codes == [0, 0, 0]
    assert "Traceback" not in deployment.logs()


@pytest.mark.parametrize("form", ["json", "html"])
def test_a_post_sent_to_one_process_reaches_the_clients_of_the_other(
    house: House, listen_in_python: Listen, form: str
) -> None:
    channel_id = house.ada.make_channel(f"across {form}", house.ben)
    client = listen_in_python(house.far_ben, format=form)
    begun = time.monotonic()
    post = house.ada.write(channel_id, "from the first to the second")
    name = "post_created" if form == "json" else "live"
    heard = client.wait(name, lambda data: data["seq"] == post["seq"])
    assert time.monotonic() - begun < AT_ONCE
    if form == "json":
        assert heard["post"]["id"] == post["id"]
    else:
        assert f'data-post="{post["id"]}"' in heard["ops"][0]["html"]
    # The joining before it may still be on its way when the client has connected.
    same = [
        d for d in client.events(name) if (d["channel_id"], d["seq"]) == (channel_id, post["seq"])
    ]
    assert len(same) == 1


def test_an_order_at_one_process_is_the_order_at_the_other(
    house: House, listen_in_python: Listen
) -> None:
    channel_id = house.ada.make_channel("in order", house.ben)
    client = listen_in_python(house.far_ben)
    posts = [house.ada.write(channel_id, f"number {number}") for number in range(40)]
    client.wait("post_created", lambda data: data["seq"] == posts[-1]["seq"])
    numbers = [d["seq"] for d in client.events("post_created") if d["channel_id"] == channel_id]
    assert numbers == [post["seq"] for post in posts]


def test_typing_is_told_across_and_not_back(house: House, listen_in_python: Listen) -> None:
    channel_id = house.ada.make_channel("typing across", house.ben)
    here, there = listen_in_python(house.ada), listen_in_python(house.far_ben)
    assert here.emit("typing", {"channel_id": channel_id}) == {"ok": True}
    assert there.wait("typing")["user_id"] == house.ada.id
    assert here.events("typing") == []


def test_who_is_taken_out_at_one_hears_nothing_more_at_the_other(
    house: House, listen_in_python: Listen
) -> None:
    """Also what is posted at the other process, which hears of the removal a moment later."""
    outside = house.ada.make_channel("beside", house.ben)
    ada_there = house.ada.at(house.deployment.second.url)
    with closing(ada_there.http):
        for round_number in range(8):
            channel_id = house.ada.make_channel(f"out {round_number}", house.ben, kind="private")
            client = listen_in_python(house.far_ben)
            before = house.ada.write(channel_id, "for both")
            client.wait("post_created", lambda data, seq=before["seq"]: data["seq"] == seq)
            house.ada.call("DELETE", f"/channels/{channel_id}/members/{house.ben.id}")
            ada_there.write(channel_id, "at the other process, at once")
            house.ada.write(channel_id, "and at this one")
            fence = ada_there.write(outside, "the end")
            client.wait(
                "post_created",
                lambda d, seq=fence["seq"]: d["channel_id"] == outside and d["seq"] == seq,
            )
            client.wait("membership_changed", lambda data: data.get("state") == "left")
            heard = [
                d["seq"] for d in client.events("post_created") if d["channel_id"] == channel_id
            ]
            assert heard == [before["seq"]]
            client.close()


def test_a_sign_in_at_one_process_is_good_at_the_other(house: House) -> None:
    made = house.ada.call("POST", "/tokens", name="made at the first")
    headers = {"Authorization": f"Bearer {made['token']}"}
    there = f"{house.deployment.second.url}/api/v1/me"
    assert httpx.get(there, headers=headers).status_code == 200
    house.ada.call("DELETE", f"/tokens/{made['id']}")
    assert httpx.get(there, headers=headers).status_code == 401


def test_a_browser_session_is_shared(house: House) -> None:
    with httpx.Client(follow_redirects=True) as browser:
        page = browser.get(f"{house.deployment.first.url}/login").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"csrf_token": token, "email": house.ada.email, "password": PASSWORD}
        answer = browser.post(f"{house.deployment.first.url}/login", data=form)
        assert (answer.status_code, answer.url.path) == (200, "/")
        # The cookie is the host's, whatever the port.
        assert browser.get(f"{house.deployment.second.url}/channels").url.path == "/channels"


def test_deactivation_at_one_process_closes_sockets_at_the_other_within_a_second(
    house: House, listen_in_python: Listen
) -> None:
    (carl,) = make_people(house.deployment.server, "Carl")
    carl.http.close()
    carl.url = house.deployment.second.url
    clients = [listen_in_python(carl, format=form) for form in ("json", "html")]
    with httpx.Client(follow_redirects=True, base_url=house.deployment.first.url) as browser:
        page = browser.get("/login").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"csrf_token": token, "email": house.boss.email, "password": PASSWORD}
        assert browser.post("/login", data=form).url.path == "/"
        page = browser.get("/admin/people").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        begun = time.monotonic()
        done = browser.post(f"/admin/people/{carl.id}/deactivation", data={"csrf_token": token})
        assert done.status_code == 200
    for client in clients:
        client.wait("disconnect", seconds=2)
    assert time.monotonic() - begun < AT_ONCE + 1
    with pytest.raises(Refused):
        listen_in_python(carl)


def test_the_worker_is_woken_by_a_web_process(house: House) -> None:
    channel_id = house.ada.make_channel("found at once")
    waits = []
    with psycopg.connect(house.database, autocommit=True) as database:
        for number in range(5):
            house.ada.write(channel_id, f"wordnumber{number}")
            waits.append(settled(lambda: _jobs(database) == 0, 5, "the jobs of a post"))
    # Unwoken it looks once a second: five in a row would take far longer.
    assert sum(waits) < 2.5, waits


def _jobs(database: psycopg.Connection[tuple[int]]) -> int:
    row = database.execute("SELECT count(*) FROM outbox_jobs WHERE run_at <= now()").fetchone()
    assert row is not None
    return row[0]


def test_everything_goes_on_while_and_after_redis_restarts(
    house: House, listen_in_python: Listen, tmp_path: Path
) -> None:
    channel_id = house.ada.make_channel("through an outage", house.ben)
    private = house.ada.make_channel("lost meanwhile", house.ben, kind="private")
    here = listen_in_python(house.ada)
    there = listen_in_python(house.far_ben)
    known = there.wait("ready")["channels"][str(channel_id)]
    port = house.redis.port
    house.redis.stop()
    posts = [house.ada.write(channel_id, f"meanwhile {number}") for number in range(3)]
    here.wait("post_created", lambda data: data["post"]["id"] == posts[-1]["id"])
    house.ada.call("DELETE", f"/channels/{private}/members/{house.ben.id}")
    with httpx.Client() as probe:
        assert probe.get(f"{house.deployment.first.url}/healthz").status_code == 200
    house.redis = RedisServer(tmp_path, port)
    # The far process looks at everything anew, and says where its channels stand.
    there.wait("ready", lambda data: data["channels"].get(str(channel_id)) == posts[-1]["seq"])
    missed = house.ben.events_after(channel_id, known)
    assert [item["post_id"] for item in missed] == [post["id"] for post in posts]
    assert str(private) not in there.events("ready")[-1]["channels"]
    house.ada.write(private, "after the outage")
    # Until the process that she is connected to tells again, `ready` says what was missed.
    for _attempt in range(8):
        last = house.ada.write(channel_id, "live again")
        with suppress(TimeoutError):
            there.wait("post_created", lambda data: data["post"]["id"] == last["id"], 3)  # noqa: B023
            break
    assert last["id"] in [each["post"]["id"] for each in there.events("post_created")]
    assert [d for d in there.events("post_created") if d["channel_id"] == private] == []


def test_a_stopping_process_tells_its_clients_to_come_back(
    house: House, listen_in_python: Listen, tmp_path: Path
) -> None:
    extra = WebProcess(house.deployment.server.env, tmp_path / "extra.log")
    extra.wait_ready()
    there = house.ben.at(extra.url)
    there.http.close()
    client, polling = (listen_in_python(there, transport=t) for t in ("websocket", "polling"))
    begun = time.monotonic()
    assert extra.process.stop() == 0
    assert time.monotonic() - begun < 10
    assert client.wait("bye", seconds=1)["retry_in_ms"] > 0
    for each in (client, polling):
        each.wait("disconnect", seconds=5)


def test_a_setting_changed_at_one_process_is_in_force_at_the_other(house: House) -> None:
    """The second has read its settings before, so only being told of the change explains it."""
    first, second = house.deployment.first.url, house.deployment.second.url
    assert "Two Quays" not in httpx.get(f"{second}/login").text
    with httpx.Client(base_url=first) as browser:
        page = browser.get("/login").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"email": house.boss.email, "password": PASSWORD, "csrf_token": token}
        assert browser.post("/login", data=form).status_code == 303
        page = browser.get("/admin/organisation").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"name": "Two Quays", "csrf_token": token}
        assert browser.post("/admin/organisation", data=form).status_code == 303
    begun = time.monotonic()
    # Well before it would look by itself.
    while "Two Quays" not in httpx.get(f"{second}/login").text:
        assert time.monotonic() - begun < LOOK_EVERY_SECONDS - 1
        time.sleep(0.02)


def test_a_client_that_stops_reading_is_let_go_and_holds_nobody_up(
    house: House, listen_in_python: Listen
) -> None:
    channel_id = house.ada.make_channel("stalled", house.ben)
    holds_nobody_up(house.ada, house.far_ben, listen_in_python(house.far_ben), channel_id)
