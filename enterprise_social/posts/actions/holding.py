"""What waits: a post or an edit that somebody has to approve before others see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, insert, select, update

from enterprise_social.channels.models import Channel
from enterprise_social.core import live, screening
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, NotFound
from enterprise_social.core.events import announce
from enterprise_social.files import actions as files
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.content import Prepared
from enterprise_social.posts.events import PostHeld
from enterprise_social.posts.models import (
    REFUSED,
    WAITING,
    WITHDRAWN,
    HeldFile,
    HeldPost,
    Post,
)

MOST_WAITING = 100  # of one person
KEPT = timedelta(days=30)  # what was not approved, for its author to read why


class Held(AppError):
    """What was sent is taken, and waits for approval: no refusal, but there is no post yet."""

    status = 202
    title = "Waits for approval"

    def __init__(self, held: HeldPost) -> None:
        said = {
            WAITING: _("It waits for approval. Whoever moderates here sees it; others don't yet."),
            REFUSED: _("It was not approved."),
            WITHDRAWN: _("You took it back."),
        }
        super().__init__(said.get(held.state, said[WAITING]), kind="held")
        self.held = held


@action
def hold(
    author: Person,
    channel: Channel,
    text: Prepared,
    *,
    parent_id: int | None = None,
    client_id: str | None = None,
    also_in_channel: bool = False,
    quoted_post_id: int | None = None,
    file_ids: Sequence[int] = (),
    edits: Post | None = None,
) -> HeldPost:
    """Keep what somebody wrote until it is approved; the caller has checked what they may.

    An edit takes the place of an earlier one that waits. Raises Conflict where much waits already.
    """
    if edits is not None:
        drop_waiting_edit(edits)
    _keep_few(author)
    by_organisation = text.verdict.by_organisation
    held = HeldPost(
        channel_id=channel.id,
        author_id=author.id,
        parent_id=parent_id,
        edits_id=None if edits is None else edits.id,
        body=text.body,
        client_id=client_id,
        also_in_channel=also_in_channel,
        quoted_post_id=quoted_post_id,
        reason="word" if text.verdict.held_by else "approval",
        level="organisation" if by_organisation else "channel",
        rule_ids=list(text.verdict.held_by),
        state=WAITING,
        created_at=now(),
    )
    db.session.add(held)
    db.session.flush()
    if file_ids:
        rows = [
            {"held_id": held.id, "file_id": file_id, "position": place}
            for place, file_id in enumerate(file_ids)
        ]
        db.session.execute(insert(HeldFile), rows)
    screening.note(text.verdict, f"held:{held.id}")
    announce(PostHeld(held.id))
    tell(held)
    return held


@action
def withdraw(actor: Person, held: HeldPost) -> HeldPost:
    """Take back what one wrote and nobody has approved yet, or put away what was not approved."""
    held = lock_held(held.id)
    if held.author_id != actor.id:
        raise NotFound()
    if held.state in (WAITING, REFUSED):
        settle(held, WITHDRAWN, actor)
        let_files_go(held)
    return held


@action
def drop_waiting_edit(post: Post) -> None:
    """Take back an edit of a post that waits: a newer one takes its place."""
    db.session.execute(
        update(HeldPost)
        .where(HeldPost.edits_id == post.id, HeldPost.author_id == post.author_id)
        .where(HeldPost.state == WAITING)
        .values(state=WITHDRAWN, body="", decided_at=now(), decided_by_id=post.author_id)
        .execution_options(synchronize_session=False)
    )


@action
def put_away_refused() -> None:
    """Forget what was not approved a month ago; its author had the time to read why."""
    db.session.execute(
        update(HeldPost)
        .where(HeldPost.state == REFUSED, HeldPost.decided_at < now() - KEPT)
        .values(state=WITHDRAWN, body="", note="")
        .execution_options(synchronize_session=False)
    )


@action
def forget_held_of(person_id: int) -> None:
    """Take back, and forget, all that somebody wrote and that waits or was not approved."""
    theirs = HeldPost.author_id == person_id, HeldPost.state.in_((WAITING, REFUSED))
    for held in db.session.scalars(select(HeldPost).where(*theirs).order_by(HeldPost.id)).all():
        settle(held, WITHDRAWN, None)
        let_files_go(held)


def lock_held(held_id: int) -> HeldPost:
    """Lock something that waits after its channel, in the order in which writers lock them."""
    held = db.session.get(HeldPost, held_id)
    if held is None:
        raise NotFound()
    lock(Channel, held.channel_id)
    return lock(HeldPost, held_id)


def settle(held: HeldPost, state: str, actor: Person | None, note: str = "") -> None:
    """Say what became of something that waited, and tell its author.

    What became a post, or will never be one, is not kept here as well.
    """
    held.state, held.note = state, note
    if state != REFUSED:
        held.body = ""
    held.decided_at, held.decided_by_id = now(), None if actor is None else actor.id
    db.session.flush()
    tell(held)


def tell(held: HeldPost) -> None:
    """Let its author's pages know that something of theirs waits, or no longer."""
    facts = {"id": held.id, "channel_id": held.channel_id, "state": held.state}
    live.personal(held.author_id, "held_changed", facts)


def take_files(held: HeldPost) -> list[int]:
    """Take its files off something that waits, in their order, so that a post can have them."""
    mine = HeldFile.held_id == held.id
    ids = db.session.scalars(select(HeldFile.file_id).where(mine).order_by(HeldFile.position)).all()
    gone = delete(HeldFile).where(mine)
    db.session.execute(gone.execution_options(synchronize_session=False))
    return list(ids)


def let_files_go(held: HeldPost) -> None:
    """Let go of the files of what will never be a post."""
    ids = take_files(held)
    if ids:
        files.let_go(ids)


def _keep_few(author: Person) -> None:
    mine = (HeldPost.author_id == author.id, HeldPost.state == WAITING)
    waiting = db.session.execute(select(func.count()).select_from(HeldPost).where(*mine))
    if waiting.scalar_one() >= MOST_WAITING:
        detail = _("%(most)d of your posts wait for approval already.", most=MOST_WAITING)
        raise Conflict(detail)
