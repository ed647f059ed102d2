"""Writes of retention: rules, and the runs that enforce them a little at a time.

A run goes through the channels in turns of some seconds. Each batch is a transaction of its own,
and what was removed is not there any more, so a run that was killed goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from enterprise_social.channels.models import Change, Channel
from enterprise_social.core import audit, settings
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, finish_reading, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.purging import purge_posts, put_away
from enterprise_social.posts.models import Post
from enterprise_social.posts.policy import kept
from enterprise_social.records.events import RetentionDue
from enterprise_social.records.models import (
    STATE_ID,
    ChannelRetention,
    RecordsState,
    RetentionRun,
)
from enterprise_social.records.policy.keeping import may_set_retention
from enterprise_social.records.queries import retention as queries
from enterprise_social.records.settings import DELETED_DAYS, RETENTION_DAYS, days

BATCH = 300
# So long one job works; what is left is another job, and a worker that stops needn't wait for it.
TURN_SECONDS = 5.0
# Between batches others write: on SQLite one at a time can.
SHARE = 0.5
LONGEST_PAUSE = 0.25
CHANNELS_AT_ONCE = 100
CHANGES_AT_ONCE = 5000


@action
def set_defaults(actor: Person | None, said: object, deleted: object) -> None:
    """Say how long posts are kept where their channel has no rule, and deleted ones everywhere.

    Raises Forbidden, and Invalid by the names of the settings. In force with the next run.
    """
    require(may_set_retention(actor), _("Only admins say how long things are kept."))
    settings.change(actor, {RETENTION_DAYS: said, DELETED_DAYS: deleted})


@action
def set_rule(actor: Person | None, channel: Channel, period: object) -> None:
    """Keep a channel's posts for so many days; nothing or None is for ever, as a rule of its own.

    Raises Forbidden, and Invalid for what is no number of days.
    """
    require(may_set_retention(actor), _("Only admins say how long things are kept."))
    try:
        wanted = days(period)
    except ValueError as error:
        raise Invalid(errors={"days": [str(error)]}) from error
    channel = lock(Channel, channel.id)
    rule = db.session.get(ChannelRetention, channel.id)
    if rule is not None and rule.days == wanted:
        return
    if rule is None:
        rule = ChannelRetention(channel_id=channel.id)
        db.session.add(rule)
    rule.days, rule.changed_at = wanted, now()
    rule.changed_by_id = None if actor is None else actor.id
    if wanted is None:
        audit.record(actor, "retention.kept", f"channel:{channel.id}")
    else:
        audit.record(actor, "retention.changed", f"channel:{channel.id}", {"days": wanted})


@action
def clear_rule(actor: Person | None, channel_id: int) -> None:
    """Let a channel's posts be kept as long as those of the others."""
    require(may_set_retention(actor), _("Only admins say how long things are kept."))
    rule = db.session.get(ChannelRetention, channel_id)
    if rule is not None:
        db.session.delete(rule)
        audit.record(actor, "retention.cleared", f"channel:{channel_id}")


@action
def begin_run() -> RetentionRun:
    """Begin a run, or return the one that is at work."""
    lock(RecordsState, STATE_ID)
    open_ones = select(RetentionRun).where(RetentionRun.finished_at.is_(None))
    run = db.session.scalars(open_ones.order_by(RetentionRun.id.desc()).limit(1)).one_or_none()
    if run is None:
        run = RetentionRun(started_at=now(), removed=0, hidden=0, files=0)
        db.session.add(run)
        db.session.flush()
        announce(RetentionDue(run.id, 0))
    return run


def take_turn(run_id: int, after: int, pause: Callable[[float], None] = time.sleep) -> None:
    """Work for some seconds on the channels after ``after``, then leave the rest to the next job.

    Not to be called inside an action: each batch is one.
    """
    ends = time.monotonic() + TURN_SECONDS
    while ids := queries.next_channels(after, CHANNELS_AT_ONCE):
        finish_reading()
        for channel_id in ids:
            if not _work_on(run_id, channel_id, ends, pause):
                _go_on(run_id, after)
                return
            after = channel_id
            if time.monotonic() > ends:
                _go_on(run_id, after)
                return
    _finish(run_id)


