"""Entries of the audit log as they leave the house: a line of CSV, a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.spreadsheets import csv_parts
from enterprise_social.people.models import Person
from enterprise_social.records.audit_words import sentence
from enterprise_social.records.queries.audit import Asked, every, names_of


def document(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry with all that its hash is taken over."""
    return {
        "id": entry.id,
        "at": rfc3339(entry.at),
        "actor_id": entry.actor_id,
        "action": entry.action,
        "target": entry.target,
        "details": entry.details,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def as_csv(viewer: Person, asked: Asked) -> Iterator[bytes]:
    """Yield the entries that are asked for as CSV that no spreadsheet computes."""
    return csv_parts(_rows(viewer, asked))


def as_json_lines(_viewer: Person, asked: Asked) -> Iterator[bytes]:
    """Yield the entries that are asked for as JSON, one a line."""
    for part in every(asked):
        lines = (json.dumps(document(entry), ensure_ascii=False) for entry in part)
        yield "".join(f"{line}\n" for line in lines).encode()


def _rows(viewer: Person, asked: Asked) -> Iterator[list[str]]:
    yield [
        _("Number"), _("Time (UTC)"), _("Who"), _("What happened"), _("Act"), _("Target"),
        _("Details"), _("Hash"),
    ]  # fmt: skip
    for part in every(asked):
        names = names_of(part, viewer)
        for entry in part:
            yield [
                str(entry.id),
                rfc3339(entry.at) or "",
                names.person(entry.actor_id),
                sentence(entry, names),
                entry.action,
                entry.target,
                json.dumps(entry.details, ensure_ascii=False) if entry.details else "",
                entry.hash,
            ]
