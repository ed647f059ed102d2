"""The home page, the rail by itself, and what the composer suggests while one types."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from enterprise_social.accounts import identity
from enterprise_social.announcements.queries.lists import received
from enterprise_social.channels import queries as channels
from enterprise_social.channels.queries import Seat
from enterprise_social.core import limits
from enterprise_social.core.text import emoji_named
from enterprise_social.feed.queries import latest_for, mentions_of, place, rail
from enterprise_social.people.models import Person
from enterprise_social.people.policy.guests import is_guest
from enterprise_social.people.queries import suggest as suggest_people
from enterprise_social.people.queries.groups import Offer
from enterprise_social.people.queries.groups import suggest as suggest_groups
from enterprise_social.people.queries.skills import suggest_skills
from enterprise_social.posts.emoji import suggested as suggested_emoji
from enterprise_social.posts.queries import suggest_hashtags

blueprint = Blueprint("home", __name__)
MOST_OPTIONS = 8
MOST_WAITING = 3


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
    person_id: int = 0
    photo: str = ""
    image: str = ""


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
        waiting=received(viewer, waiting=True, limit=MOST_WAITING).items,
        posts=found.posts,
        next=found.older,
        unread_channels=sum(1 for item in listed if item.unread and not item.muted),
        mention_count=sum(item.mentions for item in listed),
        suggested=[place(viewer, Seat(each, None)) for each in channels.to_join(viewer)],
        viewer_is_guest=is_guest(viewer),
    )


@blueprint.get("/rail")
def rail_alone() -> str:
    """Show the rail's lists as they are now."""
    return render_template("ui/_rail.html", rail=rail(identity.signed_in()))


@blueprint.get("/suggest")
@limits.limiter.limit(limits.READS)
def suggest() -> str:
    """Suggest people, groups, channels, hashtags or emoji for what is being typed."""
    viewer = identity.signed_in()
    text = request.args.get("q", "").strip().lstrip("@#:")[:80]
    kinds = {
        "person": _people,
        "group": _groups,
        "channel": _channels,
        "hashtag": _hashtags,
        "emoji": _emoji,
        "skill": _skills,
    }
    make = kinds.get(request.args.get("kind", ""))
    return render_template("ui/_options.html", options=make(viewer, text) if make else [])


def _people(viewer: Person, text: str) -> list[Option]:
    options = [
        Option(
            label=person.name,
            detail=f"@{person.username}",
            insert=f"@{person.username}",
            av=person.av,
            initials=person.initials,
            person_id=person.id,
            photo=person.photo,
        )
        for person in suggest_people(viewer, text, MOST_OPTIONS)
    ]
    if "channel".startswith(text.lower()):
        options.append(Option(label="@channel", insert="@channel", icon="users"))
    return options


def _groups(viewer: Person, text: str) -> list[Option]:
    return [
        Option(
            label=f"@{offer.group.slug}",
            detail=_group_detail(offer),
            insert=f"@{offer.group.slug}",
            icon="users",
        )
        for offer in suggest_groups(viewer, text)
    ]


def _group_detail(offer: Offer) -> str:
    if not offer.may_call:
        return _("You may not call this group: it stays plain text")
    people = ngettext("%(num)s person", "%(num)s people", offer.group.member_count)
    return f"{offer.group.name} · {people}"


def _channels(viewer: Person, text: str) -> list[Option]:
    found = [
        Option(
            label=channel.name,
            detail=channel.topic,
            insert=f"#{channel.slug}",
            icon="lock" if channel.kind == "private" else "hash",
        )
        for channel in channels.suggest(viewer, text, MOST_OPTIONS)
    ]
    return found + _hashtags(viewer, text)[: MOST_OPTIONS - len(found)]


def _hashtags(viewer: Person, text: str) -> list[Option]:
    tags = suggest_hashtags(viewer, text, MOST_OPTIONS)
    return [Option(label=f"#{tag}", insert=f"#{tag}", icon="tag") for tag in tags]


def _skills(viewer: Person, text: str) -> list[Option]:
    return [
        Option(label=skill.name, detail=str(skill.people_count), insert=skill.name)
        for skill in suggest_skills(viewer, text, MOST_OPTIONS)
    ]


def _emoji(_viewer: Person, text: str) -> list[Option]:
    own = suggested_emoji(text, MOST_OPTIONS // 2) if text else []
    options = [
        Option(label=f":{one.name}:", insert=f":{one.name}:", image=f"/emoji/{one.token}")
        for one in own
    ]
    return options + [
        Option(label=f":{name}:", insert=f":{name}:", glyph=glyph)
        for name, glyph in emoji_named(text, MOST_OPTIONS - len(options))
    ]