def _work_on(run_id: int, channel_id: int, ends: float, pause: Callable[[float], None]) -> bool:
    """Remove what of a channel is past its time; returns whether that was all of it."""
    cutoffs = queries.cutoffs(channel_id)
    while ids := [row.id for row in queries.past_deleted(channel_id, cutoffs.deleted, BATCH)]:
        finish_reading()
        _batch(partial(remove_some, run_id, channel_id, ids), pause)
        if time.monotonic() > ends:
            return False
    if cutoffs.said is None:
        finish_reading()
        return True
    last: tuple[datetime, int] | None = None
    while rows := queries.past_said(channel_id, cutoffs.said, BATCH, last):
        finish_reading()
        last = (rows[-1].created_at, rows[-1].id)
        going = [row.id for row in rows if not row.kept]
        staying = [row.id for row in rows if row.kept and row.deleted_at is None]
        if going:
            _batch(partial(remove_some, run_id, channel_id, going), pause)
        if staying:
            _batch(partial(hide_some, run_id, channel_id, staying), pause)
        if time.monotonic() > ends:
            return False
    finish_reading()
    while trim_log(channel_id, cutoffs.said) == CHANGES_AT_ONCE:
        pause(LONGEST_PAUSE)
    return True


def _batch(work: Callable[[], object], pause: Callable[[float], None]) -> None:
    began = time.monotonic()
    work()
    pause(min(LONGEST_PAUSE, SHARE * (time.monotonic() - began)))


@action
def remove_some(run_id: int, channel_id: int, post_ids: Sequence[int]) -> int:
    """Remove posts for good that nothing keeps now; returns how many that were."""
    lock(RecordsState, STATE_ID)
    statement = select(Post.id).where(Post.id.in_(post_ids), ~kept())
    purged = purge_posts(channel_id, db.session.scalars(statement).all())
    run = lock(RetentionRun, run_id)
    run.removed += purged.posts
    run.files += purged.files
    return purged.posts


@action
def hide_some(run_id: int, channel_id: int, post_ids: Sequence[int]) -> int:
    """Take posts out of sight whose time is past, and that must be kept all the same."""
    hidden = put_away(channel_id, post_ids)
    run = lock(RetentionRun, run_id)
    run.hidden += hidden
    return hidden


@action
def trim_log(channel_id: int, before: datetime) -> int:
    """Forget who did what when in a channel so long ago; returns how many changes that were.

    Clients that are further behind than what is left read the channel anew.
    """
    first_kept: int | None = db.session.scalars(
        select(func.min(Change.seq)).where(Change.channel_id == channel_id, Change.at >= before)
    ).one()
    if first_kept is None:
        first_kept = db.session.scalars(select(Channel.seq).where(Channel.id == channel_id)).one()
    first: int | None = db.session.scalars(
        select(func.min(Change.seq)).where(Change.channel_id == channel_id)
    ).one()
    if first is None or first >= first_kept:
        return 0
    upper = min(first_kept, first + CHANGES_AT_ONCE)
    db.session.execute(
        delete(Change)
        .where(Change.channel_id == channel_id, Change.seq < upper)
        .execution_options(synchronize_session=False)
    )
    return int(upper - first)


@action
def _go_on(run_id: int, after: int) -> None:
    announce(RetentionDue(run_id, after))


@action
def _finish(run_id: int) -> None:
    run = lock(RetentionRun, run_id)
    if run.finished_at is not None:
        return
    run.finished_at = now()
    if run.removed or run.hidden:
        details = {"removed": run.removed, "hidden": run.hidden, "files": run.files}
        audit.record(None, "retention.run", f"retention_run:{run.id}", details)
