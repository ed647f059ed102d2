"""Brings an export's people in: those who are here by their e-mail address, the others new."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.core.language import zone_of
from enterprise_social.core.text import PersonRef, safe_name
from enterprise_social.integrations.actions.slack_keys import chunks, import_key, new_ids
from enterprise_social.integrations.actions.slack_profiles import OwnFields, keep_profiles
from enterprise_social.integrations.actions.slack_screening import named
from enterprise_social.integrations.report import ImportReport
from enterprise_social.integrations.slack.reader import Export
from enterprise_social.integrations.slack.records import SlackProfile, SlackUser
from enterprise_social.integrations.slack.survey import Stranger, Survey
from enterprise_social.people.details import clean_email
from enterprise_social.people.events import PersonCreated
from enterprise_social.people.models import Person
from enterprise_social.people.usernames import (
    LONGEST_MADE,
    is_username,
    make_username,
    username_key,
)


@dataclass
class Cast:
    """Who an export's people are here.

    ``ids`` are person ids by Slack id; ``known`` everybody here by username (casefolded);
    ``new`` those whom this import made; ``present`` those who are active and no programs.
    """

    ids: dict[str, int] = field(default_factory=dict)
    known: dict[str, PersonRef] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)
    present: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._usernames: dict[int, str] = {one.id: one.username for one in self.known.values()}

    def username(self, slack_id: str) -> str | None:
        """The username here of somebody in the export, or None."""
        person_id = self.ids.get(slack_id)
        return None if person_id is None else self._usernames[person_id]

    def add(self, person: PersonRef) -> None:
        """Make somebody known."""
        self.known[username_key(person.username)] = person
        self._usernames[person.id] = person.username


def import_people(export: Export, survey: Survey, report: ImportReport) -> Cast:
    """Finds or makes everybody in ``users.json`` and everybody else who speaks.

    People who are here already stay as they are. Nobody gets a password or a role above
    employee from an export; who has none gets in by an invitation or a reset.
    """
    wanted = [_from_user(user) for user in export.users.values()]
    wanted += [_from_stranger(stranger, report) for stranger in survey.strangers.values()]
    return _Casting(export.workspace, report).run(wanted)


@dataclass(frozen=True, slots=True)
class _Wanted:
    slack_id: str
    email: str
    handle: str
    name: str
    active: bool
    is_bot: bool
    facts: dict[str, str] = field(default_factory=dict)
    profile: SlackProfile = field(default_factory=SlackProfile)


class _Casting:
    def __init__(self, workspace: str, report: ImportReport) -> None:
        self._fields = OwnFields(report)
        self._profiles: dict[int, SlackProfile] = {}
        self._workspace = workspace
        self._report = report
        self._cast = Cast()
        self._by_key: dict[str, int] = {}
        self._by_email: dict[str, int] = {}
        self._keyless: set[int] = set()
        self._unreachable = 0
        self._ids: Iterator[int] = new_ids(Person)
        self._load()

    def _load(self) -> None:
        columns = (
            Person.id,
            Person.email,
            Person.username,
            Person.name,
            Person.import_key,
            Person.deactivated_at,
            Person.is_bot,
        )
        for row in db.session.execute(select(*columns)):
            self._cast.add(PersonRef(row.id, row.username, row.name))
            self._by_email[row.email] = row.id
            if row.import_key:
                self._by_key[row.import_key] = row.id
            else:
                self._keyless.add(row.id)
            if row.deactivated_at is None and not row.is_bot:
                self._cast.present.add(row.id)

    def run(self, wanted: Iterable[_Wanted]) -> Cast:
        rows: list[dict[str, Any]] = []
        keyed: list[dict[str, Any]] = []
        for one in wanted:
            key = import_key(self._workspace, one.slack_id)
            found = self._by_key.get(key) or self._by_email.get(one.email)
            if found is None:
                row = self._row(one, key)
                rows.append(row)
                found = row["id"]
                self._report.people.imported += 1
            else:
                self._report.people.existing += 1
                if found in self._keyless:
                    self._keyless.discard(found)
                    keyed.append({"id": found, "import_key": key})
            self._by_key[key] = found
            self._cast.ids[one.slack_id] = found
        if self._unreachable:
            self._report.problem(
                _(
                    "%(count)d people have no e-mail address in the export; they need one to "
                    "sign in",
                    count=self._unreachable,
                )
            )
        self._write(rows, keyed)
        keep_profiles(self._profiles, self._fields, self._report)
        return self._cast

    def _row(self, one: _Wanted, key: str) -> dict[str, Any]:
        person_id = next(self._ids)
        moment = now()
        username = self._free_username(one)
        name = self._told(one, one.name)[:120].strip() or username
        email = one.email or self._placeholder(one.slack_id)
        if not one.email and one.active and not one.is_bot:
            self._unreachable += 1
        self._cast.add(PersonRef(person_id, username, name))
        self._cast.new.add(person_id)
        if one.active and not one.is_bot:
            self._cast.present.add(person_id)
        self._by_email[email] = person_id
        self._profiles[person_id] = one.profile
        return {
            "department": "",
            "location": "",
            **self._fields.built_in(one.profile),
            "id": person_id,
            "email": email,
            "username": username,
            "name": name,
            "title": self._told(one, one.facts.get("title", ""))[:120],
            "phone": safe_name(one.facts.get("phone", ""))[:40],
            "pronouns": self._told(one, one.facts.get("pronouns", ""))[:40],
            "time_zone": one.facts.get("time_zone", "UTC"),
            "is_bot": one.is_bot,
            "deactivated_at": None if one.active else moment,
            "created_at": moment,
            "import_key": key,
        }

    def _told(self, one: _Wanted, text: str) -> str:
        return named("profiles", safe_name(text), one.handle, self._report)

    def _free_username(self, one: _Wanted) -> str:
        handle = username_key(one.handle)
        if is_username(handle) and len(handle) <= LONGEST_MADE and not self._is_taken(handle):
            return handle
        return make_username(one.handle, one.email, self._is_taken)

    def _is_taken(self, username: str) -> bool:
        return username in self._cast.known

    def _placeholder(self, slack_id: str) -> str:
        """An address that can't exist (RFC 2606, section 2) but is unique."""
        local = re.sub(r"[^a-z0-9]+", "-", slack_id.lower()).strip("-")[:60] or "unknown"
        domain = re.sub(r"[^a-z0-9]+", "-", self._workspace.lower()).strip("-")[:60] or "slack"
        address, number = f"{local}@{domain}.invalid", 1
        while address in self._by_email:
            number += 1
            address = f"{local}-{number}@{domain}.invalid"
        return address

    def _write(self, rows: list[dict[str, Any]], keyed: list[dict[str, Any]]) -> None:
        for piece in chunks(rows):
            db.session.execute(insert(Person), piece)
        if keyed:
            db.session.execute(update(Person), keyed)
        for row in rows:
            announce(PersonCreated(row["id"]))


def _from_user(user: SlackUser) -> _Wanted:
    return _Wanted(
        slack_id=user.id,
        email=clean_email(user.email) or "",
        handle=user.name or user.display_name or user.real_name or user.id,
        name=user.real_name or user.display_name or user.name,
        active=not user.deleted,
        is_bot=user.is_bot,
        facts={
            "title": user.title,
            "phone": user.phone,
            "pronouns": user.pronouns,
            "time_zone": zone_of(user.time_zone).key,
        },
        profile=user.profile,
    )


def _from_stranger(stranger: Stranger, report: ImportReport) -> _Wanted:
    if not stranger.is_bot:
        report.problem(
            _(
                "%(id)s is not in users.json: kept as a deactivated person",
                id=safe_name(stranger.id),
            )
        )
    return _Wanted(
        slack_id=stranger.id,
        email="",
        handle=stranger.name or stranger.id.removeprefix("name:"),
        name=stranger.name or stranger.id.removeprefix("name:"),
        active=stranger.is_bot,
        is_bot=stranger.is_bot,
    )
