"""Presence without a server: the clock is the test's, and every message is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import pytest
from redis import Redis

from enterprise_social.core.ephemeral import Ephemeral, MemoryEphemeral, RedisEphemeral
from enterprise_social.realtime.presence import Facts, Hub, Shown
from enterprise_social.realtime.presence_events import presence_document


class Clock:
    """Seconds that pass when the test says so."""

    now = 0.0


class Town:
    """The outside of one process: its clients' messages, and the other processes."""

    def __init__(self, clock: Clock, store: Ephemeral, name: str = "one") -> None:
        self.clock = clock
        self.messages: list[tuple[str, list[Shown]]] = []
        self.said: dict[int, Facts] = {}
        self.blocks: set[frozenset[int]] = set()
        self.others: list[Hub] = []
        self.name = name
        self.hub = Hub(name, store, self)

    def seconds(self) -> float:
        return self.clock.now

    def shown(self, person_id: int, state: str | None, facts: Facts) -> Shown:
        return presence_document(person_id, state, facts)

    def facts(self, person_ids: Iterable[int]) -> dict[int, Facts]:
        return {each: self.said[each] for each in person_ids if each in self.said}

    def seen(self, viewer_id: int, person_ids: Collection[int]) -> tuple[set[int], set[int]]:
        seen = {each for each in person_ids if each < 100_000}
        return seen, {each for each in seen if frozenset({viewer_id, each}) in self.blocks}

    def send(self, sid: str, people: Sequence[Shown]) -> None:
        self.messages.append((sid, list(people)))

    def tell(self, changes: list[tuple[int, str | None]], kept: float) -> None:
        for other in self.others:
            other.told(self.name, changes, kept)

    def pass_time(self, seconds: float) -> None:
        """Let time pass a second at a time."""
        for _second in range(int(seconds)):
            self.clock.now += 1
            self.hub.tick()

    def states(self, viewer_id: int, *person_ids: int) -> dict[int, Any]:
        return {one["user_id"]: one["state"] for one in self.hub.read(viewer_id, person_ids)}


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> Iterator[Ephemeral]:
    if request.param == "memory":
        yield MemoryEphemeral()
        return
    client = Redis.from_url(request.getfixturevalue("redis_url"))
    yield RedisEphemeral(client)
    client.close()


@pytest.fixture
def town(store: Ephemeral) -> Town:
    return Town(Clock(), store)


def test_active_at_one_device_wins_over_away_at_another(town: Town):
    town.hub.sign("laptop", 1, "away")
    town.hub.sign("phone", 1, "active")
    town.pass_time(1)
    assert town.states(2, 1) == {1: "active"}
    town.hub.sign("phone", 1, "away")
    town.pass_time(1)
    assert town.states(2, 1) == {1: "away"}


def test_without_input_for_ten_minutes_one_is_away(town: Town):
    town.hub.sign("laptop", 1, "active")
    town.pass_time(590)
    assert town.states(2, 1) == {1: "active"}
    town.pass_time(20)
    assert town.states(2, 1) == {1: "away"}


def test_one_is_offline_45_seconds_after_the_last_socket_closed(town: Town):
    town.hub.sign("laptop", 1, "active")
    town.hub.sign("phone", 1, "away")
    town.pass_time(1)
    town.hub.gone("laptop")
    town.pass_time(60)
    assert town.states(2, 1) == {1: "away"}
    town.hub.gone("phone")
    town.pass_time(40)
    assert town.states(2, 1) == {1: "away"}
    town.pass_time(10)
    assert town.states(2, 1) == {1: "offline"}


def test_a_page_that_is_loaded_anew_is_no_news_to_anyone(town: Town):
    town.hub.watch("viewer", 2, {1})
    town.hub.sign("tab", 1, "active")
    town.pass_time(2)
    assert len(town.messages) == 1
    town.hub.gone("tab")
    town.pass_time(5)
    town.hub.sign("tab again", 1, "active")
    town.pass_time(60)
    assert len(town.messages) == 1


