"""What could not be told while the database was away is made up for by a later look."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.exc import OperationalError

from enterprise_social.realtime import anew


def test_it_is_looked_until_the_database_answers_and_once_for_many_who_ask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(anew, "AGAIN_SECONDS", 0.02)
    looks: list[int] = []
    went_well = threading.Event()

    def look() -> None:
        looks.append(1)
        if len(looks) < 3:
            raise OperationalError("SELECT 1", {}, Exception("gone"))
        went_well.set()

    once = anew.Anew(look)
    for _turn in range(10):
        once.soon()
    assert went_well.wait(10)
    assert len(looks) == 3


def test_what_goes_wrong_while_it_looks_needs_another_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anew, "AGAIN_SECONDS", 0.02)
    second = threading.Event()

    def look() -> None:
        if second_began:
            second.set()
            return
        second_began.append(1)
        once.soon()

    second_began: list[int] = []
    once = anew.Anew(look)
    once.soon()
    assert second.wait(10)
