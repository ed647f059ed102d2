"""What is delivered live goes out in order, and one failure holds nothing else back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from enterprise_social.channels.actions import remove_member
from enterprise_social.core.live import Bus, Rendered
from enterprise_social.realtime.registry import Client
from tests.making import make_channel, make_person


class Line:
    """A transport that notes what it is given; what ``breaks`` says fails."""

    def __init__(self, breaks: Callable[[str], bool]) -> None:
        self.said: list[str] = []
        self._breaks = breaks

    def emit(self, event: str, payload: Any, room: str) -> None:
        self._say(f"{event} {room}")

    def control(self, command: str, arguments: dict[str, Any]) -> None:
        self._say(command)

    def _say(self, what: str) -> None:
        if self._breaks(what):
            raise OSError(what)
        self.said.append(what)


@pytest.fixture
def line(app: Flask) -> Line:
    return Line(lambda what: what.startswith("broken"))


@pytest.fixture
def bus(app: Flask, line: Line) -> Bus:
    def render(channel_id: int, seqs: Any) -> list[Rendered]:
        if channel_id == 13:
            raise ValueError("no such thing")
        return [Rendered({"seq": seq}, (f"change {seq}", {})) for seq in seqs]

    return Bus(app, transport=line, renderer=render)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_cannot_be_delivered_does_not_keep_anybody_signed_in(bus: Bus, line: Line):
    # One batch: the thread takes at once whatever waits.
    for kind, arguments in (
        ("changed", (13, 1)),
        ("emit", ("broken", {}, "person:1")),
        ("control", ("sign_out", {"person_id": 1})),
        ("changed", (2, 7)),
    ):
        bus.waiting.put((kind, arguments))
    bus.put("emit", "after", {}, "person:2")
    assert bus.flush()
    bus.close()
    assert line.said == [
        "sign_out",
        "live channel:2:html",
        "change 7 channel:2:json",
        "after person:2",
    ]


def test_who_left_stays_out_even_where_the_coming_is_told_after_the_leaving(app: Flask):
    with app.app_context():
        ada, ben = make_person("Ada"), make_person("Ben")
        channel = make_channel(ada, "plans", ben, kind="private")
        transport, registry = app.extensions["transport"], app.extensions["registry"]
        client = Client("somewhere", ben.id, ben.name, None, "json")
        # What the actions themselves have told is carried out by the bus, at its own time.
        assert app.extensions["live"].flush()
        registry.add(client)
        transport.enter(ben.id, channel.id)
        assert client.channel_ids == {channel.id}
        remove_member(ada, channel, ben)
        assert app.extensions["live"].flush()
        transport.leave(ben.id, channel.id)
        transport.enter(ben.id, channel.id)
        assert client.channel_ids == set()
