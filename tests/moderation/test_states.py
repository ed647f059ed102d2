"""Whatever is done to a case in whatever order, its state and what follows from it agree."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from enterprise_social.channels.actions import add_member
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError
from enterprise_social.moderation.actions.appeals import appeal, appeal_of, judge
from enterprise_social.moderation.actions.decisions import (
    Verdict,
    decide,
    standing_decision,
    undo,
)
from enterprise_social.moderation.actions.hiding import set_hidden
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import ACTS, Appeal, Case, Decision, Sanction
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, edit_post, restore_post
from enterprise_social.posts.models import Post
from tests.making import fresh, make_person, write
from tests.moderation.town import Town, in_days, make_town

ACTS_ALONE = st.sampled_from([act for act in ACTS if act not in ("move", "split")])
SANCTIONS = st.sampled_from(["", "warn", "mute", "suspend", "expel"])


class Cases(RuleBasedStateMachine):
    """Reports, decisions, appeals and what the author does, in any order."""

    town: Town

    def __init__(self) -> None:
        super().__init__()
        self.author: Person = make_person()
        add_member(self.town.owen, self.town.channel, self.author)
        self.post: Post = write(self.author, self.town.channel, "say it again")

    def case(self) -> Case | None:
        statement = select(Case).where(Case.post_id == self.post.id).order_by(Case.id.desc())
        return db.session.scalars(statement).first()

    @rule(by=st.sampled_from(["elif_", "bogdan", "owen"]))
    def report_it(self, by: str) -> None:
        with suppress(AppError):
            report(getattr(self.town, by), "post", self.post.id, "insult")

    @rule(by=st.sampled_from(["ada", "mira"]), act=ACTS_ALONE, sanction=SANCTIONS)
    def decide_it(self, by: str, act: str, sanction: str) -> None:
        case = self.case()
        if case is not None:
            verdict = Verdict(act, rule="insult", sanction=sanction, until=in_days(3))
            with suppress(AppError):
                decide(getattr(self.town, by), case, verdict)

    @rule(by=st.sampled_from(["ada", "mira"]))
    def undo_it(self, by: str) -> None:
        case = self.case()
        if case is not None:
            with suppress(AppError):
                undo(getattr(self.town, by), case)

    @rule(by=st.sampled_from(["ada", "mira"]), hidden=st.booleans())
    def hide_it(self, by: str, hidden: bool) -> None:
        case = self.case()
        if case is not None:
            with suppress(AppError):
                set_hidden(getattr(self.town, by), case, hidden)

    @rule()
    def appeal_it(self) -> None:
        case = self.case()
        decision = standing_decision(case.id) if case is not None else None
        if decision is not None:
            with suppress(AppError):
                appeal(self.author, decision, "I see it otherwise.")

    @rule(by=st.sampled_from(["ada", "mira"]), outcome=st.sampled_from(["upheld", "overturned"]))
    def judge_it(self, by: str, outcome: str) -> None:
        case = self.case()
        decision = standing_decision(case.id) if case is not None else None
        made = appeal_of(decision.id) if decision is not None else None
        if made is not None:
            with suppress(AppError):
                judge(getattr(self.town, by), made, outcome)

    @rule(what=st.sampled_from(["delete", "restore", "edit"]))
    def author_does(self, what: str) -> None:
        author, post = fresh(self.author), fresh(self.post)
        acts: dict[str, Callable[[], Any]] = {
            "delete": lambda: delete_post(author, post),
            "restore": lambda: restore_post(author, post),
            "edit": lambda: edit_post(author, post, f"said otherwise {post.changed_seq}"),
        }
        with suppress(AppError):
            acts[what]()

    @invariant()
    def a_case_is_what_its_decision_and_appeal_make_it(self) -> None:
        db.session.rollback()
        db.session.expire_all()
        open_ones = 0
        for case in db.session.scalars(select(Case).where(Case.post_id == self.post.id)).all():
            standing = db.session.scalars(
                select(Decision).where(Decision.case_id == case.id, Decision.undone_at.is_(None))
            ).all()
            appeals = db.session.scalars(
                select(Appeal).where(Appeal.decision_id.in_([one.id for one in standing]))
            ).all()
            assert len(standing) == (0 if case.state == "open" else 1)
            assert len(appeals) == (1 if case.state in ("appealed", "settled") else 0)
            assert all(bool(one.outcome) == (case.state == "settled") for one in appeals)
            assert all(one.judge_id != standing[0].decider_id for one in appeals if one.outcome)
            assert (case.decided_at is None) == (case.state == "open")
            open_ones += case.state == "open"
        assert open_ones <= 1

    @invariant()
    def what_is_hidden_is_reviewed_or_removed(self) -> None:
        post, case = db.session.get_one(Post, self.post.id), self.case()
        if post.hidden:
            assert case is not None
            assert case.state == "open" or post.deleted

    @invariant()
    def who_is_muted_or_suspended_is_so_by_a_sanction_that_stands(self) -> None:
        author = db.session.get_one(Person, self.author.id)
        for kind, until in (("mute", author.muted_until), ("suspend", author.suspended_until)):
            longest = db.session.execute(
                select(func.max(Sanction.until)).where(
                    Sanction.person_id == author.id,
                    Sanction.kind == kind,
                    Sanction.lifted_at.is_(None),
                    Sanction.until > now(),
                )
            ).scalar_one()
            assert until == longest


@contextmanager
def in_town(app: Flask) -> Any:
    with app.app_context():
        Cases.town = make_town(app)
        yield


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_case_holds_together_in_any_order(app: Flask) -> None:
    with in_town(app):
        run_state_machine_as_test(
            Cases,
            settings=settings(
                max_examples=25,
                stateful_step_count=14,
                deadline=None,
                database=None,
                derandomize=True,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            ),
        )
