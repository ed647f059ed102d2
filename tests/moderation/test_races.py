"""What two people do at the same moment, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, NotFound
from enterprise_social.moderation.actions.decisions import Verdict, decide
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import Case, Decision, Report
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post
from enterprise_social.posts.models import Post
from tests.making import fresh, write
from tests.moderation.town import Town


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Do all of this at the same moment; returns what came of each, a refusal as itself."""
    start = threading.Barrier(len(acts))
    found: list[Any] = [None] * len(acts)

    def run(number: int) -> None:
        with app.app_context():
            start.wait(10)
            try:
                found[number] = acts[number]()
            except AppError as error:
                found[number] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    db.session.rollback()
    return found


def here(person: Person) -> Person:
    return db.session.get_one(Person, person.id)


def test_of_two_who_decide_at_the_same_moment_one_is_told_so(town: Town):
    case = town.reported()
    judges = (town.ada, town.mira)
    found = at_once(
        town.app,
        *(
            lambda who=who, act=act: decide(
                here(who), db.session.get_one(Case, case.id), Verdict(act, rule="insult")
            )
            for who, act in zip(judges, ("remove", "dismiss"), strict=True)
        ),
    )
    assert sorted(isinstance(one, Conflict) for one in found) == [False, True]
    (made,) = db.session.scalars(select(Decision)).all()
    assert fresh(town.post).deleted == (made.act == "remove")


def test_what_several_report_at_the_same_moment_is_one_case(town: Town):
    people = (town.elif_, town.kofi, town.owen, town.elif_)
    found = at_once(
        town.app,
        *(lambda who=who: report(here(who), "post", town.post.id, "hate") for who in people),
    )
    assert not [one for one in found if isinstance(one, Exception)]
    (case,) = db.session.scalars(select(Case)).all()
    count = db.session.execute(select(func.count()).select_from(Report)).scalar_one()
    assert (case.report_count, count, fresh(town.post).hidden) == (3, 3, True)


def test_a_post_that_goes_while_it_is_reported_leaves_no_half_a_case(town: Town):
    for _ in range(4):
        post = write(town.bogdan, town.channel, "gone in a moment")
        _deleted, reported = at_once(
            town.app,
            lambda post=post: delete_post(here(town.bogdan), db.session.get_one(Post, post.id)),
            lambda post=post: report(here(town.elif_), "post", post.id, "other"),
        )
        cases = db.session.scalars(select(Case).where(Case.post_id == post.id)).all()
        assert len(cases) == (0 if isinstance(reported, NotFound) else 1)
        assert all(case.report_count == 1 for case in cases)
