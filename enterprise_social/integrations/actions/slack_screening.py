"""What an export says, by the organisation's rules of words: what they stop is left out."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.core.screening import Asked, Refused, Verdict, clean, judge
from enterprise_social.core.text import safe_name
from enterprise_social.integrations.report import ImportReport

STOPPED = "a word rule"


def judged(place: str, text: str, shown: str, channel_id: int, author_id: int) -> Verdict | None:
    """Judge a message; None where a rule refuses it or would hold it for approval."""
    asked = Asked(place, text, shown=shown, channel_id=channel_id, actor_id=author_id)
    try:
        verdict = judge(asked)
    except Refused:
        return None
    return None if verdict.held_by else verdict


def named(place: str, text: str, whose: str, report: ImportReport) -> str:
    """Return a short text as it may be kept, or nothing where a rule stops it."""
    if not text:
        return text
    try:
        return clean(place, {"text": text}, actor=None)["text"]
    except Refused:
        line = _("%(whose)s: a text was left out by a word rule", whose=safe_name(whose))
        report.problem(line)
        return ""
