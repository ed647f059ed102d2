"""An announcement while processes are killed and the servers of others misbehave.

``FAULT_RECIPIENTS=10000 FAULT_BACKEND=postgres`` makes it larger, or on the other database.
"""

from __future__ import annotations

import json
import os
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.faults.recipients import Office, World
from tests.services.http_sink import Reply
from tests.services.process import until
from tests.services.server import LiveServer

RECIPIENTS = int(os.environ.get("FAULT_RECIPIENTS", "160"))
BACKEND = os.environ.get("FAULT_BACKEND", "sqlite")
KILLS = 4
MakeServer = Callable[..., LiveServer]


@pytest.fixture
def world() -> Iterator[World]:
    """The servers of others."""
    made = World()
    yield made
    made.stop()


def _gateway_ids(world: World) -> Counter[str]:
    return Counter(
        message["id"]
        for request in list(world.gateway.requests)
        for message in json.loads(request.body)["data"]["messages"]
    )


@pytest.mark.timeout(1800)
def test_a_fan_out_that_is_killed_again_and_again_reaches_everyone_once(
    make_live_server: MakeServer, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("FAULT_SEED", random.randrange(10**6)))
    dice = random.Random(seed)
    server = make_live_server(BACKEND, **world.settings)
    office = Office(server)
    announcement_id = office.publish(world, RECIPIENTS)
    server.start()
    began = time.monotonic()
    moments = []
    for number in range(KILLS):
        target = int(RECIPIENTS * (number + dice.random()) / KILLS)
        until(lambda target=target: len(world.mails.mails) >= target, 600, "mails between kills")
        time.sleep(dice.uniform(0, 0.2))
        moments.append(len(world.mails.mails))
        server.kill()
        server.start()
    until(lambda: _is_over(office), 900, f"the rest, of {office.states()}")
    took = time.monotonic() - began
    people = office.people_of(announcement_id)
    assert len(people) == len(set(people)) == RECIPIENTS
    expected = {
        (step, way)
        for step, ways in ((0, ("app", "push", "email")), (1, ("gateway",)))
        for way in ways
    }
    assert sorted(office.lines()) == sorted((each, *line) for each in people for line in expected)
    assert office.states() == {
        (0, "app", "queued"): RECIPIENTS,  # nobody is connected; it waits for their next visit
        (0, "push", "sent"): RECIPIENTS,
        (0, "email", "sent"): RECIPIENTS,
        (1, "gateway", "sent"): RECIPIENTS,
    }
    assert office.stuck() == {"deliveries": 0, "steps": 0, "ladders": 0, "failed jobs": 0}
    mails = Counter(mail["Message-ID"] for mail in world.mails.mails)
    pushed = [len(browser.shown) for browser in world.push.browsers.values()]
    messages = _gateway_ids(world)
    office.close()
    assert len(mails) == len(messages) == RECIPIENTS
    assert min(pushed) >= 1
    doubled = sum(mails.values()) - RECIPIENTS
    assert doubled <= KILLS, "at most the one that was on its way at each kill"
    with capsys.disabled():
        print(
            f"\n{BACKEND}: {RECIPIENTS} recipients by four ways in {took:.1f} s; killed {KILLS}"
            f" times, after {', '.join(map(str, moments))} mails; sent again: {doubled} mails,"
            f" {sum(pushed) - RECIPIENTS} pushes, {sum(messages.values()) - RECIPIENTS} messages"
            f" to the gateway (same keys); seed {seed}"
        )


def _is_over(office: Office) -> bool:
    states = office.states()
    done = sum(
        count for (_step, way, state), count in states.items() if way != "app" and state == "sent"
    )
    return done == 3 * RECIPIENTS and not any(office.stuck().values())


@pytest.mark.timeout(180)
def test_a_mail_server_that_never_answers_holds_up_nothing_else(
    make_live_server: MakeServer, world: World
) -> None:
    people = 60
    world.mails.stop()
    # It takes connections and says nothing, which is worse than being away.
    silent = socket.create_server(("127.0.0.1", world.mails.port))
    paths: list[str] = []
    server = make_live_server(**world.settings)
    office = Office(server)
    try:
        office.publish(world, people)
        paths += sorted(world.push.browsers)
        for number, path in enumerate(paths):
            if number % 3 == 0:
                world.push.replies[path] = Reply(410)
            elif number % 3 == 1:
                world.push.replies[path] = Reply(429, {"Retry-After": "2"})
        server.start()
        third = people // 3
        until(
            lambda: (
                office.states()[0, "push", "sent"] == third
                and office.states()[0, "push", "failed"] == third
                and office.states()[1, "gateway", "sent"] == people
            ),
            40,
            "push and the gateway meanwhile",
        )
        assert office.states()[0, "email", "queued"] == people
        world.push.replies.clear()
        until(lambda: office.states()[0, "push", "sent"] == 2 * third, 30, "the busy ones")
        assert world.mails.mails == []
        silent.close()
        world.mails = type(world.mails)(world.mails.port)
        world.mails.refuse = lambda address: "550 unknown" if int(address[1:-12]) % 2 else ""
        world.mails.slowness = 0.05
        until(
            lambda: (
                office.states()[0, "email", "sent"] == people // 2
                and office.states()[0, "email", "failed"] == people // 2
            ),
            60,
            "mails once the server is back",
        )
        assert len({mail["Message-ID"] for mail in world.mails.mails}) == people // 2
        assert len(world.mails.mails) == people // 2, "none twice"
        assert office.stuck()["deliveries"] == 0
    finally:
        silent.close()
        office.close()
