"""The rules that are in force, compiled once a change in each process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.core import settings
from enterprise_social.core.db import db
from enterprise_social.moderation.words.models import WordRule
from enterprise_social.moderation.words.patterns import BadPattern, Pattern, Reading

log = logging.getLogger(__name__)
# Says that rules changed, nothing else: without it there never were any, and no query is made.
STAMP = "moderation.word_rules"


def _no_value(_value: Any) -> Any:
    raise ValueError(_("This is not set by hand."))


settings.define(STAMP, None, _no_value)


@dataclass(frozen=True)
class Compiled:
    """A rule that can be asked."""

    id: int
    channel_id: int | None
    effect: str
    message: str
    replacement: str
    places: frozenset[str]
    pattern: Pattern

    def holds_in(self, place: str, channel_id: int | None) -> bool:
        """Tell whether the rule is for what stands there."""
        return place in self.places and self.channel_id in (None, channel_id)

    def matches(self, *readings: Reading) -> bool:
        """Tell whether it matches any of the forms of a text."""
        return any(self.pattern.matches(reading) for reading in readings)


def compiled(rule: WordRule) -> Compiled:
    """Compile a rule. Raises BadPattern."""
    return Compiled(
        id=rule.id,
        channel_id=rule.channel_id,
        effect=rule.effect,
        message=rule.message,
        replacement=rule.replacement,
        places=frozenset(rule.places),
        pattern=Pattern(rule.kind, rule.pattern, accents=rule.accents),
    )


def in_force() -> Sequence[Compiled]:
    """Return all rules that are switched on, the organisation's first."""
    stamp = settings.get(STAMP)
    if stamp is None:
        return ()
    kept = current_app.extensions.get("word_rules")
    if kept is None or kept[0] != stamp:
        kept = (stamp, _load())
        current_app.extensions["word_rules"] = kept
    rules: Sequence[Compiled] = kept[1]
    return rules


def _load() -> Sequence[Compiled]:
    statement = select(WordRule).where(WordRule.state == "on")
    found = []
    for rule in db.session.scalars(statement.order_by(WordRule.channel_id, WordRule.id)):
        try:
            found.append(compiled(rule))
        except BadPattern:
            log.exception("the word rule %d can't be compiled and is left out", rule.id)
    return sorted(found, key=lambda each: (each.channel_id or 0, each.id))
