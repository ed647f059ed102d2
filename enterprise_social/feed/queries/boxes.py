"""The message box of a channel or thread, and a thread as its page and panel show it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from enterprise_social.channels.models import COMMENTS, UNLISTED_KINDS
from enterprise_social.channels.policy import LEADERS
from enterprise_social.core.errors import AppError
from enterprise_social.feed.queries.cards import cards_by_id
from enterprise_social.feed.queries.places import Place
from enterprise_social.feed.queries.streams import Slice, thread, thread_after, thread_around
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.channel_rules import seconds_left
from enterprise_social.posts.actions.writing import ConfirmMentionAll
from enterprise_social.posts.models import Post
from enterprise_social.posts.queries import desk, held_of


@dataclass(frozen=True)
class Failed:
    """What was to be sent, and why it was not."""

    body: str
    error: AppError


@dataclass(frozen=True)
class Where:
    """Which stretch of a thread is wanted: before or after a cursor, around a reply, or newest."""

    before: str | None = None
    after: str | None = None
    at: Post | None = None


def message_box(
    viewer: Person, shown: Place, *, root_id: int | None = None, failed: Failed | None = None
) -> dict[str, Any]:
    """Return what a message box shows: what failed to go, or else the draft."""
    name = f"#{shown.slug}" if shown.kind not in UNLISTED_KINDS else shown.name
    error = failed.error if failed else None
    here = desk(viewer.id, shown.id, root_id or 0)
    slow = shown.rules.slow_seconds if shown.role not in LEADERS else 0
    return {
        "action": f"/posts/{root_id}/replies" if root_id else f"/channels/{shown.slug}/posts",
        "channel_id": shown.id,
        "parent_id": root_id,
        "body": failed.body if failed else here.draft,
        "client_id": secrets.token_urlsafe(16),
        "label": _("Message %(name)s", name=name),
        "error": error.detail if error else None,
        "confirm_count": error.count if isinstance(error, ConfirmMentionAll) else None,
        "held": held_of(viewer.id, shown.id, root_id) if here.has_waiting else [],
        "to_approve": here.to_approve if shown.may_moderate else 0,
        "approves": shown.approves,
        "back": f"/posts/{root_id}" if root_id else shown.url,
        "slow": slow,
        "wait": seconds_left(viewer.id, shown.id, slow) if slow else 0,
    }


def thread_view(
    viewer: Person, shown: Place, root: Post, where: Where, *, failed: Failed | None = None
) -> dict[str, Any]:
    """Return what a thread's page and panel show; ``root`` is checked by the caller."""
    found = _replies(root, where)
    card = cards_by_id([root.id])[root.id]
    box = None
    if shown.may_reply and not root.locked and not (root.deleted and root.reply_count == 0):
        box = message_box(viewer, shown, root_id=root.id, failed=failed)
        box["label"] = _("Reply to %(name)s", name=card.author_name)
        if shown.kind == COMMENTS:
            box["label"] = _("Write a comment")
    return {
        "root": card,
        "replies": found.posts,
        "older": found.older,
        "newer": found.newer,
        "at": where.at.id if where.at else None,
        "composer": box,
    }


def _replies(root: Post, where: Where) -> Slice:
    if where.before:
        return thread(root.id, before=where.before)
    if where.after:
        return thread_after(root.id, where.after)
    return thread_around(where.at) if where.at else thread(root.id)
