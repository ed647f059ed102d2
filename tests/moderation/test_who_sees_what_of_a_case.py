"""Whoever judges sees of other cases only what they may judge, and takes nobody above them out."""

from __future__ import annotations

import pytest

from enterprise_social.channels.actions.membership import set_member_role
from enterprise_social.channels.queries import membership
from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden
from enterprise_social.messages.actions import start_conversation
from enterprise_social.moderation.actions.decisions import Verdict, decide, undo
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import Case
from enterprise_social.moderation.queries.details import details_of
from enterprise_social.moderation.queries.judges import judges_of
from tests.making import fresh, make_channel, sign_in, write
from tests.moderation.town import Town, in_days

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_earlier_cases_are_shown_to_those_who_may_judge_them_alone(town: Town):
    channel, _new = start_conversation(town.bogdan, [town.elif_.id])
    written, _new = report(
        town.elif_, "post", write(town.bogdan, channel, "said in private").id, "insult"
    )
    town.decided(case=db.session.get_one(Case, written.case_id))
    other = make_channel(town.owen, "tyres", town.elif_)
    own = town.reported(post=write(town.owen, other, "said by who leads"))
    town.decided("dismiss", own)
    case = town.reported()

    page = sign_in(town.app, town.owen).get(f"/moderation/cases/{case.id}").text
    assert "try thinking" in page
    assert "said in private" not in page
    assert "said by who leads" not in page
    assert "said in private" in sign_in(town.app, town.ada).get(f"/moderation/cases/{case.id}").text


def test_what_stood_around_a_moved_thread_is_not_for_those_who_lead_where_it_came_to(town: Town):
    inner = make_channel(town.ada, "inner", town.elif_, town.bogdan, kind="private")
    write(town.elif_, inner, "the secret beside it")
    root = write(town.bogdan, inner, "rude again")
    case = town.reported(post=root)
    town.decided("move", case, target_id=town.channel.id)
    page = sign_in(town.app, town.owen).get(f"/moderation/cases/{case.id}").text
    assert "rude again" in page
    assert "the secret beside it" not in page
    said = [one.post.plain for one in details_of(town.mira, fresh(case)).said]
    assert "the secret beside it" in said


def test_a_case_takes_nobody_out_whom_its_judge_could_not_take_out_without_one(town: Town):
    set_member_role(town.owen, town.channel, town.kofi, "moderator")
    set_member_role(town.owen, town.channel, town.bogdan, "owner")
    case = town.reported(town.kofi)
    expelled = Verdict("uphold", "insult", sanction="expel")
    with pytest.raises(Forbidden):
        decide(town.kofi, case, expelled)
    assert membership(town.channel.id, town.bogdan.id) is not None
    set_member_role(town.owen, town.channel, town.bogdan, "member")
    decide(town.kofi, fresh(case), expelled)
    assert membership(town.channel.id, town.bogdan.id) is None


def test_whoever_leads_a_channel_takes_nothing_back_that_the_organisation_decided(town: Town):
    case = town.reported()
    town.decided("uphold", case, sanction="suspend", until=in_days(3))
    assert "undoing" not in sign_in(town.app, town.owen).get(f"/moderation/cases/{case.id}").text
    with pytest.raises(Forbidden):
        undo(town.owen, fresh(case))
    assert fresh(town.bogdan).is_suspended
    undo(town.mira, fresh(case))
    town.decided("remove", fresh(case), by=town.owen)
    undo(town.owen, fresh(case))
    assert not fresh(town.post).deleted


def test_nobody_judges_a_conversation_that_they_are_in(town: Town):
    talk, _new = start_conversation(town.ada, [town.elif_.id, town.bogdan.id])
    made, _new = report(town.elif_, "conversation", talk.id, "insult", "Ada and Bogdan")
    case = db.session.get_one(Case, made.case_id)
    assert judges_of(case) == {town.mira.id}
    assert sign_in(town.app, town.ada).get(f"/moderation/cases/{case.id}").status_code == 404
    assert sign_in(town.app, town.mira).get(f"/moderation/cases/{case.id}").status_code == 200


def test_of_a_private_thread_whoever_judges_sees_what_was_reported_and_moves_it_nowhere(
    town: Town,
):
    inner = make_channel(town.kofi, "inner", town.elif_, town.bogdan, kind="private")
    root = write(town.bogdan, inner, "rude again")
    write(town.elif_, inner, "the whole plan", parent_id=root.id)
    case = town.reported(post=root)
    page = sign_in(town.app, town.ada).get(f"/moderation/cases/{case.id}").text
    assert "rude again" in page
    assert "the whole plan" not in page
    with pytest.raises(Forbidden):
        town.decided("move", case, target_id=town.channel.id)
    assert fresh(root).channel_id == inner.id
