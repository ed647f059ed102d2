"""Presence over real sockets: in the one process of the default set-up, and in two with Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from enterprise_social.core.clock import now, rfc3339
from tests.realtime.conftest import Listen
from tests.realtime.deployment import Deployment
from tests.realtime.listeners import Listener
from tests.realtime.people import Person, make_people
from tests.services.redis import RedisServer
from tests.services.schema import TEMPLATE
from tests.services.server import LiveServer


@dataclass(frozen=True)
class Place:
    """Two people, each with the process that they are connected to."""

    ada: Person
    ben: Person


@pytest.fixture(scope="module", params=["one process", "two processes"])
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("presence")
    if request.param == "one process":
        company = request.getfixturevalue("company")
        yield Place(company.ada, company.ben)
        return
    cluster = request.getfixturevalue("postgres_cluster")
    redis = RedisServer(folder)
    name = f"presence_{redis.port}"
    cluster.create(name, TEMPLATE)
    server = LiveServer(
        folder / "data", {"DATABASE_URL": cluster.url(name), "REDIS_URL": redis.url}
    )
    people = make_people(server, "Ada", "Ben")
    deployment = Deployment(server)
    ada, ben = people[0].at(deployment.first.url), people[1].at(deployment.second.url)
    yield Place(ada, ben)
    for person in (*people, ada, ben):
        person.http.close()
    codes = deployment.stop()
    redis.stop()
    cluster.drop(name)
    assert codes == [0, 0, 0]
    assert "Traceback" not in deployment.logs()


def told(person: Person, **facts: Any) -> Callable[[Any], bool]:
    """Whether a message says this of somebody."""

    def fits(data: Any) -> bool:
        return any(
            one["user_id"] == person.id and all(one[name] == facts[name] for name in facts)
            for one in data["people"]
        )

    return fits


def watching(listen: Listen, viewer: Person, *people: Person) -> tuple[Listener, list[Any]]:
    socket = listen(viewer)
    answer = socket.emit("watch", {"user_ids": [person.id for person in people]})
    assert answer["ok"] is True
    return socket, answer["people"]


def test_states_are_joined_over_devices_and_told_to_who_watches(
    place: Place, listen_in_python: Listen
) -> None:
    ada, ben = place.ada, place.ben
    viewer, first = watching(listen_in_python, ada, ben)
    assert first == [{"user_id": ben.id, "state": "offline", "dnd_until": None, "status": None}]
    stranger = listen_in_python(ada)
    laptop, phone = listen_in_python(ben), listen_in_python(ben)
    assert laptop.emit("presence", {"state": "active"}) == {"ok": True}
    viewer.wait("presence_changed", told(ben, state="active"))
    phone.emit("presence", {"state": "away"})
    laptop.emit("presence", {"state": "away"})
    viewer.wait("presence_changed", told(ben, state="away"))
    phone.emit("presence", {"state": "active"})
    viewer.wait_count("presence_changed", 3)
    assert told(ben, state="active")(viewer.events("presence_changed")[-1])
    assert stranger.events("presence_changed") == [], "who watches nobody hears of nobody"
    # Whoever comes later, at whichever process, is answered with how things are.
    for person in (ada, ben):
        _socket, people = watching(listen_in_python, person, ben)
        assert told(ben, state="active")({"people": people})


def test_status_and_do_not_disturb_reach_who_watches(
    place: Place, listen_in_python: Listen
) -> None:
    ada, ben = place.ada, place.ben
    viewer, _now = watching(listen_in_python, ada, ben)
    ends = (now() + timedelta(hours=2)).replace(microsecond=0)
    until = rfc3339(ends)
    ben.call("PATCH", "/me/status", emoji=":palm_tree:", text="On leave", dnd_until=until)
    heard = viewer.wait("presence_changed", told(ben, dnd_until=until))
    assert heard["people"][0]["status"] == {"emoji": "🌴", "text": "On leave", "until": None}
    (read,) = ada.http.get("/presence", params={"user_ids": str(ben.id)}).json()["items"]
    assert read["dnd_until"] == until
    ben.call("PATCH", "/me/status", emoji="", text="", dnd_until=None, hidden=True)
    viewer.wait("presence_changed", told(ben, dnd_until=None, status=None, state="offline"))
    ben.call("PATCH", "/me/status", hidden=False)


def test_a_block_takes_it_away_at_once_and_gives_it_back(
    place: Place, listen_in_python: Listen
) -> None:
    ada, ben = place.ada, place.ben
    here = listen_in_python(ben)
    here.emit("presence", {"state": "active"})
    viewer, _now = watching(listen_in_python, ada, ben)
    if not told(ben, state="active")({"people": _now}):
        viewer.wait("presence_changed", told(ben, state="active"))
    ben.call("PUT", f"/me/blocks/{ada.id}")
    assert here.wait("blocks_changed")["blocked"] == [ada.id]
    viewer.wait("presence_changed", told(ben, state="offline", status=None))
    (read,) = ada.http.get("/presence", params={"user_ids": str(ben.id)}).json()["items"]
    assert read["state"] == "offline"
    count = len(viewer.events("presence_changed"))
    ben.call("DELETE", f"/me/blocks/{ada.id}")
    viewer.wait_count("presence_changed", count + 1)
    assert told(ben, state="active")(viewer.events("presence_changed")[-1])


def test_thirty_real_clients_that_change_at_once_are_one_message_a_second(
    place: Place, listen_in_python: Listen
) -> None:
    ada, ben = place.ada, place.ben
    viewer, _now = watching(listen_in_python, ada, ada, ben)
    before = len(viewer.events("presence_changed"))
    sockets = [listen_in_python(person) for person in (ada, ben) for _number in range(10)]
    for state in ("active", "away", "active"):
        for socket in sockets:
            socket.emit("presence", {"state": state})
    viewer.wait_count("presence_changed", before)
    fence = ada.call("PATCH", "/me/status", text="done")
    assert fence["status"]["text"] == "done"
    viewer.wait("presence_changed", lambda data: "done" in str(data))
    # Sixty signs of twenty sockets; at most one message a second came of them.
    assert len(viewer.events("presence_changed")) - before <= 15
    ada.call("PATCH", "/me/status", text="")
