"""The same promises of short-lived facts, kept in memory and in Redis."""

from __future__ import annotations

import threading

import pytest
from redis import Redis

from enterprise_social.core.ephemeral import Ephemeral, MemoryEphemeral, RedisEphemeral


@pytest.fixture(params=["memory", "redis"])
def store(request: pytest.FixtureRequest) -> Ephemeral:
    if request.param == "memory":
        yield MemoryEphemeral()
        return
    client = Redis.from_url(request.getfixturevalue("redis_url"))
    yield RedisEphemeral(client)
    client.close()


@pytest.mark.parametrize("value", ["text", 7, ["a", 1], {"at": None}, "Zażółć 港"])
def test_what_is_put_comes_back(store: Ephemeral, value: object):
    store.put("fact", value, 60)
    assert store.get("fact") == value


def test_what_was_never_put_or_is_deleted_is_not_there(store: Ephemeral):
    assert store.get("nothing") is None
    store.put("fact", 1, 60)
    store.delete("fact")
    store.delete("fact")
    assert store.get("fact") is None


def test_facts_are_forgotten_by_themselves(store: Ephemeral):
    store.put("fact", 1, 0.05)
    store.increment("count", 0.05)
    forgotten = threading.Event()
    while not forgotten.wait(0.02):
        if store.get("fact") is None and store.increment("count", 60) == 1:
            forgotten.set()


def test_counting_by_many_threads_misses_none(store: Ephemeral):
    def count() -> None:
        for _ in range(25):
            store.increment("count", 60)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.increment("count", 60) == 101
