"""What is done to a post while it is reviewed, and by a decision about it.

These are for actions that have checked the right to judge: each locks what it changes and tells of
it, and asks nothing. Nobody learns by them who decided.
"""

from __future__ import annotations

from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.events import announce
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.editing import log_post, place_of, recount
from enterprise_social.posts.events import (
    DeletionSettled,
    PostDeleted,
    PostHidden,
    PostRestored,
    PostShown,
    PostUpdated,
)
from enterprise_social.posts.models import Post
from enterprise_social.posts.policy import UNDO


@action
def hide_post(post: Post) -> bool:
    """Take what a post says out of sight; tell whether it was in sight until now."""
    post, _channel = place_of(post)
    if post.hidden or post.deleted:
        return False
    post.hidden_at = now()
    post.pinned_at = post.pinned_by_id = None
    log_post(None, post, "post_updated")
    announce(PostHidden(post.id))
    return True


@action
def show_post(post: Post) -> bool:
    """Bring what a post says back in sight; tell whether it was hidden until now.

    One that its author took away meanwhile stays away, and is in sight should they bring it back.
    One that was taken away by a decision stays as it is.
    """
    post, _channel = place_of(post)
    if not post.hidden:
        return False
    if post.deleted:
        if post.deleted_by_id == post.author_id:
            post.hidden_at = None
        return False
    post.hidden_at = None
    log_post(None, post, "post_updated")
    announce(PostShown(post.id))
    return True


@action
def remove_post(actor: Person | None, post: Post) -> bool:
    """Take a post away by a decision: neither its author nor its channel brings it back.

    Its files are kept until the decision can no longer be appealed, which is told with
    ``settle_removal``. Tells whether it was there until now.
    """
    post, channel = place_of(post)
    gone = post.deleted
    post.hidden_at = post.hidden_at or now()
    if gone:
        return False
    post.deleted_at, post.deleted_by_id = now(), actor.id if actor else None
    post.pinned_at = post.pinned_by_id = None
    log_post(None, post, "post_deleted")
    recount(post, channel)
    announce(PostDeleted(post.id))
    return True


@action
def settle_removal(post: Post, days: int) -> None:
    """Let a removed post's files go after so many days, when nothing can be appealed any more."""
    if post.file_count:
        announce(DeletionSettled(post.id), run_at=now() + max(UNDO, UNDO * days))


@action
def bring_back(post: Post) -> bool:
    """Bring a post back that was taken away or hidden; tell whether it was."""
    post, channel = place_of(post)
    if not post.deleted:
        return show_post(post)
    post.hidden_at = post.deleted_at = post.deleted_by_id = None
    log_post(None, post, "post_restored")
    recount(post, channel)
    announce(PostRestored(post.id))
    return True


@action
def set_locked(root: Post, locked: bool) -> bool:
    """Have a thread take no more replies, or take them again; tell whether that is news."""
    root, _channel = place_of(root)
    if root.locked == locked:
        return False
    root.locked_at = now() if locked else None
    log_post(None, root, "post_updated")
    announce(PostUpdated(root.id))
    return True
