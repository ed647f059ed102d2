"""A rule in a form: as rows for those who don't write rules, or as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Group, ProfileField
from enterprise_social.people.queries.fields import hidden_names
from enterprise_social.people.queries.groups import Preview, preview
from enterprise_social.people.rules import KnownNames, Row, RuleError, in_rows, of_rows, parse
from enterprise_social.people.rules.names import PUBLIC
from enterprise_social.people.rules.rows import BUILT_IN, MOST_ROWS, OPERATORS

Given = MultiDict[str, str]
SPARE_ROWS = 2


@dataclass(frozen=True)
class RuleForm:
    """What the part of a form that holds a rule shows. ``written`` says that it is text."""

    written: bool
    text: str
    rows: Sequence[Row]
    joined_by: str
    custom: Mapping[str, str]
    built_in: Sequence[str]
    operators: Sequence[str]
    preview: Mapping[str, Any]


def rule_form(given: Given, group: Group | None) -> RuleForm:
    """Make the form of what was sent, else of a group's rule, else an empty one."""
    written, text, rows, joined_by = _state(given, group)
    do = given.get("do")
    if do == "text" and not written:
        written, text = True, _text_of(rows, joined_by)
    elif do == "rows" and written:
        written, text, rows, joined_by = _as_rows(text)
    spare = SPARE_ROWS if do == "more" or len(rows) < SPARE_ROWS else 1
    rows = [*rows, *[Row("department", "is", "")] * spare][:MOST_ROWS]
    hidden = hidden_names()
    return RuleForm(
        written=written,
        text=text,
        rows=rows,
        joined_by=joined_by,
        custom=_custom_fields(),
        built_in=[
            each for each in BUILT_IN if {"started": "started_on"}.get(each, each) not in hidden
        ],
        operators=OPERATORS,
        preview=preview_of(given) if given else {"found": None, "error": ""},
    )


def given_rule(given: Given) -> str:
    """Return the rule that was sent as text. Raises Invalid where its rows make none."""
    if given.get("rule_as") == "text":
        return given.get("rule", "")
    try:
        return of_rows(_rows(given), given.get("joined_by", "all"), KnownNames())
    except RuleError as error:
        raise Invalid(errors={"rule": [str(error.problem)]}) from error


def preview_of(given: Given) -> dict[str, Any]:
    """Return whom the rule that was sent would take in, or what is wrong with it."""
    found: Preview | None = None
    problem = ""
    if given.get("rule", "").strip() or any(row.value.strip() for row in _rows(given)):
        try:
            found = preview(parse(given_rule(given), KnownNames()))
        except Invalid as error:
            problem = error.errors["rule"][0]
        except RuleError as error:
            problem = str(error)
    return {"found": found, "error": problem}


def _state(given: Given, group: Group | None) -> tuple[bool, str, list[Row], str]:
    if given:
        joined_by = given.get("joined_by", "all")
        rows = [row for row in _rows(given) if row.value.strip()]
        return given.get("rule_as") == "text", given.get("rule", ""), rows, joined_by
    if group is None or group.rule is None:
        return False, "", [], "all"
    return _as_rows(group.rule_text)


def _as_rows(text: str) -> tuple[bool, str, list[Row], str]:
    names = KnownNames()
    try:
        split = in_rows(parse(text, names), names)
    except RuleError:
        split = ("all", []) if not text.strip() else None
    if split is None:
        return True, text, [], "all"
    return False, text, split[1], split[0]


def _text_of(rows: Sequence[Row], joined_by: str) -> str:
    try:
        return of_rows(rows, joined_by, KnownNames())
    except RuleError:
        return ""


def _rows(given: Given) -> list[Row]:
    parts = [given.getlist(name) for name in ("field", "operator", "value")]
    rows = [Row(*each) for each in zip(*parts, strict=False)]
    return [row for row in rows if row.operator in OPERATORS][:MOST_ROWS]


def _custom_fields() -> dict[str, str]:
    rows = db.session.execute(
        select(ProfileField.key, ProfileField.name)
        .where(ProfileField.audience == PUBLIC, ProfileField.archived_at.is_(None))
        .order_by(ProfileField.position, ProfileField.id)
    )
    return {f"field:{row.key}": row.name for row in rows}
