"""Threads and single posts as pages, and what is done to them without a script."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from enterprise_social.accounts import identity
from enterprise_social.channels.models import COMMENTS, Channel, Membership
from enterprise_social.channels.queries import Seat, seat
from enterprise_social.core.access import find, require
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.core.limits import POSTS, limiter
from enterprise_social.feed.queries import Card, Place, place
from enterprise_social.feed.queries.boxes import Failed, Where, thread_view
from enterprise_social.feed.queries.cards import cards_by_id
from enterprise_social.files.actions import store_files
from enterprise_social.files.limits import largest_form
from enterprise_social.notifications.queries.preferences import follows
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_ids
from enterprise_social.posts import policy
from enterprise_social.posts.actions import (
    Held,
    create_post,
    delete_post,
    edit_post,
    restore_post,
    set_pinned,
)
from enterprise_social.posts.models import Post
from enterprise_social.posts.queries import revisions as revisions_of

blueprint = Blueprint("posts", __name__)


@dataclass(frozen=True)
class Opened:
    """A post that somebody opened, and where it stands."""

    viewer: Person
    post: Post
    here: Seat
    place: Place

    @property
    def card(self) -> Card:
        """The post as it is shown."""
        return cards_by_id([self.post.id])[self.post.id]

    @property
    def asked(self) -> tuple[Person, Channel, Membership | None, Post]:
        """What the rights are asked with."""
        return (self.viewer, self.here.channel, self.here.membership, self.post)


def _open(post_id: int) -> Opened:
    viewer = identity.signed_in()
    post = find(Post, post_id, viewer)
    here = seat(viewer, channel_id=post.channel_id)
    return Opened(viewer, post, here, place(viewer, here))


@blueprint.get("/posts/<int:post_id>")
def thread(post_id: int) -> ResponseReturnValue:
    """Show the thread that a post begins or stands in; comments stand at what they are about."""
    opened = _open(post_id)
    if opened.place.kind == COMMENTS:
        query = request.query_string.decode("ascii", "ignore")
        at = f"at={post_id}" if opened.post.parent_id and not query else query
        return redirect(f"{opened.place.url}?{at}#{'at' if opened.post.parent_id else 'comments'}")
    return _thread(opened)


@blueprint.get("/posts/<int:post_id>/replies")
def replies(post_id: int) -> ResponseReturnValue:
    """Give a stretch of a thread's replies as fragments."""
    opened = _open(post_id)
    shown = thread_view(opened.viewer, opened.place, _root(opened), _where_in_thread())
    return render_template("posts/_replies.html", channel=opened.place, thread=shown)


@blueprint.post("/posts/<int:post_id>/replies")
@limiter.limit(POSTS)
@identity.large_form(largest_form)
def reply(post_id: int) -> ResponseReturnValue:
    """Reply from the plain form."""
    opened = _open(post_id)
    body = request.form.get("body", "")
    try:
        sent = [(file.stream, file.filename or "") for file in request.files.getlist("files")]
        create_post(
            opened.viewer,
            opened.here.channel,
            body,
            file_ids=store_files(opened.viewer, sent),
            parent_id=_root(opened).id,
            client_id=request.form.get("client_id") or None,
            also_in_channel=request.form.get("also_in_channel") == "1",
            quoted_post_id=request.form.get("quoted_post_id", type=identity_of),
            confirm_mention_all=request.form.get("confirm_mention_all") == "1",
        )
    except NotFound:
        raise
    except Held:
        # Taken: the page shows it to its author as waiting.
        pass
    except AppError as error:
        return _thread(opened, Failed(body, error))
    return redirect(f"/posts/{_root(opened).id}", 303)


@blueprint.get("/posts/<int:post_id>/actions")
def actions(post_id: int) -> ResponseReturnValue:
    """Show what may be done to a post."""
    opened = _open(post_id)
    may = {
        "edit": policy.may_edit(*opened.asked),
        "delete": policy.may_delete(*opened.asked),
        "restore": policy.may_restore(*opened.asked),
        "pin": opened.place.may_pin and not (opened.post.deleted or opened.post.hidden),
        "reply": opened.place.may_reply,
        "report": opened.post.author_id != opened.viewer.id
        and not (opened.post.deleted or opened.post.hidden),
    }
    return render_template(
        "posts/actions.html",
        post=opened.card,
        channel=opened.place,
        may=may,
        follows=follows(opened.viewer.id, _root(opened).id),
    )