def test_only_what_is_watched_is_told_and_the_answer_says_how_things_are(town: Town):
    town.hub.sign("a", 1, "active")
    town.pass_time(1)
    answer = town.hub.watch("viewer", 9, {1, 2, 123_456})
    assert [(one["user_id"], one["state"]) for one in answer] == [(1, "active"), (2, "offline")]
    town.hub.sign("c", 3, "active")
    town.pass_time(2)
    assert town.messages == []
    town.hub.sign("b", 2, "active")
    town.pass_time(2)
    assert [(sid, people[0]["user_id"]) for sid, people in town.messages] == [("viewer", 2)]
    town.hub.watch("viewer", 9, {3})
    town.hub.sign("b", 2, "away")
    town.pass_time(2)
    assert len(town.messages) == 1


def test_who_appears_offline_is_seen_so_but_keeps_their_status(town: Town):
    town.hub.sign("a", 1, "active")
    town.said[1] = Facts(hidden=True, text="In the archive")
    (seen,) = town.hub.watch("viewer", 2, {1})
    assert (seen["state"], seen["status"]["text"]) == ("offline", "In the archive")
    town.pass_time(3)
    assert town.messages == []
    town.said[1] = Facts(hidden=False)
    town.hub.look([1])
    town.pass_time(1)
    assert town.messages[0][1][0]["state"] == "active"


def test_a_block_takes_presence_and_status_from_both(town: Town):
    town.said[1] = Facts(text="Here")
    town.hub.sign("a", 1, "active")
    town.hub.sign("b", 2, "active")
    town.pass_time(1)
    town.hub.watch("a", 1, {2})
    town.hub.watch("b", 2, {1})
    town.blocks.add(frozenset({1, 2}))
    town.hub.look([1, 2])
    town.pass_time(1)
    told = dict(town.messages)
    assert {sid: people[0]["state"] for sid, people in told.items()} == {
        "a": "offline",
        "b": "offline",
    }
    assert told["b"][0]["status"] is None
    town.messages.clear()
    town.hub.sign("a", 1, "away")
    town.pass_time(2)
    assert town.messages == []
    assert town.states(2, 1) == {1: "offline"}


def test_several_processes_join_what_they_know(store: Ephemeral):
    clock = Clock()
    one, two = Town(clock, store, "one"), Town(clock, store, "two")
    one.others, two.others = [two.hub], [one.hub]
    one.hub.watch("viewer", 9, {1})
    two.hub.sign("phone", 1, "active")
    one.hub.sign("laptop", 1, "away")
    two.pass_time(1)
    one.pass_time(1)
    assert one.messages[-1][1][0]["state"] == "active"
    # One that starts later reads what the others keep.
    three = Town(clock, store, "three")
    three.pass_time(1)
    assert three.states(9, 1) == {1: "active"}
    # The second process dies without a word; its people are gone with it.
    store.delete("presence:two")  # forgotten by the store after its time
    one.pass_time(61)
    assert one.states(9, 1) == {1: "away"}


def test_3000_who_come_back_at_once_cause_no_storm():
    town = Town(Clock(), MemoryEphemeral())
    people = range(1, 3001)
    for person in people:
        town.hub.sign(f"s{person}", person, "active")
        town.hub.watch(f"s{person}", person, {(person + step) % 3000 + 1 for step in range(200)})
    town.pass_time(1)
    # Each hears of everyone it shows in one message, not in two hundred.
    assert len(town.messages) <= 3000
    assert max(len(people) for _sid, people in town.messages) <= 200
    town.messages.clear()
    town.pass_time(30)
    assert town.messages == []
    # The server's connection to all of them breaks, and all are back within seconds.
    for person in people:
        town.hub.gone(f"s{person}")
    town.pass_time(3)
    for person in people:
        sid = f"again{person}"
        town.hub.sign(sid, person, "active")
        answer = town.hub.watch(sid, person, {(person + step) % 3000 + 1 for step in range(200)})
        assert {one["state"] for one in answer} == {"active"}
    town.pass_time(60)
    assert town.messages == []
    # Half of them really leave: still one message a second and client at most.
    for person in range(1, 1501):
        town.hub.gone(f"again{person}")
    town.pass_time(50)
    by_client: dict[str, int] = {}
    for sid, _people in town.messages:
        by_client[sid] = by_client.get(sid, 0) + 1
    assert max(by_client.values()) == 1
    assert len(town.messages) <= 1500
