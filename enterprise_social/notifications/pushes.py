"""Notifications pushed to browsers that somebody switched it on in, while they look elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from flask_babel import force_locale
from sqlalchemy import select

from enterprise_social.announcements.queries.reachability import reach_of
from enterprise_social.core.actions import action, finish_reading
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.core.whereabouts import active_of
from enterprise_social.notifications.events import NotificationsMade
from enterprise_social.notifications.models import Notification
from enterprise_social.notifications.queries.lists import (
    Line,
    from_nobody_blocked,
    lines_of,
    still_theirs,
)
from enterprise_social.notifications.queries.preferences import wanted_ways
from enterprise_social.notifications.sentences import plain_sentence
from enterprise_social.people import queries as people
from enterprise_social.push import actions as browsers
from enterprise_social.push.queries import reachable, subscriptions_of
from enterprise_social.push.sending import Notice, Outcome, push

# Later it is no news, and stands in the list all the same.
NEWS_FOR = timedelta(hours=1)
TRY_AGAIN = timedelta(minutes=1)


def push_notices(notification_ids: Collection[int]) -> None:
    """Push these lines to those who want it, are not here, and want no quiet."""
    lines = _wanted(notification_ids)
    theirs = subscriptions_of({line.notification.person_id for line in lines}) if lines else {}
    pairs = [(line, each) for line in lines for each in theirs.get(line.notification.person_id, [])]
    if not pairs:
        return
    known = people.by_ids(line.notification.person_id for line in lines)
    locales = {person.id: person.locale for person in known.values()}
    messages = [(each, notice_of(line, locales)) for line, each in pairs]
    finish_reading()  # no transaction stays open while services take their time
    _note([line.notification.id for line, _each in pairs], push(messages))


def _wanted(notification_ids: Collection[int]) -> list[Line]:
    statement = select(Notification).where(
        Notification.id.in_(notification_ids),
        Notification.read_at.is_(None),
        Notification.updated_at > now() - NEWS_FOR,
        still_theirs(),
        from_nobody_blocked(),
    )
    rows = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    ids = {row.person_id for row in rows}
    ids = reachable(ids) - active_of(ids) if ids else set()
    reaches = reach_of(ids) if ids else {}
    quiet = {each for each in ids if reaches[each].wants_silence(now(), "important")}
    mine = [row for row in rows if row.person_id in ids - quiet]
    wanted = {kind: wanted_ways(ids, kind) for kind in {row.kind for row in mine}}
    mine = [row for row in mine if "push" in wanted[row.kind][row.person_id]]
    # What is shown of a line is read for one person at a time.
    by_person: dict[int, list[Notification]] = {}
    for row in mine:
        by_person.setdefault(row.person_id, []).append(row)
    return [line for each in by_person.values() for line in lines_of(each)]


def notice_of(line: Line, locales: Mapping[int, str]) -> Notice:
    """Return what is shown of a line on somebody's device; it has one place there."""
    with force_locale(locales.get(line.notification.person_id) or "en"):
        title = plain_sentence(line)
    return Notice(title, line.excerpt, line.url, tag=f"n{line.notification.id}")


def _note(notification_ids: Sequence[int], outcomes: Sequence[Outcome]) -> None:
    of_state: dict[str, set[int]] = {}
    for outcome in outcomes:
        of_state.setdefault(outcome.state, set()).add(outcome.subscription_id)
    if of_state.get("gone"):
        browsers.remove(of_state["gone"])
    if of_state.get("taken"):
        browsers.note_use(of_state["taken"])
    pairs = zip(notification_ids, outcomes, strict=True)
    again = {each for each, outcome in pairs if outcome.state == "later"}
    waits = [each.wait for each in outcomes if each.state == "later" and each.wait is not None]
    if again:
        _push_later(sorted(again), max([*waits, TRY_AGAIN]))


@action
def _push_later(notification_ids: Sequence[int], wait: timedelta) -> None:
    announce(NotificationsMade(tuple(notification_ids)), run_at=now() + wait)
