"""The per-channel change log: numbered without gaps, so that clients know what they missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, insert, update

from enterprise_social.channels.models import Change, Channel
from enterprise_social.core import live
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import BigId, UTCDateTime, db, table
from enterprise_social.core.errors import NotFound

_INSERT = insert(table(Change))


class Step(NamedTuple):
    """Where a change stands: its number, and its moment, which never goes back in a channel."""

    seq: int
    at: datetime


@action
def append_change(
    channel_id: int, kind: str, *, in_stream_post: bool = False, at: datetime | None = None
) -> Step:
    """Take the channel's next number, which locks its row until the action's end.

    ``in_stream_post`` says that this change is a new post in the stream, ``at`` when it was made
    where that is not now. Write the change itself
    with ``write_change`` once the post's id is known. Raises NotFound for no such channel.
    """
    moment = at or now()
    is_post = kind == "post_created"
    given: dict[str, object] = {"of_channel": channel_id}
    if is_post:
        given["moment"] = moment
    row = db.session.execute(_next_number(is_post, in_stream_post), given).one_or_none()
    if row is None:
        raise NotFound()
    return Step(row.seq, row.last_post_at if is_post else moment)


@cache
def _next_number(is_post: bool, in_stream: bool) -> Any:
    """Return the statement, made once: every post of everybody begins with it."""
    channels = table(Channel).c
    values: dict[str, object] = {"seq": channels.seq + 1}
    if is_post:
        moment = bindparam("moment", type_=UTCDateTime())
        # The order of times is the order of numbers, even where the clock was set back.
        values["last_post_at"] = case(
            (channels.last_post_at > moment, channels.last_post_at), else_=moment
        )
    if in_stream:
        values["last_post_seq"] = channels.seq + 1
    return (
        update(table(Channel))
        .where(channels.id == bindparam("of_channel", type_=BigId))
        .values(**values)
        .returning(channels.seq, channels.last_post_at)
    )


@action
def write_change(
    channel_id: int,
    step: Step,
    kind: str,
    *,
    post_id: int | None = None,
    person_id: int | None = None,
    post_ids: Sequence[int] | None = None,
) -> None:
    """Write the change that ``append_change`` made room for, and deliver it after the commit.

    ``kind`` is the name of the socket event that tells of it.
    """
    row: dict[str, object] = {
        "channel_id": channel_id,
        "seq": step.seq,
        "type": kind,
        "at": step.at,
        "post_id": post_id,
        "person_id": person_id,
    }
    if post_ids is not None:
        row["post_ids"] = list(post_ids)
    db.session.execute(_INSERT, row)
    live.changed(channel_id, step.seq)


@action
def log_change(
    channel_id: int, kind: str, *, post_id: int | None = None, person_id: int | None = None
) -> Step:
    """Take the next number and write the change in one go."""
    step = append_change(channel_id, kind)
    write_change(channel_id, step, kind, post_id=post_id, person_id=person_id)
    return step
