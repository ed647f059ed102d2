"""The home page, the rail by itself, and what the composer suggests while one types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy import func, or_, select

from enterprise_social.accounts import identity
from enterprise_social.channels.models import OPEN_KINDS, Channel, Membership
from enterprise_social.channels.queries import Seat
from enterprise_social.core.access import visible
from enterprise_social.core.db import db
from enterprise_social.core.text import emoji_named
from enterprise_social.feed.queries import latest_for, mentions_of, place, rail
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post, PostHashtag

blueprint = Blueprint("home", __name__)
MOST_OPTIONS = 8
NEWEST_TAGGED = 2000


@dataclass(frozen=True)
class Option:
    """One suggestion."""

    label: str
    detail: str = ""
    insert: str = ""
    url: str = ""
    icon: str = ""
    av: int = 0
    initials: str = ""
    glyph: str = ""


@blueprint.get("/")
def index() -> str:
    """Show what is new in one's channels."""
    viewer = identity.signed_in()
    found = latest_for(viewer, before=request.args.get("before"))
    mine = rail(viewer)
    listed = [*mine.starred, *mine.unread, *mine.channels]
    return render_template(
        "home/index.html",
        mentions=mentions_of(viewer) if not request.args.get("before") else [],
        posts=found.posts,
        next=found.older,
        unread_channels=sum(1 for item in listed if item.unread and not item.muted),
        mention_count=sum(item.mentions for item in listed),
        suggested=_suggested(viewer),
    )


@blueprint.get("/rail")
def rail_alone() -> str:
    """Show the rail's lists as they are now."""
    return render_template("ui/_rail.html", rail=rail(identity.signed_in()))


@blueprint.get("/suggest")
def suggest() -> str:
    """Suggest people, channels, hashtags or emoji for what is being typed."""
    viewer = identity.signed_in()
    text = request.args.get("q", "").strip().lstrip("@#:")[:80]
    kinds = {"person": _people, "channel": _channels, "hashtag": _hashtags, "emoji": _emoji}
    make = kinds.get(request.args.get("kind", ""))
    return render_template("ui/_options.html", options=make(viewer, text) if make else [])


def _suggested(viewer: Person) -> list[object]:
    mine = select(Membership.channel_id).where(Membership.person_id == viewer.id)
    found = db.session.execute(
        select(Channel)
        .where(Channel.kind.in_(OPEN_KINDS), Channel.archived_at.is_(None))
        .where(Channel.id.not_in(mine))
        .order_by(Channel.member_count.desc(), Channel.id)
        .limit(5)
    ).scalars()
    return [place(viewer, Seat(channel, None)) for channel in found]


def _starts(column: Any, text: str) -> Any:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"{escaped.lower()}%", escape="\\")


def _within(column: Any, text: str) -> Any:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"% {escaped.lower()}%", escape="\\")


def _people(viewer: Person, text: str) -> list[Option]:
    condition = or_(
        _starts(Person.username, text),
        _starts(Person.name, text),
        _within(Person.name, text),
    )
    rows = db.session.execute(
        select(Person)
        .where(Person.deactivated_at.is_(None), visible(Person, viewer), condition)
        .order_by(Person.name, Person.id)
        .limit(MOST_OPTIONS)
    ).scalars()
    options = [
        Option(
            label=person.name,
            detail=f"@{person.username}",
            insert=f"@{person.username}",
            av=person.av,
            initials=person.initials,
        )
        for person in rows
    ]
    if "channel".startswith(text.lower()):
        options.append(Option(label="@channel", insert="@channel", icon="users"))
    return options


def _channels(viewer: Person, text: str) -> list[Option]:
    rows = db.session.execute(
        select(Channel)
        .where(visible(Channel, viewer), Channel.kind != "direct", Channel.archived_at.is_(None))
        .where(or_(_starts(Channel.slug, text), _starts(Channel.name, text)))
        .order_by(Channel.name, Channel.id)
        .limit(MOST_OPTIONS)
    ).scalars()
    found = [
        Option(
            label=channel.name,
            detail=channel.topic,
            insert=f"#{channel.slug}",
            icon="lock" if channel.kind == "private" else "hash",
        )
        for channel in rows
    ]
    return found + _hashtags(viewer, text)[: MOST_OPTIONS - len(found)]


def _hashtags(viewer: Person, text: str) -> list[Option]:
    # Of the newest uses, so that it stays quick however many there are.
    recent = (
        select(PostHashtag.post_id, PostHashtag.tag)
        .where(PostHashtag.tag.startswith(text.casefold(), autoescape=True))
        .order_by(PostHashtag.post_id.desc())
        .limit(NEWEST_TAGGED)
        .subquery()
    )
    # Only tags of posts that the viewer may see: a tag can be as telling as a post.
    rows = db.session.execute(
        select(recent.c.tag)
        .join(Post, Post.id == recent.c.post_id)
        .where(visible(Post, viewer), Post.deleted_at.is_(None))
        .group_by(recent.c.tag)
        .order_by(func.count().desc(), recent.c.tag)
        .limit(MOST_OPTIONS)
    ).scalars()
    return [Option(label=f"#{tag}", insert=f"#{tag}", icon="tag") for tag in rows]


def _emoji(_viewer: Person, text: str) -> list[Option]:
    return [
        Option(label=f":{name}:", insert=f":{name}:", glyph=glyph)
        for name, glyph in emoji_named(text, MOST_OPTIONS)
    ]
