"""Whoever could announce yesterday and can't today, and what was confirmed and is no longer so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from enterprise_social.announcements import actions, audience, checks
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries import lists
from enterprise_social.announcements.views.looks import reach_of
from enterprise_social.channels.actions import remove_member
from enterprise_social.core.access import find
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.people.actions import set_role, update_person
from enterprise_social.people.actions.groups import create_group, put_group_member
from enterprise_social.people.models import Absence, Person
from tests.announcements.conftest import MONDAY
from tests.announcements.test_reaching import announce_to_yard, work
from tests.making import fresh, make_channel, make_person

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
LATER = MONDAY + timedelta(hours=1)
STEPS: list[dict[str, Any]] = [{"after": 0, "ways": ["app"]}]


def say_more(actor: Person, first: Announcement, **fields: Any) -> Announcement:
    content = {"kind": "follow_up", "client_id": "f1", "title": "News", "body": "", **fields}
    return actions.follow_up(actor, first, **content)


def test_news_are_no_more_urgent_than_what_they_follow(yard: dict[str, Person]) -> None:
    first = announce_to_yard(yard["lead"], priority="routine", asks="nothing")
    with pytest.raises(Invalid) as refused:
        say_more(yard["lead"], first, priority="critical")
    assert list(refused.value.errors) == ["priority"]
    # Nor by a draft that was begun before.
    actions.create_draft(yard["lead"], client_id="f1", title="Wake up", priority="critical")
    with pytest.raises(Conflict):
        say_more(yard["lead"], first)
    assert lists.banners(yard["ana"].id) == []


def test_news_count_as_alarms_and_the_all_clear_goes_out_in_any_case(
    yard: dict[str, Person],
) -> None:
    actions.set_policy(yard["chief"], "critical", steps=STEPS, quota=1)
    first = announce_to_yard(yard["lead"])
    with pytest.raises(Conflict):
        say_more(yard["lead"], first)
    over = say_more(yard["lead"], first, kind="all_clear", client_id="f2")
    assert fresh(first).ended_as == "all_clear"
    with pytest.raises(Conflict):
        say_more(yard["lead"], first, kind="all_clear", client_id="f3")
    assert over.recipient_count == 3


def test_whoever_lost_the_right_calls_nobody_any_more_but_may_end_it(
    yard: dict[str, Person],
) -> None:
    actions.grant_right(yard["chief"], yard["lead"], "everyone", may_be_critical=True)
    first = announce_to_yard(yard["lead"], audience_text="department is one of (Yard, Office)")
    actions.revoke_right(yard["chief"], 1)
    with pytest.raises(Invalid):
        say_more(yard["lead"], first)
    set_role(yard["chief"], yard["lead"], "employee")
    with pytest.raises(Forbidden):
        say_more(yard["lead"], first)
    with pytest.raises(Forbidden):
        actions.nudge(yard["lead"], first)
    assert actions.end(yard["lead"], first).state == "ended"


def test_nobody_speaks_on_in_a_name_that_was_taken_back(
    yard: dict[str, Person], clock: Any
) -> None:
    lead, ana = yard["lead"], yard["ana"]
    actions.grant_right(yard["chief"], ana, "rule", rule_text="role is admin")
    actions.delegate(lead, ana)
    first = announce_to_yard(ana, in_name_of=lead, audience_text="person is @ben or person is @cho")
    due = announce_to_yard(
        ana, in_name_of=lead, audience_text="person is @ben", publish_at=LATER, title="Later"
    )
    actions.undelegate(lead, ana)
    for call in (lambda: say_more(ana, first), lambda: actions.nudge(ana, first)):
        with pytest.raises(Forbidden):
            call()
    clock(timedelta(hours=1))
    work()
    assert fresh(due).state == "draft"
    assert actions.nudge(lead, first) == 2


@pytest.mark.parametrize("what", ["moved", "grew", "many", "ended"])
def test_what_was_scheduled_goes_out_only_where_all_still_holds(
    yard: dict[str, Person], clock: Any, what: str
) -> None:
    lead, chief = yard["lead"], yard["chief"]
    group = create_group(lead, "Crew", handle="crew")
    put_group_member(lead, group, yard["ana"])
    fields: dict[str, Any] = {"audience_text": "in group @crew", "publish_at": LATER}
    actions.set_policy(chief, "critical", steps=STEPS, approval_over=1 if what == "many" else None)
    due = announce_to_yard(lead, **fields)
    assert due.state == "scheduled"
    if what == "moved":
        update_person(chief, yard["ana"], manager_id=chief.id)
    elif what == "grew":
        put_group_member(lead, group, yard["dora"])
    elif what == "many":
        put_group_member(lead, group, yard["ben"])
    else:
        set_role(chief, lead, "employee")
    clock(timedelta(hours=1))
    work()
    assert (fresh(due).state, due.recipient_count) == ("draft", 0)
    assert lists.banners(yard["ana"].id) == []


def test_nobody_joins_beyond_the_senders_line_by_a_group_that_the_sender_fills(
    yard: dict[str, Person],
) -> None:
    group = create_group(yard["lead"], "Crew", handle="crew")
    put_group_member(yard["lead"], group, yard["ana"])
    sent = announce_to_yard(yard["lead"], audience_text="in group @crew", adds_joiners=True)
    for one in (
        yard["ben"],
        yard["dora"],
    ):
        put_group_member(yard["lead"], group, one)
    work()
    assert find(Announcement, sent.id, yard["ben"]) == sent
    with pytest.raises(NotFound):
        find(Announcement, sent.id, yard["dora"])


def test_who_joins_later_waits_for_the_time_of_their_zone_as_all_do(
    yard: dict[str, Person], clock: Any
) -> None:
    sent = announce_to_yard(yard["lead"], adds_joiners=True, local_at="2026-11-23T17:00")
    new = make_person("New", department="Yard", manager_id=yard["lead"].id)
    work()
    assert lists.banners(new.id) == []
    clock(timedelta(hours=9))
    work()
    assert [each.announcement for each in lists.banners(new.id)] == [sent]


def test_whoever_left_a_channel_learns_no_more_of_who_is_in_it(yard: dict[str, Person]) -> None:
    lead, chief = yard["lead"], yard["chief"]
    room = make_channel(chief, "Layoffs", lead, yard["ana"], kind="private")
    text = f"in channel #{room.slug}"
    draft, _new = actions.create_draft(lead, title="Hush", audience_text=text)
    assert checks.outlook(lead, draft).count == 2
    remove_member(chief, room, lead)
    found = checks.outlook(lead, draft)
    assert (found.count, list(found.errors)) == (0, ["audience_text"])
    assert reach_of(lead, {}, text, {}) is None  # type: ignore[arg-type]
    with pytest.raises(Invalid):
        actions.publish(lead, draft, version=draft.version)


def test_who_approves_approves_what_they_have_read(yard: dict[str, Person]) -> None:
    lead, chief = yard["lead"], yard["chief"]
    actions.set_policy(chief, "critical", steps=STEPS, approval_over=2)
    waiting = announce_to_yard(lead)
    read = waiting.version
    changed = actions.update_draft(lead, waiting, title="Something else")
    actions.publish(lead, changed, version=changed.version)
    with pytest.raises(Conflict):
        actions.approve(chief, waiting, version=read)
    set_role(chief, lead, "employee")
    with pytest.raises(Invalid):
        actions.approve(chief, waiting, version=fresh(waiting).version)
    assert fresh(waiting).state == "waiting"


def test_the_quota_is_the_senders_whoever_writes_and_however_it_is_scheduled(
    yard: dict[str, Person],
) -> None:
    lead, ana = yard["lead"], yard["ana"]
    actions.set_policy(yard["chief"], "critical", steps=STEPS, quota=1)
    announce_to_yard(lead, publish_at=LATER)
    with pytest.raises(Conflict):
        announce_to_yard(lead, publish_at=LATER + timedelta(hours=1))
    actions.grant_right(yard["chief"], ana, "rule", rule_text="role is admin")
    actions.delegate(lead, ana)
    with pytest.raises(Conflict):
        announce_to_yard(ana, in_name_of=lead, audience_text="person is @ben", publish_at=LATER)


def away_from(person: Person, deputy: Person) -> None:
    span = {"begins_at": MONDAY - timedelta(days=1), "ends_at": MONDAY + timedelta(days=1)}
    db.session.add(Absence(person_id=person.id, deputy_id=deputy.id, **span))
    db.session.commit()


def test_the_sender_is_no_recipient_even_as_somebodys_deputy(yard: dict[str, Person]) -> None:
    away_from(yard["ana"], yard["lead"])
    sent = announce_to_yard(yard["lead"])
    assert (sent.recipient_count, lists.of_recipient(sent.id, yard["lead"].id)) == (3, None)


def test_a_deputy_who_is_away_is_represented_as_well_and_a_circle_ends(
    yard: dict[str, Person],
) -> None:
    eva = make_person("Eva")
    for away, deputy in (("ana", yard["dora"]), ("dora", eva), ("ben", eva)):
        away_from(yard[away], deputy)
    away_from(eva, yard["dora"])
    sent = announce_to_yard(yard["lead"])
    assert lists.of_recipient(sent.id, eva.id) is not None
    assert sent.recipient_count == 5


def test_a_deputys_deputy_gets_it(yard: dict[str, Person]) -> None:
    eva = make_person("Eva")
    away_from(yard["ana"], yard["dora"])
    away_from(yard["dora"], eva)
    sent = announce_to_yard(yard["lead"])
    assert lists.of_recipient(sent.id, eva.id) is not None


def test_nobody_who_answered_is_called_again_with_those_who_have_not(
    yard: dict[str, Person],
) -> None:
    sent = announce_to_yard(yard["lead"])
    ids = [yard[name].id for name in ("ana", "ben", "cho", "dora")]
    actions.answer(yard["ana"], sent)
    assert actions.nudge(yard["lead"], sent) == 2
    called = lists.connected_recipients(sent.id, ids, waiting=True)
    assert called == {yard["ben"].id, yard["cho"].id}
    assert len(lists.connected_recipients(sent.id, ids)) == 3


def test_news_are_named_only_to_those_who_got_them(yard: dict[str, Person]) -> None:
    first = announce_to_yard(yard["lead"], adds_joiners=True)
    news = say_more(yard["lead"], first)
    new = make_person("New", department="Yard", manager_id=yard["lead"].id)
    work()
    assert find(Announcement, first.id, new) == first
    assert lists.followers_of(first, new) == []
    assert lists.followers_of(first, yard["ana"]) == [news]


def test_a_time_in_everybodys_zone_is_one_that_there_is_and_before_its_end(
    yard: dict[str, Person],
) -> None:
    for local_at in ("0001-01-01T00:00", "9999-12-31T23:59"):
        with pytest.raises(Invalid):
            announce_to_yard(yard["lead"], local_at=local_at)
    update_person(yard["chief"], yard["ben"], time_zone="Pacific/Honolulu")
    with pytest.raises(Invalid) as refused:
        announce_to_yard(yard["lead"], local_at="2026-11-23T17:00",
                         expires_at=MONDAY + timedelta(hours=12))  # fmt: skip
    assert list(refused.value.errors) == ["expires_at"]


def test_a_private_channel_stays_unnamed_to_who_is_not_in_it(yard: dict[str, Person]) -> None:
    room = make_channel(yard["chief"], "Layoffs", yard["lead"], yard["ana"], kind="private")
    draft, _new = actions.create_draft(
        yard["chief"], title="Hush", audience_text=f"in channel #{room.slug} or department is Yard"
    )
    sent = actions.publish(yard["chief"], draft, version=1)
    other = make_person("Other admin", role="admin")
    assert "#layoffs" in audience.words(sent.audience or {}, yard["lead"])
    assert "layoffs" not in audience.words(sent.audience or {}, other)
