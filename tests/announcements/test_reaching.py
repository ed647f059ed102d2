"""Announcements reach whom they are for, by each way at its time, until they have answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import insert, select

from enterprise_social.announcements import actions, policy
from enterprise_social.announcements.models import Announcement, Delivery, Recipient
from enterprise_social.announcements.queries import board, lists
from enterprise_social.core import outbox
from enterprise_social.core.access import find, visible
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.people.actions import deactivate_person, update_person
from enterprise_social.people.models import Absence, Person
from tests.announcements.conftest import MONDAY
from tests.making import fresh, make_person, sign_in


def announce_to_yard(lead: Person, **fields: Any) -> Announcement:
    """Publish to the yard; critical and to be acknowledged where nothing else is said."""
    content = {
        "title": "Stop all cranes",
        "body": "Park them **now**.",
        "priority": "critical",
        "asks": "acknowledgement",
        "reason": "Two near misses",
        "audience_text": "department is Yard",
        **fields,
    }
    draft, _new = actions.create_draft(lead, **content)
    return actions.publish(lead, draft, version=draft.version)


def ledger(announcement: Announcement, person: Person) -> list[tuple[int, str, str]]:
    db.session.rollback()
    rows = board.ledger(announcement.id, person.id)
    return [(row.step, row.way, row.state) for row in rows]


def work() -> None:
    """Let the worker do what is due."""
    current_app.extensions["worker"].run_until_idle()
    db.session.rollback()


def test_everyone_of_the_audience_gets_it_and_nobody_else(yard: dict[str, Person]) -> None:
    sent = announce_to_yard(yard["lead"])
    assert sent.recipient_count == 3
    for name in ("ana", "ben", "cho"):
        assert find(Announcement, sent.id, yard[name]) == sent
        (banner,) = lists.banners(yard[name].id)
        assert banner.announcement == sent
    with pytest.raises(NotFound):
        find(Announcement, sent.id, yard["dora"])
    assert lists.banners(yard["dora"].id) == []
    assert lists.received(yard["dora"]).items == []


def test_a_draft_is_its_authors_alone(yard: dict[str, Person]) -> None:
    draft, _new = actions.create_draft(
        yard["lead"], title="Soon", audience_text="department is Yard"
    )
    for name in ("ana", "chief", "dora"):
        with pytest.raises(NotFound):
            find(Announcement, draft.id, yard[name])


def test_a_manager_announces_to_their_own_line_only(yard: dict[str, Person]) -> None:
    with pytest.raises(Invalid) as refused:
        announce_to_yard(yard["lead"], audience_text="department is one of (Yard, Office)")
    assert "1 of these people" in refused.value.errors["audience_text"][0]
    actions.grant_right(yard["chief"], yard["lead"], "rule", rule_text="department is Office")
    with pytest.raises(Invalid):
        announce_to_yard(yard["lead"], audience_text="department is Office")
    sent = announce_to_yard(
        yard["lead"], audience_text="department is Office", priority="important"
    )
    assert sent.recipient_count == 1
    with pytest.raises(Forbidden):
        actions.create_draft(yard["ana"], title="Hear me")
    with pytest.raises(Forbidden):
        actions.grant_right(yard["lead"], yard["lead"], "everyone")


def test_sent_twice_it_is_one(yard: dict[str, Person]) -> None:
    fields = {
        "title": "Once",
        "audience_text": "department is Yard",
        "priority": "important",
    }
    first, is_new = actions.create_draft(yard["lead"], client_id="abc", **fields)
    again, is_new_again = actions.create_draft(yard["lead"], client_id="abc", **fields)
    assert (is_new, is_new_again) == (True, False)
    assert again.id == first.id
    actions.publish(yard["lead"], first, version=first.version)
    assert actions.publish(yard["lead"], again, version=again.version).recipient_count == 3
    work()
    assert len(ledger(first, yard["ana"])) == 1


def test_what_was_changed_since_it_was_confirmed_is_not_sent(yard: dict[str, Person]) -> None:
    draft, _new = actions.create_draft(yard["lead"], title="A", audience_text="department is Yard")
    confirmed = draft.version
    actions.update_draft(yard["lead"], draft, title="B")
    with pytest.raises(Conflict):
        actions.publish(yard["lead"], draft, version=confirmed)
    assert fresh(draft).state == "draft"


def test_each_step_comes_at_its_time_until_somebody_answers(
    yard: dict[str, Person], clock: Any
) -> None:
    sent = announce_to_yard(yard["lead"])
    work()
    assert ledger(sent, yard["ana"]) == [(0, "app", "queued")]
    clock(timedelta(minutes=4, seconds=59))
    work()
    assert len(ledger(sent, yard["ana"])) == 1
    clock(timedelta(seconds=1))
    work()
    assert ledger(sent, yard["ana"])[1][:2] == (1, "email")
    actions.answer(yard["ana"], sent)
    clock(timedelta(minutes=30))
    work()
    clock(timedelta(minutes=30))
    work()
    assert len(ledger(sent, yard["ana"])) == 2
    assert {way for _step, way, _state in ledger(sent, yard["ben"])} >= {"app", "email", "manager"}


def test_the_all_clear_stops_every_step(yard: dict[str, Person], clock: Any) -> None:
    sent = announce_to_yard(yard["lead"])
    work()
    actions.end(yard["lead"], sent)
    clock(timedelta(hours=2))
    work()
    assert ledger(sent, yard["ben"]) == [(0, "app", "queued")]
    assert lists.banners(yard["ben"].id) == []
    with pytest.raises(Conflict):
        actions.answer(yard["ben"], sent)
    assert actions.claim_deliveries("email") == []


def test_an_announcement_expires_by_itself(yard: dict[str, Person], clock: Any) -> None:
    sent = announce_to_yard(yard["lead"], expires_at=MONDAY + timedelta(minutes=3))
    work()
    clock(timedelta(minutes=3))
    work()
    assert (fresh(sent).state, sent.ended_as) == ("ended", "expired")


def test_it_begins_at_the_same_wall_clock_time_in_every_zone(
    yard: dict[str, Person], clock: Any
) -> None:
    update_person(yard["ben"], yard["ben"], time_zone="Asia/Kolkata")
    update_person(yard["cho"], yard["cho"], time_zone="America/New_York")
    sent = announce_to_yard(yard["lead"], local_at="2026-11-23T14:00")
    begins = {
        row.person_id: row.begins_at
        for row in db.session.scalars(select(Recipient).where(Recipient.announcement_id == sent.id))
    }
    assert begins[yard["ana"].id] == MONDAY.replace(hour=14)
    assert begins[yard["ben"].id] == MONDAY.replace(hour=8, minute=30)
    assert begins[yard["cho"].id] == MONDAY.replace(hour=19)
    work()
    with pytest.raises(NotFound):
        find(Announcement, sent.id, yard["ben"])
    assert ledger(sent, yard["ben"]) == []
    clock(timedelta(minutes=30))
    work()
    assert find(Announcement, sent.id, yard["ben"]) == sent
    assert ledger(sent, yard["ben"]) == [(0, "app", "queued")]
    assert ledger(sent, yard["ana"]) == []


def test_a_routine_one_waits_for_working_hours_and_an_important_one_is_silent_at_night(
    yard: dict[str, Person], clock: Any
) -> None:
    update_person(yard["ben"], yard["ben"], time_zone="America/New_York")  # 03:00 there
    routine = announce_to_yard(yard["lead"], priority="routine", asks="nothing")
    important = announce_to_yard(yard["lead"], priority="important")
    critical = announce_to_yard(yard["lead"])
    work()
    assert ledger(routine, yard["ben"]) == []
    silent = {
        row.announcement_id: row.silent
        for row in db.session.scalars(select(Delivery).where(Delivery.person_id == yard["ben"].id))
    }
    assert silent == {important.id: True, critical.id: False}
    clock(timedelta(hours=6))  # nine o'clock in New York
    work()
    assert ledger(routine, yard["ben"]) == [(0, "app", "queued")]


def test_whoever_is_away_is_represented(yard: dict[str, Person]) -> None:
    db.session.add(
        Absence(
            person_id=yard["ana"].id,
            begins_at=MONDAY - timedelta(days=1),
            ends_at=MONDAY + timedelta(days=9),
            deputy_id=yard["dora"].id,
        )
    )
    db.session.commit()
    sent = announce_to_yard(yard["lead"])
    theirs = lists.of_recipient(sent.id, yard["dora"].id)
    assert theirs is not None
    assert theirs.stands_in_for_id == yard["ana"].id
    assert sent.recipient_count == 4


def test_those_who_join_later_get_it_where_that_was_wanted(yard: dict[str, Person]) -> None:
    open_to_all = announce_to_yard(yard["lead"], adds_joiners=True)
    fixed = announce_to_yard(yard["lead"])
    work()
    newcomer = make_person("Newcomer", department="Yard", manager_id=yard["lead"].id)
    work()
    assert find(Announcement, open_to_all.id, newcomer) == open_to_all
    assert ledger(open_to_all, newcomer) == [(0, "app", "queued")]
    with pytest.raises(NotFound):
        find(Announcement, fixed.id, newcomer)


def test_whoever_comes_into_a_line_brings_everyone_below_them(yard: dict[str, Person]) -> None:
    other = make_person("Other", role="manager", manager_id=yard["chief"].id)
    foreman = make_person("Foreman", role="manager", manager_id=other.id)
    docker = make_person("Docker", manager_id=make_person("Deputy", manager_id=foreman.id).id)
    rule = f"reports to @{yard['lead'].username}"
    sent = announce_to_yard(yard["lead"], audience_text=rule, adds_joiners=True)
    work()
    before = sent.recipient_count
    update_person(yard["chief"], fresh(foreman), manager_id=yard["lead"].id)
    work()
    assert fresh(sent).recipient_count == before + 3
    assert ledger(sent, docker) == [(0, "app", "queued")]


def test_a_second_person_must_agree_where_the_policy_says_so(yard: dict[str, Person]) -> None:
    steps = [{"after": 0, "ways": ["app"]}]
    actions.set_policy(yard["chief"], "critical", steps=steps, approval_over=2)
    waiting = announce_to_yard(yard["lead"])
    assert waiting.state == "waiting"
    assert lists.banners(yard["ana"].id) == []
    with pytest.raises(Forbidden):
        actions.approve(yard["lead"], waiting)
    with pytest.raises(Forbidden):
        actions.approve(yard["ana"], waiting)
    assert [each for each, _by in lists.to_approve(yard["chief"]).items] == [waiting]
    assert actions.approve(yard["chief"], waiting).state == "published"
    assert announce_to_yard(yard["lead"], drill=True).state == "published"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_ladder_that_was_given_up_is_said_to_stand_still_and_goes_on(
    yard: dict[str, Person], clock: Any, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [{"after": 0, "ways": ["app"]}, {"after": 300, "ways": ["email"]}]
    actions.set_policy(yard["chief"], "critical", steps=steps)
    sent = announce_to_yard(yard["lead"])
    work()
    page = f"/announcements/{sent.id}/board"
    with monkeypatch.context() as broken:
        broken.setattr(actions, "climb", lambda *_given: 1 // 0)
        for _try in range(outbox.MOST_ATTEMPTS):
            clock(timedelta(hours=1))
            work()
    assert outbox.backlog()["failed"] == 1
    work()
    assert ledger(sent, yard["ana"]) == [(0, "app", "queued")]
    lead = sign_in(app, yard["lead"])
    assert "has not been carried out" in lead.get(page).text
    with pytest.raises(Forbidden):
        actions.resume(yard["ana"], sent)
    assert lead.post(f"/announcements/{sent.id}/ladder").status_code == 303
    work()
    assert (1, "email") in [line[:2] for line in ledger(sent, yard["ana"])]
    assert "has not been carried out" not in lead.get(page).text
    with pytest.raises(Conflict):
        actions.resume(yard["lead"], sent)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_all_that_waits_for_approval_can_be_come_by(yard: dict[str, Person]) -> None:
    rows = [
        {"author_id": yard["lead"].id, "state": "waiting", "title": f"No {number}",
         "created_at": MONDAY, "updated_at": MONDAY + timedelta(minutes=number // 2)}
        for number in range(65)
    ]  # fmt: skip
    db.session.execute(insert(Announcement), rows)
    db.session.commit()
    assert lists.approvals_count(yard["chief"]) == 65
    assert lists.approvals_count(yard["lead"]) == 0
    found, cursor = [], None
    for _page in range(3):
        page = lists.to_approve(yard["chief"], cursor=cursor)
        cursor = page.next_cursor
        found += [each.title for each, _by in page.items]
    assert cursor is None
    assert found == [f"No {number}" for number in range(65)]


def test_nobody_sends_more_alarms_than_the_quota(yard: dict[str, Person], clock: Any) -> None:
    steps = [{"after": 0, "ways": ["app"]}]
    actions.set_policy(yard["chief"], "critical", steps=steps, quota=1)
    announce_to_yard(yard["lead"])
    with pytest.raises(Conflict):
        announce_to_yard(yard["lead"])
    assert announce_to_yard(yard["lead"], drill=True).drill
    clock(timedelta(hours=24, seconds=1))
    assert announce_to_yard(yard["lead"]).state == "published"


def test_what_is_scheduled_goes_out_at_its_time_unless_it_was_changed(
    yard: dict[str, Person], clock: Any
) -> None:
    later = MONDAY + timedelta(hours=1)
    sent = announce_to_yard(yard["lead"], publish_at=later)
    changed = announce_to_yard(yard["lead"], publish_at=later)
    actions.update_draft(yard["lead"], changed, title="Not like this")
    orphan = announce_to_yard(yard["lead"], publish_at=later, title="Orphan")
    assert sent.state == "scheduled"
    clock(timedelta(hours=1))
    work()
    assert fresh(sent).state == "published"
    assert fresh(changed).state == "draft"
    assert fresh(orphan).state == "published"


def test_nothing_goes_out_in_the_name_of_somebody_who_left(
    yard: dict[str, Person], clock: Any
) -> None:
    sent = announce_to_yard(yard["lead"], publish_at=MONDAY + timedelta(hours=1))
    deactivate_person(yard["chief"], yard["lead"])
    clock(timedelta(hours=1))
    work()
    assert fresh(sent).state == "draft"


def test_an_answer_may_change_while_it_is_open_and_a_receipt_of_others_counts_nothing(
    yard: dict[str, Person],
) -> None:
    choices = [{"text": "I am safe"}, {"text": "I need help", "alerts": True}]
    sent = announce_to_yard(yard["lead"], asks="answer", choices=choices, takes_note=True)
    actions.answer(yard["ana"], sent, choice=1, note="Hall 3")
    assert board.notes(sent)[0][1].note == "Hall 3"
    actions.answer(yard["ana"], sent, choice=0)
    assert board.answers(sent) == [("I am safe", 1), ("I need help", 0)]
    for choice in (None, -1, 2):
        with pytest.raises(Invalid):
            actions.answer(yard["ben"], sent, choice=choice)
    with pytest.raises(NotFound):
        actions.answer(yard["dora"], sent, choice=0)
    assert actions.record_seen([(sent.id, yard["dora"].id)]) == 0


def test_what_the_page_reports_stands_in_the_ledger_whoever_is_first(
    yard: dict[str, Person],
) -> None:
    sent = announce_to_yard(yard["lead"])
    assert actions.record_delivered([(sent.id, yard["ana"].id)]) == 1
    work()
    assert actions.record_delivered([(sent.id, yard["ben"].id)] * 2) == 1
    assert actions.record_seen([(sent.id, yard["ben"].id)]) == 1
    assert ledger(sent, yard["ana"]) == [(0, "app", "delivered")]
    assert ledger(sent, yard["ben"]) == [(0, "app", "delivered")]
    found = board.counts(sent)
    assert (found.recipients, found.reached, found.seen, found.missing) == (3, 2, 1, 3)


def test_a_correction_goes_to_the_very_same_people(yard: dict[str, Person]) -> None:
    sent = announce_to_yard(yard["lead"])
    update_person(yard["chief"], yard["ana"], department="Office")
    fixed = actions.follow_up(
        yard["lead"], sent, kind="all_clear", client_id="c1", title="All clear", body="Go on."
    )
    twice = actions.follow_up(
        yard["lead"], sent, kind="all_clear", client_id="c1", title="All clear", body="Go on."
    )
    assert twice.id == fixed.id
    assert fixed.recipient_count == 3
    assert find(Announcement, fixed.id, yard["ana"]) == fixed
    assert fresh(sent).state == "ended"


def test_deliveries_are_claimed_once_and_those_of_who_answered_are_skipped(
    yard: dict[str, Person], clock: Any
) -> None:
    sent = announce_to_yard(yard["lead"])
    work()
    clock(timedelta(minutes=5))
    while actions.climb(sent.id, due_turn(sent)):
        pass
    actions.answer(yard["ana"], sent)
    claimed = actions.claim_deliveries("email")
    assert {each.person_id for each in claimed} == {yard["ben"].id, yard["cho"].id}
    assert actions.claim_deliveries("email") == []
    actions.record_sent(claimed[0].id)
    actions.record_failed(claimed[1].id, "mailbox full", for_good=True)
    assert ledger(sent, yard["ana"])[1] == (1, "email", "skipped")
    assert board.counts(sent).failed == 1


def due_turn(announcement: Announcement) -> str:
    return str(rfc3339(fresh(announcement).ladder_at))


def test_visibility_is_the_same_for_one_and_for_many(yard: dict[str, Person]) -> None:
    sent = announce_to_yard(yard["lead"])
    for name, person in yard.items():
        many = select(Announcement.id).where(visible(Announcement, person))
        sees = name != "dora"
        assert (sent.id in db.session.scalars(many).all()) == sees
    assert policy.may_see_board(yard["lead"], sent)
    assert not policy.may_see_board(yard["ana"], sent)
