"""The JSON Schemas of moderation."""

from __future__ import annotations

from enterprise_social.api.schemas import (
    COUNT,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Schema,
    _list_of,
    _object,
    _or_null,
    _ref_or_null,
)
from enterprise_social.moderation.models import ACTS, KINDS, OUTCOMES, STATES, TARGETS

TARGET: Schema = {"type": "string", "enum": list(TARGETS)}
STATE: Schema = {"type": "string", "enum": list(STATES)}
_REPORT = {
    "id": ID,
    "case_id": ID,
    "target_kind": TARGET,
    "target_id": ID,
    "reason": TEXT,
    "note": TEXT,
    "at": MOMENT,
}
_CASE = {
    "id": ID,
    "kind": {"type": "string", "enum": list(KINDS)},
    "target_kind": TARGET,
    "target_id": ID,
    "channel_id": _or_null(ID),
    "post_id": _or_null(ID),
    "author_id": _or_null(ID),
    "reason": TEXT,
    "state": STATE,
    "said": TEXT,
    "report_count": COUNT,
    "opened_at": MOMENT,
    "due_at": _or_null(MOMENT),
    "overdue": FLAG,
    "assignee_id": _or_null(ID),
    "decided_at": _or_null(MOMENT),
}
_NUMBERS: Schema = {
    "type": "object",
    "description": "By key; null stands for a number that is too small to be told.",
    "additionalProperties": {"type": ["integer", "null"]},
}
MODERATION_SCHEMAS: dict[str, Schema] = {
    "Report": _object("What the caller reported.", _REPORT),
    "Reason": _object(
        "Why something can be reported, and the rule that a decision names by its `key`.",
        {"key": TEXT, "label": TEXT, "rule": TEXT},
    ),
    "Reasons": _object(
        "All of them.", {"items": _list_of({"$ref": "#/components/schemas/Reason"})}
    ),
    "Case": _object("One thing that is looked at, with all that was reported of it.", _CASE),
    "CaseInFull": _object(
        "A case with what those who judge it see besides.",
        {
            **_CASE,
            "body": _or_null(TEXT),
            "hidden": FLAG,
            "reports": _list_of(
                _object("A report.", {"user_id": ID, "reason": TEXT, "note": TEXT, "at": MOMENT})
            ),
            "history": _list_of(
                _object(
                    "What was done.",
                    {"at": MOMENT, "user_id": _or_null(ID), "what": TEXT, "note": TEXT},
                )
            ),
            "decision": _ref_or_null("Decision"),
            "appeal": _ref_or_null("Appeal"),
        },
    ),
    "Decision": _object(
        "What was decided. `decider_id` is null where it was the installation.",
        {
            "id": ID,
            "case_id": ID,
            "act": {"type": "string", "enum": list(ACTS)},
            "sanction": TEXT,
            "until": _or_null(MOMENT),
            "rule": TEXT,
            "message": TEXT,
            "at": MOMENT,
            "decider_id": _or_null(ID),
        },
    ),
    "Appeal": _object(
        "What the author said against a decision; `outcome` is empty until it is judged.",
        {
            "id": ID,
            "decision_id": ID,
            "text": TEXT,
            "at": MOMENT,
            "outcome": {"type": "string", "enum": ["", *OUTCOMES]},
            "note": TEXT,
            "judged_at": _or_null(MOMENT),
        },
    ),
    "Transparency": _object(
        "The counts of a year; null stands for a number that is too small to be told.",
        {
            "year": {"type": "integer"},
            "cases": _or_null(COUNT),
            "reports": _or_null(COUNT),
            "by_reason": _NUMBERS,
            "by_act": _NUMBERS,
            "by_sanction": _NUMBERS,
            "appeals": _or_null(COUNT),
            "overturned": _or_null(COUNT),
            "median_hours": {"type": ["number", "null"]},
        },
    ),
}
