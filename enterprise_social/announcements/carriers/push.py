"""Web Push: to every browser of a recipient's, with no more than what a locked screen may show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from flask_babel import force_locale

from enterprise_social.announcements.actions.delivering import Due
from enterprise_social.announcements.carriers.letters import announcements_of, people_of, subject_of
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.sending import Batch
from enterprise_social.announcements.ways import possible
from enterprise_social.core.clock import now
from enterprise_social.core.text import plain_excerpt
from enterprise_social.people.models import Person
from enterprise_social.push import actions, queries
from enterprise_social.push.sending import AT_ONCE, Notice, Outcome, push

BATCH = 100
EXCERPT = 160
URGENCY = {"routine": "low", "important": "normal", "critical": "high"}
# For how long a push service keeps it for a browser that is away; later it is no news.
KEPT_SECONDS = {"routine": 12 * 3600, "important": 24 * 3600, "critical": 24 * 3600}


@possible("push")
def by_push(person_ids: Collection[int]) -> Iterable[int]:
    """Everyone who switched it on in a browser."""
    return queries.reachable(person_ids)


def carry(batch: Batch) -> None:
    """Push the messages of a batch, to a few people at once.

    What came of it is written down after each few: a crash pushes no more than those again.
    """
    announcements = announcements_of({due.announcement_id for due in batch.dues})
    people = people_of({due.person_id for due in batch.dues})
    browsers = queries.subscriptions_of(list(people))
    for start in range(0, len(batch.dues), AT_ONCE):
        some = [due for due in batch.dues[start : start + AT_ONCE] if batch.wanted(due)]
        pairs = [(due, browser) for due in some for browser in browsers.get(due.person_id, [])]
        outcomes = push(
            (browser, notice_of(announcements[due.announcement_id], people[due.person_id], due))
            for due, browser in pairs
        )
        _record_all(batch, some, [due for due, _browser in pairs], outcomes)


def _record_all(
    batch: Batch, dues: Sequence[Due], each_of: Sequence[Due], outcomes: Sequence[Outcome]
) -> None:
    theirs: dict[int, list[Outcome]] = {}
    for due, outcome in zip(each_of, outcomes, strict=True):
        theirs.setdefault(due.id, []).append(outcome)
    for due in dues:
        _record(batch, due, theirs.get(due.id, []))
    gone = {each.subscription_id for each in outcomes if each.state == "gone"}
    if gone:
        actions.remove(gone)
    actions.note_use({each.subscription_id for each in outcomes if each.state == "taken"})


def notice_of(announcement: Announcement, person: Person, due: Due) -> Notice:
    """Return what is shown of an announcement on somebody's device."""
    with force_locale(person.locale or "en"):
        title = subject_of(announcement)
    return Notice(
        title=title,
        body=plain_excerpt(announcement.plain, EXCERPT),
        url=f"/announcements/{announcement.id}",
        # A later step takes the place of an earlier one that was not looked at.
        tag=f"announcement-{announcement.id}",
        silent=due.silent,
        urgency=URGENCY[announcement.priority],
        seconds=KEPT_SECONDS[announcement.priority],
    )


def _record(batch: Batch, due: Due, outcomes: Sequence[Outcome]) -> None:
    """One browser that took it is enough; else the ledger says what the last one's trouble was."""
    states = {each.state for each in outcomes}
    if "taken" in states:
        batch.sent(due)
        return
    later = [each for each in outcomes if each.state == "later"]
    if later:
        waits = [each.wait for each in later if each.wait is not None]
        if all(each.away for each in later) and waits:
            batch.put_off(due, now() + min(waits), later[0].reason)
        else:
            batch.failed(due, later[0].reason, wait=min(waits, default=None))
        return
    reason = outcomes[0].reason if outcomes else "no browser is left that gets push messages"
    batch.failed(due, reason, for_good=True)
