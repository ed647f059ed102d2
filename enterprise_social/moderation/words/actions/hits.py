"""What word rules matched: that they did, never what was written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, insert, select, update

from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.core.screening import Asked, Verdict
from enterprise_social.moderation.words.events import WordsFlagged
from enterprise_social.moderation.words.models import WordHit, WordRule

KEPT = timedelta(days=365)
BATCH = 5_000


@action
def add_hits(asked: Asked, rule_ids: Sequence[int], effect: str, target: str) -> None:
    """Keep, in the running action, that rules matched what has become ``target``."""
    if not rule_ids:
        return
    moment = now()
    known = set(db.session.scalars(select(WordRule.id).where(WordRule.id.in_(rule_ids))))
    rows = [
        {
            "rule_id": rule_id,
            "at": moment,
            "effect": effect,
            "place": asked.place,
            "person_id": asked.actor_id,
            "channel_id": asked.channel_id,
            "target": target,
        }
        for rule_id in rule_ids
        if rule_id in known
    ]
    if not rows:
        return
    db.session.execute(insert(WordHit), rows)
    db.session.execute(
        update(WordRule)
        .where(WordRule.id.in_([row["rule_id"] for row in rows]))
        .values(hit_count=WordRule.hit_count + 1, last_hit_at=moment)
        .execution_options(synchronize_session=False)
    )


@action
def note_verdict(verdict: Verdict, target: str) -> None:
    """Keep what matched something that was taken, and have looked at what a rule points at."""
    asked = verdict.asked
    if asked is None:
        return
    for effect, ids in (
        ("hold", verdict.held_by),
        ("flag", verdict.flagged_by),
        ("replace", verdict.replaced_by),
    ):
        add_hits(asked, ids, effect, target)
    for rule_id in verdict.flagged_by:
        announce(WordsFlagged(rule_id, target, asked.channel_id))


@action
def keep_hits(asked: Asked, rule_ids: Sequence[int], effect: str) -> None:
    """Keep that rules matched something that came to nothing, in an action of its own."""
    add_hits(asked, rule_ids, effect, "")


@action
def forget_hits() -> int:
    """Throw away some of what matched more than a year ago; return how many."""
    old = select(WordHit.id).where(WordHit.at < now() - KEPT).order_by(WordHit.at).limit(BATCH)
    ids = db.session.scalars(old).all()
    gone = delete(WordHit).where(WordHit.id.in_(ids))
    db.session.execute(gone.execution_options(synchronize_session=False))
    return len(ids)
