"""Tables as JSON lines: what another system's layout has no place for, without any secret."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, select, tuple_

from enterprise_social.core.actions import finish_reading
from enterprise_social.core.db import Base, db
from enterprise_social.records.archives import json_lines
from enterprise_social.records.archives.zipping import ZipWriter

PIECE = 500
TABLES = (
    "people", "channels", "memberships", "membership_spans", "groups", "group_members",
    "channel_groups", "profiles", "profile_entries", "profile_fields", "profile_values", "skills",
    "person_skills", "endorsements", "person_statuses", "absences", "availabilities", "rights",
    "post_revisions", "thread_followings", "person_follows", "hashtag_follows", "storylines",
    "announcements", "announcement_recipients",
    "announcement_files", "announcement_threads", "announcement_rights",
    "announcement_delegations", "announcement_policies", "channel_retentions", "legal_holds",
    "notification_preferences", "notification_keywords", "moderation_cases",
    "moderation_decisions", "moderation_sanctions", "moderation_appeals", "word_rules",
    "audit_entries",
)  # fmt: skip
# Nothing that opens anything, and nothing that is made of something else.
_SECRET = re.compile(r"(hash|token|secret|sealed|_key|html|plain)$")
_NEEDED = {("audit_entries", "hash")}


def write_tables(archive: ZipWriter, counts: Counter[str]) -> None:
    """Write a member a table, as ``enterprise-social/<table>.jsonl``."""
    for name in TABLES:
        table = Base.metadata.tables.get(name)
        if table is not None:
            lines = json_lines.lines(_rows(table, counts))
            archive.add(f"enterprise-social/{name}.jsonl", lines)


def _rows(table: Table, counts: Counter[str]) -> Iterator[dict[str, Any]]:
    columns = [
        each
        for each in table.columns
        if (table.name, each.name) in _NEEDED or not _SECRET.search(each.name)
    ]
    keys = list(table.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        statement = select(*columns, *(key.label(f"_at_{key.name}") for key in keys))
        if last is not None:
            statement = statement.where(tuple_(*keys) > tuple_(*last))
        rows = db.session.execute(statement.order_by(*keys).limit(PIECE)).all()
        finish_reading()
        for row in rows:
            yield {each.name: getattr(row, each.name) for each in columns}
        counts["records"] += len(rows)
        if len(rows) < PIECE:
            return
        last = tuple(getattr(rows[-1], f"_at_{key.name}") for key in keys)
