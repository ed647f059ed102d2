"""What the demo's people tell of themselves: profiles, skills, words for colleagues, groups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from enterprise_social.channels.actions.groups import add_group
from enterprise_social.channels.models import Channel
from enterprise_social.home.demo import DemoError
from enterprise_social.home.demo.records import Record, read_records
from enterprise_social.people.actions.fields import define_field
from enterprise_social.people.actions.groups import create_group, put_group_member
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.actions.skills import endorse, set_skills
from enterprise_social.people.actions.values import set_values
from enterprise_social.people.models import Person
from enterprise_social.people.queries.skills import skill_named

_ENTRY = ("title", "organisation", "from_month", "until_month", "text")


def write_profiles(people: Mapping[str, Person]) -> None:
    """Write all of it in the running action; ``people`` are by username. Raises DemoError."""
    keys = {record.text("name"): _field(record) for record in read_records("fields.json")}
    for record in read_records("profiles.json"):
        person = _known(people, record, "username")
        update_profile(None, person, **_profile(record, person.created_at.date()))
        set_skills(None, person, record.texts("skills"))
        own = {keys[name]: value for name, value in record.text_map("own").items()}
        set_values(None, person, own, imported=True)
    for record in read_records("endorsements.json"):
        skill = skill_named(record.text("skill"))
        if skill is None:
            raise DemoError(f"{record.where}: nobody has this skill")
        by, of = _known(people, record, "by"), _known(people, record, "of")
        endorse(by, of, skill, record.text("praise"))


def write_groups(people: Mapping[str, Person], channels: Mapping[str, Channel]) -> None:
    """Make the groups, of what stands in the profiles or by hand, and let them fill channels."""
    for record in read_records("groups.json"):
        rule = record.optional("rule")
        group = create_group(
            None,
            record.text("name"),
            handle=record.text("handle"),
            purpose=record.text("purpose"),
            kind="rule" if rule else "hand",
            rule=rule or "",
        )
        for place, username in enumerate(record.texts("members")):
            role = "member" if place else "owner"
            put_group_member(None, group, _person(people, username, record), role)
        slug = record.optional("fills")
        if slug:
            add_group(_known(people, record, "filled_by"), channels[slug], group)


def _field(record: Record) -> str:
    field = define_field(
        None,
        name=record.text("name"),
        kind=record.text("kind"),
        hint=record.text("hint"),
        choices=record.texts("choices"),
        audience=record.text("audience"),
        editor=record.text("editor"),
    )
    return field.key


def _profile(record: Record, started_on: date) -> dict[str, Any]:
    return {
        "employee_number": record.text("employee_number"),
        "started_on": started_on,
        "about": record.optional("about") or "",
        "topics": record.texts("topics"),
        "languages": record.texts("languages"),
        "links": [
            {"label": link.text("label"), "url": link.text("url")}
            for link in record.records("links")
        ],
        "works_on": [int(day) for day in record.text("works_on")],
        "works_from": _minutes(record.text("works_from")),
        "works_until": _minutes(record.text("works_until")),
        "experience": [_entry(line) for line in record.records("experience")],
        "education": [_entry(line) for line in record.records("education")],
    }


def _entry(line: Record) -> dict[str, Any]:
    months = {"from_month", "until_month"}
    return {name: line.optional(name) or (None if name in months else "") for name in _ENTRY}


def _minutes(clock: str) -> int:
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _known(people: Mapping[str, Person], record: Record, name: str) -> Person:
    return _person(people, record.text(name), record)


def _person(people: Mapping[str, Person], username: str, record: Record) -> Person:
    if username not in people:
        raise DemoError(f"{record.where}: nobody is called {username}")
    return people[username]
