"""Reports become cases, cases are decided, and everybody hears what they may."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from enterprise_social.channels.actions.membership import join_channel
from enterprise_social.channels.queries import Seat, membership
from enterprise_social.core import settings
from enterprise_social.core.access import find
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import frozen, now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.feed.queries.cards import cards_by_id
from enterprise_social.feed.queries.places import place
from enterprise_social.files.actions import store_file
from enterprise_social.messages.actions import start_conversation
from enterprise_social.moderation.actions.appeals import appeal, judge
from enterprise_social.moderation.actions.cases import assign, write_note
from enterprise_social.moderation.actions.decisions import Verdict, decide, decide_many, undo
from enterprise_social.moderation.actions.hiding import set_hidden
from enterprise_social.moderation.actions.reports import report
from enterprise_social.moderation.models import Case, Report
from enterprise_social.people.models import Person, Right
from enterprise_social.posts.actions import delete_post, edit_post, restore_post
from enterprise_social.posts.actions.purging import purge_posts
from enterprise_social.posts.models import Post
from tests.accounts.steps import mails
from tests.files.samples import image
from tests.making import fresh, make_channel, make_person, write
from tests.moderation.town import Town, in_days

ONE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_what_several_report_is_one_case_and_each_person_counts_once(town: Town):
    first = town.reported(town.elif_, note="That is no way to talk.")
    again, new = report(town.elif_, "post", town.post.id, "hate")
    second = town.reported(town.kofi)
    assert (first.id, new, again.reason) == (second.id, False, "insult")
    assert (second.report_count, second.state, second.author_id) == (2, "open", town.bogdan.id)


def test_a_post_is_hidden_once_enough_people_have_reported_it(town: Town):
    settings.change(None, {"moderation.hide_after": 2})
    town.reported(town.elif_)
    assert not fresh(town.post).hidden
    town.reported(town.kofi)
    card = cards_by_id([town.post.id])[town.post.id]
    assert (fresh(town.post).hidden, card.hidden, card.body, str(card.html)) == (True, True, "", "")
    town.work()
    assert town.told(town.bogdan) == ["hidden"]


@ONE
def test_nobody_reports_what_is_theirs_gone_or_out_of_their_sight(town: Town):
    with pytest.raises(Conflict):
        town.reported(town.bogdan)
    secret = make_channel(town.owen, "secret", kind="private")
    with pytest.raises(NotFound):
        town.reported(town.elif_, write(town.owen, secret))
    with pytest.raises(Invalid):
        report(town.elif_, "post", town.post.id, "because")
    delete_post(town.bogdan, town.post)
    with pytest.raises(NotFound):
        town.reported(town.elif_)
    assert db.session.scalars(select(Case)).all() == []


@ONE
def test_those_who_judge_see_a_case_and_nobody_sees_one_about_themselves(town: Town):
    case = town.reported()
    granted = make_person("Greta")
    db.session.add(Right(person_id=granted.id, name="moderate", granted_at=now(), reason="duty"))
    db.session.commit()
    for judge_ in (town.ada, town.owen, granted):
        assert find(Case, case.id, judge_).id == case.id
    for other in (town.bogdan, town.elif_, make_person()):
        with pytest.raises(NotFound):
            find(Case, case.id, other)
    own = town.reported(town.elif_, write(town.owen, town.channel, "mine"))
    with pytest.raises(NotFound):
        find(Case, own.id, town.owen)


def test_those_who_judge_hear_once_that_something_waits(town: Town):
    for number in range(2):
        town.reported(post=write(town.bogdan, town.channel, f"rude {number}"))
    town.work()
    assert town.told(town.ada) == town.told(town.owen) == ["waiting"]
    assert town.told(town.bogdan) == town.told(town.elif_) == []


@ONE
def test_those_who_judge_hear_when_a_case_waits_for_too_long(town: Town):
    settings.change(town.ada, {"moderation.target_hours": 1})
    with frozen(now()) as advance:
        case = town.reported()
        town.work()
        assert town.told(town.ada) == ["waiting"]
        advance(timedelta(hours=2))
        town.work()
        assert town.told(town.ada) == town.told(town.owen) == ["waiting", "overdue"]
        assert town.told(town.bogdan) == town.told(town.elif_) == []
        town.decided(case=case)
        undo(town.mira, case)
        advance(timedelta(minutes=30))
        town.work()
        assert town.told(town.mira).count("overdue") == 1


@ONE
def test_nobody_hears_of_a_case_that_was_decided_in_time(town: Town):
    with frozen(now()) as advance:
        town.decided(case=town.reported())
        advance(timedelta(days=30))
        town.work()
    assert "overdue" not in town.told(town.ada)


@ONE
def test_whoever_is_muted_reads_until_when_where_they_would_write(town: Town):
    town.decided("uphold", sanction="mute", until=in_days(3))
    shown = place(
        fresh(town.bogdan), Seat(town.channel, membership(town.channel.id, town.bogdan.id))
    )
    assert "not write until" in shown.why_not
    assert shown.why_no_reply == shown.why_not
    assert (
        place(town.kofi, Seat(town.channel, membership(town.channel.id, town.kofi.id))).why_not
        == ""
    )


def test_a_removed_post_is_gone_its_author_hears_the_rule_and_nobody_is_named(town: Town):
    case = town.reported(note="He shouts at me.")
    town.decided(case=case, message="Please calm down.")
    town.work()
    assert (fresh(town.post).deleted, fresh(case).state) == (True, "decided")
    assert (town.told(town.bogdan), town.told(town.elif_)) == (["decided"], ["outcome"])
    (mail,) = [
        each.get_content() for each in mails(town.app) if "bogdan" in str(each["To"]).lower()
    ]
    assert "argue about matters" in mail
    assert "Please calm down." in mail
    assert "/appeals/" in mail
    assert "Elif" not in mail
    assert "Ada" not in mail
    assert "shouts" not in mail
    for actor in (town.bogdan, town.owen):
        with pytest.raises(Forbidden):
            restore_post(actor, town.post)


def test_the_log_says_what_was_decided_and_not_who_reported(town: Town):
    town.decided(case=town.reported())
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("moderation."))
    ).all()
    assert [(one.action, one.actor_id) for one in entries] == [
        ("moderation.report", None),
        ("moderation.decide", town.ada.id),
    ]
    assert entries[1].details["act"] == "remove"


def test_of_two_who_decide_at_once_the_second_hears_so(town: Town):
    case = town.reported()
    town.decided("dismiss", case=case)
    with pytest.raises(Conflict):
        decide(town.mira, case, Verdict("remove", rule="insult"))
    assert not fresh(town.post).deleted


@ONE
def test_whoever_leads_a_channel_judges_what_stands_in_it_but_locks_nobody_out(town: Town):
    case = town.reported()
    verdict = Verdict("uphold", rule="insult", sanction="suspend", until=in_days(2))
    with pytest.raises(Forbidden):
        decide(town.owen, case, verdict)
    decide(town.owen, case, Verdict("uphold", rule="insult", sanction="expel"))
    assert membership(town.channel.id, town.bogdan.id) is None
    with pytest.raises(Forbidden):
        join_channel(town.bogdan, town.channel)
    undo(town.owen, case)
    assert membership(town.channel.id, town.bogdan.id) is not None


def test_an_appeal_is_judged_by_somebody_else_and_takes_everything_back(town: Town):
    decision = town.decided(sanction="mute", until=in_days(3))
    with pytest.raises(Forbidden):
        write(town.bogdan, town.channel, "again")
    made = appeal(town.bogdan, decision, "I was quoting somebody.")
    with pytest.raises(Conflict):
        appeal(town.bogdan, decision, "Once more.")
    with pytest.raises(Forbidden):
        judge(town.ada, made, "overturned")
    with pytest.raises(Conflict):
        undo(town.mira, db.session.get_one(Case, decision.case_id))
    judge(town.mira, made, "overturned", "Right.")
    assert not fresh(town.post).deleted
    assert not fresh(town.post).hidden
    assert write(fresh(town.bogdan), town.channel, "thanks")
    town.work()
    assert town.told(town.bogdan) == ["decided", "judged"]
    assert "appealed" in town.told(town.mira)
    assert "appealed" not in town.told(town.ada)


@ONE
def test_an_appeal_comes_in_time_or_not_at_all(town: Town):
    decision = town.decided()
    with frozen(in_days(15)), pytest.raises(Conflict):
        appeal(town.bogdan, decision, "Late.")
    with pytest.raises(NotFound):
        appeal(town.elif_, decision, "Not mine.")


@ONE
def test_undoing_brings_everything_back_and_opens_the_case(town: Town):
    case = town.reported()
    town.decided(case=case, sanction="suspend", until=in_days(1))
    assert fresh(town.bogdan).is_suspended
    undo(town.mira, case)
    assert (fresh(town.bogdan).suspended_until, fresh(town.post).deleted) == (None, False)
    assert fresh(case).state == "open"


@ONE
def test_what_its_author_took_away_while_it_was_hidden_is_in_sight_when_they_bring_it_back(
    town: Town,
):
    case = town.reported()
    set_hidden(town.ada, case, True)
    delete_post(town.bogdan, fresh(town.post))
    town.decided("dismiss", case=case)
    restore_post(town.bogdan, fresh(town.post))
    assert (fresh(town.post).deleted, fresh(town.post).hidden) == (False, False)


@ONE
def test_what_is_gone_for_good_is_not_kept_in_its_case_and_can_still_be_decided(town: Town):
    case = town.reported()
    purge_posts(town.channel.id, [town.post.id])
    assert (fresh(case).said, fresh(case).context_ids) == ("", [])
    town.decided("uphold", case=case, sanction="warn")
    assert fresh(case).state == "decided"


@ONE
def test_a_post_stays_hidden_while_a_file_of_it_is_still_looked_at(town: Town):
    picture = store_file(town.bogdan, io.BytesIO(image()), "rude.png")
    post = write(town.bogdan, town.channel, "look", file_ids=[picture.id])
    first = town.reported(post=post)
    made, _new = report(town.kofi, "file", picture.id, "insult")
    second = db.session.get_one(Case, made.case_id)
    assert (second.post_id, second.author_id, second.said) == (post.id, town.bogdan.id, "rude.png")
    set_hidden(town.ada, first, True)
    town.decided("dismiss", case=first)
    assert fresh(post).hidden
    town.decided("dismiss", case=second)
    assert not fresh(post).hidden


@ONE
def test_of_two_sanctions_the_longer_one_holds_until_it_is_lifted(town: Town):
    until = in_days(9)
    long = town.decided("uphold", sanction="mute", until=until)
    case_id = report(town.kofi, "person", town.bogdan.id, "insult")[0].case_id
    case = db.session.get_one(Case, case_id)
    town.decided("uphold", case=case, sanction="mute", until=in_days(2))
    assert fresh(town.bogdan).muted_until == until
    undo(town.mira, db.session.get_one(Case, long.case_id))
    assert fresh(town.bogdan).muted_until < until


@ONE
def test_whoever_is_muted_reads_and_writes_to_admins_alone(town: Town):
    town.decided("uphold", sanction="mute", until=in_days(1))
    bogdan: Person = fresh(town.bogdan)
    assert find(Post, town.post.id, bogdan)
    for attempt in (
        lambda: write(bogdan, town.channel),
        lambda: write(bogdan, town.channel, parent_id=town.post.id),
        lambda: edit_post(bogdan, town.post, "otherwise"),
        lambda: start_conversation(bogdan, [town.kofi.id]),
    ):
        with pytest.raises(Forbidden, match="read, but not write"):
            attempt()
    conversation, _new = start_conversation(bogdan, [town.ada.id])
    assert write(bogdan, conversation, "Why?")


@ONE
def test_a_report_of_a_message_shares_it_with_a_little_around_and_only_with_those_who_judge(
    town: Town,
):
    talk, _new = start_conversation(town.bogdan, [town.elif_.id])
    said = [write(town.bogdan, talk, f"message {number}") for number in range(7)]
    case = town.reported(town.elif_, said[3])
    assert case.context_ids == [said[1].id, said[2].id, said[4].id, said[5].id]
    assert find(Case, case.id, town.ada)
    with pytest.raises(NotFound):
        find(Post, said[3].id, town.ada)
    with pytest.raises(NotFound):
        find(Case, case.id, town.owen)


@ONE
def test_several_are_decided_at_once_and_those_that_cannot_be_are_named(town: Town):
    cases = [
        town.reported(town.elif_, write(town.bogdan, town.channel, f"rude {n}")) for n in range(3)
    ]
    town.decided("dismiss", case=cases[1])
    made, failed = decide_many(town.mira, cases, Verdict("remove", rule="insult"))
    assert len(made) == 2
    assert [case.id for case, _why in failed] == [cases[1].id]


@ONE
def test_a_case_is_given_to_somebody_who_may_judge_it_and_noted_on(town: Town):
    case = town.reported()
    with pytest.raises(Conflict):
        assign(town.ada, case, town.kofi)
    assign(town.ada, case, town.mira)
    write_note(town.mira, case, "I'll talk to him.")
    assert fresh(case).assignee_id == town.mira.id
    set_hidden(town.mira, case, True)
    assert fresh(town.post).hidden
    assert len(db.session.scalars(select(Report)).all()) == 1