@blueprint.get("/posts/<int:post_id>/edit")
def edit(post_id: int) -> ResponseReturnValue:
    """Show the form for a post's text."""
    opened = _open(post_id)
    require(policy.may_edit(*opened.asked), _("Only its author may edit a post."))
    return _edit_form(opened, opened.post.body, {}, 200)


@blueprint.post("/posts/<int:post_id>/edit")
def save_edit(post_id: int) -> ResponseReturnValue:
    """Save a post's text."""
    opened = _open(post_id)
    body = request.form.get("body", "")
    try:
        edit_post(opened.viewer, opened.post, body)
    except NotFound:
        raise
    except Held:
        flash(_("Your edit waits for approval. Until then the post stays as it is."))
    except AppError as error:
        return _edit_form(opened, body, {"body": [error.detail]}, error.status)
    return redirect(_where(opened), 303)


@blueprint.get("/posts/<int:post_id>/revisions")
def revisions(post_id: int) -> ResponseReturnValue:
    """Show what a post said before."""
    opened = _open(post_id)
    mine = opened.post.author_id == opened.viewer.id
    if opened.post.deleted or (opened.post.hidden and not mine):
        raise NotFound()
    found = revisions_of(post_id)
    editors = by_ids({revision.editor_id for revision in found} | {opened.post.author_id})
    author = editors[opened.post.author_id].name
    times = [*(revision.replaced_at for revision in found), opened.post.created_at]
    shown: list[dict[str, Any]] = [
        {"at": times[0], "editor_name": author, "html": opened.card.html, "current": True}
    ]
    for number, revision in enumerate(found):
        shown.append(
            {
                "at": times[number + 1],
                "editor_name": editors[revision.editor_id].name,
                # Sanitised when it was written; see core.text.
                "html": Markup(revision.html),  # noqa: S704
                "current": False,
            }
        )
    return render_template(
        "posts/revisions.html", post=opened.card, channel=opened.place, revisions=shown
    )


@blueprint.get("/posts/<int:post_id>/delete")
def confirm_delete(post_id: int) -> ResponseReturnValue:
    """Ask before a post is taken away."""
    opened = _open(post_id)
    require(policy.may_delete(*opened.asked), _("Only its author may delete a post."))
    return render_template("posts/delete.html", post=opened.card, channel=opened.place)


@blueprint.post("/posts/<int:post_id>/delete")
def delete(post_id: int) -> ResponseReturnValue:
    """Take a post away."""
    opened = _open(post_id)
    delete_post(opened.viewer, opened.post)
    if opened.post.parent_id:
        return redirect(f"/posts/{opened.post.parent_id}", 303)
    return redirect(opened.place.url, 303)


@blueprint.post("/posts/<int:post_id>/restoration")
def restore(post_id: int) -> ResponseReturnValue:
    """Bring a post back."""
    opened = _open(post_id)
    restore_post(opened.viewer, opened.post)
    return redirect(_where(opened), 303)


@blueprint.post("/posts/<int:post_id>/pin")
def pin(post_id: int) -> ResponseReturnValue:
    """Pin a post, or unpin it."""
    opened = _open(post_id)
    set_pinned(opened.viewer, opened.post, request.form.get("pinned") == "1")
    return redirect(_where(opened), 303)


def _root(opened: Opened) -> Post:
    if opened.post.parent_id is None:
        return opened.post
    return find(Post, opened.post.parent_id, opened.viewer)


def _where(opened: Opened) -> str:
    if opened.post.in_stream:
        return f"{opened.place.url}?at={opened.post.id}#at"
    return f"/posts/{opened.post.id}"


def _where_in_thread(at: Post | None = None) -> Where:
    return Where(before=request.args.get("before"), after=request.args.get("after"), at=at)


def _thread(opened: Opened, failed: Failed | None = None) -> ResponseReturnValue:
    root = _root(opened)
    where = _where_in_thread(opened.post if opened.post.id != root.id else None)
    page = render_template(
        "posts/thread.html",
        page_title=_("Thread in %(name)s", name=opened.place.name),
        channel=opened.place,
        thread={
            **thread_view(opened.viewer, opened.place, root, where, failed=failed),
            "follows": follows(opened.viewer.id, root.id),
        },
    )
    return page, failed.error.status if failed else 200


def _edit_form(
    opened: Opened, body: str, errors: dict[str, list[str]], status: int
) -> ResponseReturnValue:
    page = render_template(
        "posts/edit.html",
        page_title=_("Edit"),
        post=opened.card,
        channel=opened.place,
        body=body,
        errors=errors,
    )
    return page, status
