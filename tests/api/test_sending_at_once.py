"""Many programs at once: each post once, in order without gaps, whatever is sent again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import fresh


def at_once(calls: list[tuple[Caller, str, dict[str, object]]]) -> list[tuple[int, int]]:
    """Send all of them at the same time; returns each one's status and post id."""

    def send(call: tuple[Caller, str, dict[str, object]]) -> tuple[int, int]:
        program, path, body = call
        answer = program.ask("POST", path, json=body)
        return answer.status_code, answer.json.get("id", 0)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(send, calls))


def test_one_post_sent_by_eight_hands_at_once_is_there_once(world: World) -> None:
    path = f"/channels/{world.public.id}/posts"
    programs = [world.caller(world.bo) for _ in range(8)]
    for turn in range(3):
        body = {"body": "once", "client_id": f"turn-{turn}"}
        answers = at_once([(program, path, dict(body)) for program in programs])
        assert sorted(status for status, _post in answers) == [200] * 7 + [201]
        assert len({post for _status, post in answers}) == 1
    assert len(programs[0].walk(path)) == 3


def test_posts_sent_at_once_are_numbered_without_gaps(world: World) -> None:
    path = f"/channels/{world.public.id}/posts"
    start = fresh(world.public).seq
    programs = [world.caller(person) for person in (world.ada, world.bo) for _ in range(4)]
    answers = [
        answer
        for turn in range(3)
        for answer in at_once([(one, path, {"body": f"turn {turn}"}) for one in programs])
    ]
    assert {status for status, _post in answers} == {201}
    events = programs[0].walk(f"/channels/{world.public.id}/events", after=start, limit=5)
    assert [event["seq"] for event in events] == list(range(start + 1, start + 25))
    assert {event["post_id"] for event in events} == {post for _status, post in answers}
    assert db.session.get_one(Channel, world.public.id, populate_existing=True).seq == start + 24


def test_one_client_id_sent_to_two_channels_at_once_stands_for_one_post(world: World) -> None:
    paths = [f"/channels/{channel.id}/posts" for channel in (world.public, world.private)]
    programs = [world.caller(world.bo) for _ in range(2)]
    for turn in range(5):
        body: dict[str, object] = {"body": "once", "client_id": f"turn-{turn}"}
        calls = [(one, path, body) for one, path in zip(programs, paths, strict=True)]
        assert sorted(status for status, _post in at_once(calls)) == [201, 409]


def test_conversations_and_names_begun_at_once_are_not_made_twice_nor_refused(
    world: World,
) -> None:
    programs = [world.caller(person) for person in (world.ada, world.bo) for _ in range(3)]
    both: dict[str, object] = {"user_ids": [world.ada.id, world.bo.id]}
    answers = at_once([(one, "/conversations", both) for one in programs])
    assert sorted(status for status, _channel in answers) == [200] * 5 + [201]
    assert len({channel for _status, channel in answers}) == 1
    answers = at_once([(one, "/channels", {"name": "Same name"}) for one in programs])
    assert {status for status, _channel in answers} == {201}
    assert len({channel for _status, channel in answers}) == 6
