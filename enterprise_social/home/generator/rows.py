"""The rows of people and of places, as PostgreSQL's COPY takes them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.home.generator.people import (
    Someone,
    languages_json,
    skill_name,
    skills_used,
)
from enterprise_social.home.generator.places import Place
from enterprise_social.home.generator.sizes import BUSY, YEARS, Start
from enterprise_social.people.models import Skill
from enterprise_social.people.models.directory import SOURCES
from enterprise_social.people.queries.indexing import Profiled, words_of
from enterprise_social.people.queries.skills import skill_key

Rows = tuple[str, str, str]  # table, columns, lines
_NULL = "\\N"
_PEOPLE = (
    "id, email, username, name, role, title, department, location, pronouns, phone, time_zone,"
    " locale, manager_id, is_bot, created_at, version"
)
_CHANNELS = (
    "id, slug, name, kind, topic, purpose, seq, last_post_seq, last_post_at, member_count,"
    " created_by_id, created_at, archived_at, direct_key, rules, guests_allowed"
)
_NOT_SPELT = (SOURCES["username"], SOURCES["email"])


def skill_ids(people: list[Someone]) -> dict[int, tuple[int, str]]:
    """Return id and name of each skill that the people have, by its number; count who has it."""
    counts = dict(skills_used(people))
    names = {number: skill_name(number - 1) for number in counts}
    keys = [skill_key(name) for name in names.values()]
    known = {
        each.key: each for each in db.session.scalars(select(Skill).where(Skill.key.in_(keys)))
    }
    moment = now()
    for number, name in names.items():
        key = skill_key(name)
        if key not in known:
            known[key] = Skill(key=key, name=name, people_count=0, created_at=moment)
            db.session.add(known[key])
        known[key].people_count += counts[number]
    db.session.flush()
    return {number: (known[skill_key(name)].id, name) for number, name in names.items()}


def of_people(
    people: list[Someone], skills: dict[int, tuple[int, str]], spelt: set[str]
) -> Iterator[Rows]:
    """Yield the rows of people; words of theirs that may be misspelt are added to ``spelt``."""
    persons, profiles, having, postings = [], [], [], []
    for each in people:
        manager = each.manager_id or _NULL
        persons.append(
            f"{each.id}\t{each.email}\t{each.username}\t{each.name}\t{each.role}\t{each.title}"
            f"\t{each.department}\t{each.location}\t\t\t{each.time_zone}\ten\t{manager}\t0"
            f"\t{each.created_at}\t1\n"
        )
        profiles.append(f"{each.id}\t\t\t[]\t{languages_json(each)}\t[]\t[]\n")
        ids = {skills[number] for number in each.skills}
        having += [f"{each.id}\t{id_}\t0\t{each.created_at}\n" for id_, _name in ids]
        told = Profiled(
            name=each.name,
            username=each.username,
            email=each.email,
            texts={
                "title": [each.title],
                "department": [each.department],
                "location": [each.location],
                "skills": [name for _id, name in ids],
            },
            languages=each.languages,
        )
        for kind, word, source in words_of(told):
            postings.append(f"{kind}\t{word}\t{each.id}\t{source}\n")
            if source not in _NOT_SPELT:
                spelt.add(word)
    yield "people", _PEOPLE, "".join(persons)
    yield (
        "profiles",
        "person_id, about, about_html, topics, languages, links, works_on",
        "".join(profiles),
    )
    yield "person_skills", "person_id, skill_id, endorsement_count, added_at", "".join(having)
    yield "directory_postings", "kind, word, person_id, source", "".join(postings)


def of_places(
    places: list[Place], people: list[Someone], start: Start, dice: random.Random
) -> Iterator[Rows]:
    """Yield the rows of channels and conversations, with who is in them and how far they read."""
    began = (start.now - timedelta(days=365 * YEARS + 7)).replace(tzinfo=None)
    moment = began.isoformat(" ", "microseconds")
    ended = start.now.replace(tzinfo=None).isoformat(" ", "microseconds")
    channels, seats, changes = [], [], []
    for place in places:
        owner = people[place.members[0]].id
        channels.append(
            f"{place.id}\t{place.slug}\t{place.name}\t{place.kind}\t{place.topic}\t\t{place.seq}"
            f"\t0\t{_NULL}\t{len(place.members)}\t{owner}\t{moment}"
            f"\t{ended if place.archived else _NULL}\t{place.direct_key or _NULL}\t{{}}\t1\n"
        )
        changes.append(f"{place.id}\t1\tmembership_changed\t{moment}\t{_NULL}\t{owner}\n")
        for at, member in enumerate(place.members):
            role = "owner" if at == 0 and place.kind != "direct" else "member"
            notify = "all" if dice.random() < 0.9 else "mentions"
            starred = int(dice.random() < 0.04)
            seats.append(
                f"{place.id}\t{people[member].id}\t{role}\t{notify}\t{starred}"
                f"\t{_read(place.seq, member, dice)}\t{moment}\t0\n"
            )
    yield (
        "channels",
        _CHANNELS,
        "".join(channels),
    )
    yield (
        "memberships",
        "channel_id, person_id, role, notify, starred, read_seq, joined_at, by_group",
        "".join(seats),
    )
    yield "channel_changes", "channel_id, seq, type, at, post_id, person_id", "".join(changes)


def _read(seq: int, member: int, dice: random.Random) -> int:
    """Return how far somebody has read: most all, some nearly all, few hardly anything."""
    chance = dice.random()
    if member < len(BUSY):
        chance += 0.4  # who signs in to look around finds something unread
    if chance < 0.6:
        return seq
    if chance < 0.95:
        return max(0, seq - dice.randrange(1, 40))
    return int(seq * dice.random()) if chance < 1.3 else 0
