"""What follows when two accounts became one: everything that names the double names the other.

Each step may be done twice without harm: whoever is killed in the middle begins it again. The
double keeps its names until the last one, so that they are found by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from sqlalchemy import delete, exists, or_, select, update

from enterprise_social.announcements.models import Announcement, Template
from enterprise_social.channels.models import Channel
from enterprise_social.core import audit
from enterprise_social.core.actions import action, finish_reading, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, db
from enterprise_social.core.events import announce
from enterprise_social.files.models import File, Upload
from enterprise_social.following.actions import hashtags, people, storylines
from enterprise_social.moderation.models import Appeal, Case, Decision, Sanction
from enterprise_social.people.events import PersonChanged
from enterprise_social.people.models import Absence, Availability, Group, Person
from enterprise_social.posts.actions.editing import log_post, place_of, recount_thread
from enterprise_social.posts.events import PostUpdated
from enterprise_social.posts.models import HeldPost, Mention, Post, Revision
from enterprise_social.reactions.actions.forgetting import hand_reactions_over
from enterprise_social.reactions.models import Reaction
from enterprise_social.records.actions.erasing_texts import (
    in_pieces,
    rewrite_table,
    rewritten,
)
from enterprise_social.records.erasing.traces import Traces

ADDRESS = "merged-{id}@merged.invalid"  # can't exist (RFC 2606, section 2)
USERNAME = "merged-account-{id}"
# Columns that say who made, changed or stands in for something.
NAMED: tuple[tuple[Any, str], ...] = (
    (File, "owner_id"),
    (Upload, "owner_id"),
    (Revision, "editor_id"),
    (Post, "deleted_by_id"),
    (Post, "pinned_by_id"),
    (Mention, "author_id"),
    (Channel, "created_by_id"),
    (Group, "created_by_id"),
    (Announcement, "author_id"),
    (Announcement, "in_name_of_id"),
    (Template, "owner_id"),
    # Nobody judges what they wrote or decided themselves under another name.
    (Case, "author_id"),
    (Decision, "decider_id"),
    (Sanction, "person_id"),
    (Appeal, "person_id"),
    (Absence, "deputy_id"),
    (Availability, "deputy_id"),
)


@dataclass(frozen=True)
class Moved(Traces):
    """The names of the double, and the account that they lead to now."""

    into_id: int = 0

    def _new_chip(self) -> str:
        name = escape(self.now_named)
        address = f"/people/{self.now_called}"
        return f'<a class="at" href="{address}" data-person="{self.into_id}">@{name}</a>'


def go_on(kept_id: int, double_id: int) -> None:
    """Do what is left to do after ``merging.merge_people``."""
    kept = db.session.get(Person, kept_id)
    double = db.session.get(Person, double_id)
    if kept is None or double is None or double.erased_at is not None:
        return
    moved = Moved(
        double_id, double.username, double.email, double.name, kept.username, kept.name, kept_id
    )
    finish_reading()
    counts = {
        "posts": in_pieces(
            select(Post.id).where(Post.author_id == double_id), lambda each: _own_post(each, moved)
        ),
        "mentions": in_pieces(_naming(moved), lambda each: _name_in_post(each, moved)),
        "reactions": in_pieces(
            select(Reaction.post_id).where(Reaction.person_id == double_id).distinct(),
            lambda each: hand_reactions_over(each, double_id, kept_id),
        ),
        "texts": sum(
            rewrite_table(Base.metadata.tables[name], columns, moved)
            for name, columns in rewritten().items()
        ),
    }
    for model, column in NAMED:
        _rename_column(model, column, moved)
    people.hand_over(kept_id, double_id)
    hashtags.hand_over(kept_id, double_id)
    storylines.hand_over(kept_id, double_id)
    _finish(moved, counts)


def _naming(moved: Moved) -> Any:
    named = exists().where(Mention.post_id == Post.id, Mention.person_id == moved.person_id)
    chip = Post.html.contains(moved.chip, autoescape=True)
    return select(Post.id).where(or_(named, chip))


@action
def _own_post(post_id: int, moved: Moved) -> None:
    """Let a post of the double be the kept account's."""
    found = db.session.get(Post, post_id)
    if found is None or found.author_id != moved.person_id:
        return
    post, _channel = place_of(found)
    # What it was sent as is unique to an author, and long over.
    post.author_id, post.client_id = moved.into_id, None
    log_post(None, post, "post_updated")
    if post.parent_id is not None:
        recount_thread(post.parent_id, post.changed_seq)
    announce(PostUpdated(post.id))


@action
def _name_in_post(post_id: int, moved: Moved) -> None:
    """Let a post that names the double name the kept account."""
    found = db.session.get(Post, post_id)
    if found is None:
        return
    post, _channel = place_of(found)
    texts = {name: getattr(post, name) for name in ("body", "html", "plain")}
    for name, text in moved.rewrite_all(texts).items():
        setattr(post, name, text)
    ids = [moved.into_id if each == moved.person_id else each for each in post.mention_ids]
    post.mention_ids = list(dict.fromkeys(ids))
    _hand_mention_over(post.id, moved)
    log_post(None, post, "post_updated")
    announce(PostUpdated(post.id))


def _hand_mention_over(post_id: int, moved: Moved) -> None:
    mine = Mention.post_id == post_id
    there = select(Mention.id).where(mine, Mention.person_id == moved.into_id)
    theirs = (mine, Mention.person_id == moved.person_id)
    change: Any = update(Mention).where(*theirs).values(person_id=moved.into_id)
    if db.session.execute(there).first() is not None:
        change = delete(Mention).where(*theirs)
    db.session.execute(change.execution_options(synchronize_session=False))


@action
def _rename_column(model: Any, column: str, moved: Moved) -> None:
    field = getattr(model, column)
    statement = update(model).where(field == moved.person_id).values({column: moved.into_id})
    db.session.execute(statement.execution_options(synchronize_session=False))


@action
def _finish(moved: Moved, counts: dict[str, int]) -> None:
    double = lock(Person, moved.person_id)
    held = update(HeldPost).where(HeldPost.author_id == double.id)
    db.session.execute(
        held.values(author_id=moved.into_id, client_id=None).execution_options(
            synchronize_session=False
        )
    )
    double.username = USERNAME.format(id=double.id)
    double.email = ADDRESS.format(id=double.id)
    double.name = moved.now_named
    double.import_key = None
    double.erased_at = now()
    double.version += 1
    db.session.flush()
    audit.record(None, "people.merging_finished", f"person:{moved.into_id}", counts)
    announce(PersonChanged(double.id, True))
    announce(PersonChanged(moved.into_id, True))
