"""What a decision does to the post that it is about, and how that is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.channels.models import UNLISTED_KINDS, Channel
from enterprise_social.core.access import find, require
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.moderation import policy, settings
from enterprise_social.moderation.models import Case, Decision
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.reviewing import (
    bring_back,
    remove_post,
    set_locked,
    settle_removal,
    show_post,
)
from enterprise_social.posts.actions.threads import join_threads, move_thread, split_thread
from enterprise_social.posts.models import Post


@action
def carry_out(
    actor: Person | None,
    case: Case,
    decision: Decision,
    target_id: int | None,
    reply_ids: Sequence[int],
) -> None:
    """Do to the post what a decision says, and keep in it what undoing needs."""
    post = _post(case)
    if post is None:
        return
    decision.before = {"hidden": post.hidden, "deleted": post.deleted}
    if decision.act == "remove":
        if remove_post(actor, post):
            settle_removal(post, settings.appeal_days() + 1)
        return
    if decision.act == "restore":
        bring_back(post)
        return
    # Whatever else was decided about it, it is reviewed no more; unless by another case, such as
    # that of a file that it carries.
    if not _is_open_elsewhere(case):
        show_post(post)
    if decision.act in ("lock", "move", "split"):
        _carry_on(actor, case, decision, target_id, reply_ids)


def _carry_on(
    actor: Person | None,
    case: Case,
    decision: Decision,
    target_id: int | None,
    reply_ids: Sequence[int],
) -> None:
    """Do what a decision says about the thread that the post stands in."""
    root = _root(case)
    if decision.act == "lock":
        set_locked(root, True)
    elif decision.act == "move":
        target = _target(actor, root, target_id)
        decision.before = {**decision.before, "channel_id": root.channel_id}
        move_thread(root, target)
        case.channel_id = target.id
    else:
        chosen = list(reply_ids) or [case.post_id or 0]
        in_stream = _in_stream(chosen)
        first = split_thread(root, chosen)
        decision.before = {
            **decision.before,
            "root_id": root.id,
            "first_id": first.id,
            "reply_ids": chosen,
            "in_stream": in_stream,
        }


@action
def take_back(actor: Person | None, case: Case, decision: Decision) -> None:
    """Undo what a decision did to the post; what was hidden before is hidden no more."""
    post = _post(case)
    if post is None:
        return
    before = decision.before
    if decision.act == "remove" and not before.get("deleted"):
        bring_back(post)
    elif decision.act == "restore" and before.get("deleted"):
        remove_post(actor, post)
    elif decision.act == "lock":
        set_locked(_root(case), False)
    elif decision.act == "move":
        home = db.session.get(Channel, before["channel_id"])
        if home is None or home.archived:
            raise Conflict(_("The channel that it came from is closed."))
        move_thread(_root(case), home)
        case.channel_id = home.id
    elif decision.act == "split":
        root = db.session.get(Post, before["root_id"])
        if root is None:
            raise Conflict(_("The thread that it came from is gone."))
        join_threads(before["reply_ids"], root, in_stream=before["in_stream"])


def home_of(decision: Decision | None) -> int | None:
    """Return the channel that a thread goes back to when a decision is taken back, if any."""
    return decision.before.get("channel_id") if decision and decision.act == "move" else None


def _is_open_elsewhere(case: Case) -> bool:
    statement = select(Case.id).where(
        Case.post_id == case.post_id, Case.id != case.id, Case.state == "open"
    )
    return db.session.execute(statement.limit(1)).first() is not None


def _post(case: Case) -> Post | None:
    return db.session.get(Post, case.post_id) if case.post_id is not None else None


def _root(case: Case) -> Post:
    post = db.session.get_one(Post, case.post_id)
    return db.session.get_one(Post, post.parent_id) if post.parent_id is not None else post


def _target(actor: Person | None, root: Post, target_id: int | None) -> Channel:
    if target_id is None or target_id == root.channel_id:
        raise Invalid(errors={"target_id": [_("Choose the channel that it goes to.")]})
    home = db.session.get_one(Channel, root.channel_id)
    target = find(Channel, target_id, actor) if actor else db.session.get_one(Channel, target_id)
    # What was said among few stays among few: a conversation is nobody's to publish.
    if home.kind in UNLISTED_KINDS or target.kind in UNLISTED_KINDS:
        raise Conflict(_("Threads are moved between channels only."))
    if target.archived:
        raise Conflict(_("This channel is archived."))
    # Of a private channel whoever judges sees what was reported, and not a whole thread.
    allowed = policy.reads(actor, home.id)
    require(allowed, _("Only members move threads out of a private channel."))
    return target


def _in_stream(post_ids: Sequence[int]) -> list[int]:
    statement = select(Post.id).where(Post.id.in_(list(post_ids)), Post.in_stream.is_(True))
    return list(db.session.scalars(statement))
