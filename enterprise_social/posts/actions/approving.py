"""Judging what waits: approved it is a post, or the post reads so; refused its author hears why."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name
from enterprise_social.people.models import Person
from enterprise_social.posts import policy
from enterprise_social.posts.actions.content import Prepared, prepare
from enterprise_social.posts.actions.editing import write_edit
from enterprise_social.posts.actions.holding import let_files_go, lock_held, settle, take_files
from enterprise_social.posts.actions.publishing import Wanted, publish
from enterprise_social.posts.actions.writing import check_root, root_of
from enterprise_social.posts.events import HeldDecided
from enterprise_social.posts.models import (
    APPROVED,
    LONGEST_HELD_NOTE,
    REFUSED,
    WAITING,
    HeldPost,
    Post,
)


def approve_held(actor: Person, held: HeldPost) -> HeldPost:
    """Let others see what waits, as its author's and from now on; done twice, it is there once.

    Raises Forbidden, NotFound, and Conflict where it no longer waits or can't be a post any more:
    its author has left the channel, it is archived, the thread is gone.
    """
    author = db.session.get_one(Person, held.author_id)
    channel = db.session.get_one(Channel, held.channel_id)
    # Rendered before the action begins, and not judged again: a person has judged it.
    text = prepare(author, held.body, channel, files=1, ruled=False)
    return _approve(actor, held, author, text)


@action
def _approve(actor: Person, held: HeldPost, author: Person, text: Prepared) -> HeldPost:
    held, channel = _judged_by(actor, held)
    if held.state == APPROVED:
        return held
    _require_waiting(held)
    _require_place(channel, author)
    if held.edits_id is not None:
        post = _edited(held)
        write_edit(author, post, text, now())
        held.post_id = post.id
    else:
        held.post_id = _published(author, channel, held, text).id
    settle(held, APPROVED, actor)
    _record(actor, held, "posts.approve")
    return held


@action
def refuse_held(actor: Person, held: HeldPost, note: str = "") -> HeldPost:
    """Don't let others see what waits; its author reads the note. Raises as ``approve_held``."""
    note = safe_name(note)
    if len(note) > LONGEST_HELD_NOTE:
        message = _("At most %(most)d characters.", most=LONGEST_HELD_NOTE)
        raise Invalid(errors={"note": [message]})
    held, _channel = _judged_by(actor, held)
    if held.state == REFUSED:
        return held
    _require_waiting(held)
    settle(held, REFUSED, actor, note)
    let_files_go(held)
    _record(actor, held, "posts.refuse")
    return held


def _judged_by(actor: Person, held: HeldPost) -> tuple[HeldPost, Channel]:
    held = lock_held(held.id)
    channel = db.session.get_one(Channel, held.channel_id)
    mine = membership(channel.id, actor.id)
    if not policy.may_approve(actor, held, channel, mine):
        require(held.author_id == actor.id, _("Only those who moderate here approve posts."))
        raise Conflict(_("Somebody else has to approve what you wrote."))
    return held, channel


def _require_waiting(held: HeldPost) -> None:
    if held.state != WAITING:
        raise Conflict(_("It doesn't wait any more."))


def _require_place(channel: Channel, author: Person) -> None:
    if channel.archived:
        raise Conflict(_("This channel is archived."))
    if not author.is_active or membership(channel.id, author.id) is None:
        raise Conflict(_("Its author is no longer in this channel."))


def _edited(held: HeldPost) -> Post:
    post = lock(Post, held.edits_id or 0)
    if post.deleted:
        raise Conflict(_("This post was deleted."))
    return post


def _published(author: Person, channel: Channel, held: HeldPost, text: Prepared) -> Post:
    root = None
    if held.parent_id is not None:
        root = root_of(channel, held.parent_id)
        check_root(root)
    quoted = db.session.get(Post, held.quoted_post_id) if held.quoted_post_id else None
    wanted = Wanted(
        parent_id=held.parent_id,
        client_id=held.client_id,
        also_in_channel=held.also_in_channel,
        # What it answers may have gone meanwhile.
        quoted_post_id=quoted.id if quoted is not None and not quoted.deleted else None,
        confirm_mention_all=True,
        file_ids=(),
        at=None,
    )
    return publish(author, channel, text, wanted, root, take_files(held))


def _record(actor: Person, held: HeldPost, act: str) -> None:
    details = {"channel_id": held.channel_id, "author_id": held.author_id, "post_id": held.post_id}
    audit.record(actor, act, f"held:{held.id}", details)
    announce(HeldDecided(held.id))
