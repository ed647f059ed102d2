"""Writing a post or a reply."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from enterprise_social.channels import policy as channel_policy
from enterprise_social.channels.actions.membership import admit
from enterprise_social.channels.models import COMMENTS, ENTERED_BY_WRITING, Channel, Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core.access import find
from enterprise_social.core.actions import action, lock
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.files.actions import check_files
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import refuse_muted
from enterprise_social.posts.actions.calling import count_called
from enterprise_social.posts.actions.channel_rules import (
    check_calls,
    check_pace,
    check_place,
    waits,
)
from enterprise_social.posts.actions.content import (
    Prepared,
    prepare,
)
from enterprise_social.posts.actions.holding import Held, hold
from enterprise_social.posts.actions.newcomers import check_post
from enterprise_social.posts.actions.publishing import (
    Wanted,
    checked_quote,
    drop_draft,
    publish,
)
from enterprise_social.posts.models import (
    LONGEST_CLIENT_ID,
    HeldPost,
    Post,
)
from enterprise_social.posts.queries import by_client_id

CONFIRM_ABOVE = 50


class ConfirmMentionAll(Conflict):
    """Many people would be named at once: ask first. ``count`` is how many."""

    def __init__(self, count: int, *, by_group: bool = False) -> None:
        detail = _("This names all %(count)d people in the channel.", count=count)
        if by_group:
            detail = _("This calls %(count)d people of a group.", count=count)
        super().__init__(detail, kind="confirm-mention-all")
        self.count = count


def create_post(
    actor: Person,
    channel: Channel,
    body: str,
    *,
    parent_id: int | None = None,
    client_id: str | None = None,
    also_in_channel: bool = False,
    quoted_post_id: int | None = None,
    confirm_mention_all: bool = False,
    file_ids: Sequence[int] = (),
    at: datetime | None = None,
    ruled: bool = True,
) -> tuple[Post, bool]:
    """Write into a channel, or with ``parent_id`` into a thread of it.

    ``file_ids`` are the author's own files, none of them sent before, at most ten; with them the
    body may be empty. ``at`` is for what is loaded with its own time: rules of words hold for it,
    those of the channel don't; for what we say ourselves (not ``ruled``) neither do. Returns the
    post and whether it is new: the same ``client_id`` again gives the first post.
    Raises Invalid, Forbidden, Conflict (archived, or ConfirmMentionAll), NotFound, TooManyRequests,
    and Held where it waits for approval: then it is taken, but there is no post yet.
    """
    text = prepare(actor, body, channel, files=len(file_ids), ruled=ruled)
    wanted = Wanted(
        parent_id=parent_id,
        client_id=client_id,
        also_in_channel=also_in_channel,
        quoted_post_id=quoted_post_id,
        confirm_mention_all=confirm_mention_all,
        file_ids=tuple(file_ids),
        at=at,
        ruled=ruled,
    )
    post, is_new = _create(actor, channel, text, wanted)
    if isinstance(post, HeldPost):
        raise Held(post)
    return post, is_new


@action
def _create(
    actor: Person, channel: Channel, text: Prepared, wanted: Wanted
) -> tuple[Post | HeldPost, bool]:
    # Locked first, so that what is checked next stays true until the commit.
    channel = lock(Channel, channel.id)
    if wanted.client_id:
        _check_client_id(wanted.client_id)
        known = by_client_id(actor.id, wanted.client_id)
        if known is not None:
            return known, False
    mine = _seat(actor, channel)
    file_ids = check_files(actor, wanted.file_ids) if wanted.file_ids else ()
    root = root_of(channel, wanted.parent_id) if wanted.parent_id is not None else None
    _check_rights(actor, channel, mine, root, wanted)
    if wanted.is_said_now:
        check_calls(actor, channel, mine, text)
        check_pace(channel, mine)
        check_post(actor, has_link=bool(text.content.links), mentions_all=text.content.mentions_all)
    _ask_first(channel, text, wanted)
    if text.verdict.held_by or (wanted.is_said_now and waits(channel, mine, text)):
        return _hold(actor, channel, text, wanted, root, file_ids), True
    return publish(actor, channel, text, wanted, root, file_ids), True


def _hold(
    actor: Person,
    channel: Channel,
    text: Prepared,
    wanted: Wanted,
    root: Post | None,
    file_ids: Sequence[int],
) -> HeldPost:
    held = hold(
        actor,
        channel,
        text,
        parent_id=root.id if root else None,
        client_id=wanted.client_id,
        also_in_channel=wanted.also_in_channel,
        quoted_post_id=checked_quote(channel, wanted.quoted_post_id),
        file_ids=file_ids,
    )
    drop_draft(actor.id, channel.id, held.parent_id or 0)
    return held


def _ask_first(channel: Channel, text: Prepared, wanted: Wanted) -> None:
    # No more people can be called than are in the channel.
    if channel.member_count <= CONFIRM_ABOVE or wanted.confirm_mention_all:
        return
    if text.content.mentions_all:
        raise ConfirmMentionAll(channel.member_count)
    if text.content.group_ids:
        called = count_called(channel.id, text.content.group_ids)
        if called > CONFIRM_ABOVE:
            raise ConfirmMentionAll(called, by_group=True)


def _check_client_id(client_id: str) -> None:
    if len(client_id) > LONGEST_CLIENT_ID:
        message = _("At most %(most)d characters.", most=LONGEST_CLIENT_ID)
        raise Invalid(errors={"client_id": [message]})


def root_of(channel: Channel, parent_id: int) -> Post:
    """Return the root of the thread that a post of this channel stands in. Raises NotFound."""
    parent = db.session.get(Post, parent_id, populate_existing=True)
    if parent is not None and parent.parent_id is not None:
        parent = db.session.get(Post, parent.parent_id, populate_existing=True)
    if parent is None or parent.channel_id != channel.id:
        raise NotFound(_("There is no such thread in this channel."))
    return parent


def _seat(actor: Person, channel: Channel) -> Membership | None:
    mine = membership(channel.id, actor.id)
    if mine is None and channel.kind in ENTERED_BY_WRITING and not channel.archived:
        # Whoever may read comments or a storyline takes part by writing the first one.
        find(Channel, channel.id, actor)
        mine = admit(channel, actor.id, "member")
    return mine


def _check_rights(
    actor: Person, channel: Channel, mine: Membership | None, root: Post | None, wanted: Wanted
) -> None:
    if mine is None and not channel_policy.is_open_to(actor, channel):
        find(Channel, channel.id, actor)
    if channel.archived and channel.kind == COMMENTS:
        raise Conflict(_("Comments are closed."))
    if channel.archived:
        raise Conflict(_("This channel is archived."))
    if mine is None:
        raise Forbidden(_("Join the channel to write in it."))
    if not channel_policy.may_speak(actor, channel):
        refuse_muted(actor)
    if wanted.is_said_now:
        check_place(actor, channel, mine, root)
    check_root(root)


def check_root(root: Post | None) -> None:
    """Raise Conflict where a thread takes no replies."""
    if root is not None and root.deleted and root.reply_count == 0:
        raise Conflict(_("This post was deleted."))
    if root is not None and root.locked:
        raise Conflict(_("This thread takes no more replies."))
