"""Many who missed the same have one answer made for them, once a moment."""

from __future__ import annotations

import threading

import pytest

from enterprise_social.core.db import db
from enterprise_social.feed.crowds import KEPT, SECONDS, Crowds
from tests.making import make_channel, make_person, sign_in, write
from tests.realtime.listeners import settled


class Clock:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_those_who_ask_meanwhile_wait_and_those_who_ask_later_have_it_made_anew() -> None:
    clock, made, go = Clock(), [], threading.Event()
    crowds = Crowds(clock)

    def make() -> bytes:
        made.append(1)
        go.wait(5)
        return b"answer"

    got: list[bytes] = []
    askers = [
        threading.Thread(target=lambda: got.append(crowds.answer("key", make))) for _ in range(20)
    ]
    for asker in askers:
        asker.start()
    settled(lambda: bool(made), 5, "one makes it")
    go.set()
    for asker in askers:
        asker.join(5)
    assert (got, made) == ([b"answer"] * 20, [1])
    assert crowds.answer("another", lambda: b"other") == b"other"
    clock.now += SECONDS + 0.1
    assert crowds.answer("key", lambda: b"newer") == b"newer"


def test_an_answer_that_is_given_to_nobody_any_more_takes_no_memory() -> None:
    clock = Clock()
    crowds = Crowds(clock)
    for number in range(20):
        crowds.answer(number, lambda: b"megabytes")
        clock.now += SECONDS / 4
    assert list(crowds._answers) == [15, 16, 17, 18, 19]
    clock.now += 2 * SECONDS
    crowds.answer(0, lambda: b"new")
    assert list(crowds._answers) == [0]


def test_a_failure_is_kept_for_nobody_and_no_more_is_kept_than_its_share() -> None:
    crowds = Crowds(Clock())

    def fail() -> bytes:
        raise OSError

    with pytest.raises(OSError):
        crowds.answer("key", fail)
    assert crowds.answer("key", lambda: b"right") == b"right"
    for number in range(2 * KEPT):
        crowds.answer(number, lambda: b"")
    assert len(crowds._answers) == KEPT


def test_whoever_may_not_have_it_has_none_although_it_was_just_made(app, count_queries) -> None:
    with app.app_context():
        ada, ben, eve = make_person(), make_person(), make_person()
        board = make_channel(ada, "", ben, kind="private")
        write(ada, board, "between us")
        db.session.refresh(board)
        before = board.seq - 1
        path = f"/channels/{board.id}/live?after={before}"
        people = [sign_in(app, person) for person in (ada, ben, eve)]
        with count_queries() as first:
            answer = people[0].get(path)
        with count_queries() as second:
            same = people[1].get(path)
        assert answer.get_json() == same.get_json()
        assert "between us" in same.get_json()["messages"][0]["ops"][0]["html"]
        assert len(second) < len(first)
        assert people[2].get(path).status_code == 404
