"""Judges what is written by the rules in force; see ``core.screening``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _

from enterprise_social.core.actions import afterwards
from enterprise_social.core.screening import Asked, Refused, Verdict
from enterprise_social.moderation.words.actions.hits import keep_hits, note_verdict
from enterprise_social.moderation.words.patterns import Reading, replaced
from enterprise_social.moderation.words.rulebook import Compiled, in_force


class WordScreener:
    """Asks the word rules."""

    def judge(self, asked: Asked) -> Verdict:
        """Judge a text. Raises Refused where a rule doesn't let it through."""
        rules = [rule for rule in in_force() if rule.holds_in(asked.place, asked.channel_id)]
        if not rules:
            return Verdict(asked.written, asked=asked)
        readings = _readings(asked.written, asked.shown)
        matching = [rule for rule in rules if rule.matches(*readings)]
        refusing = [rule for rule in matching if rule.effect == "refuse"]
        if refusing:
            raise _refusal(asked, refusing)
        text, replacing = _replace(asked, [rule for rule in matching if rule.effect == "replace"])
        holding = [rule for rule in matching if rule.effect == "hold"]
        return Verdict(
            text=text,
            held_by=_ids(holding),
            by_organisation=any(rule.channel_id is None for rule in holding),
            flagged_by=_ids([rule for rule in matching if rule.effect == "flag"]),
            replaced_by=_ids(replacing),
            asked=asked,
        )

    def note(self, verdict: Verdict, target: str) -> None:
        """Keep what matched, and have looked at what a rule points at."""
        note_verdict(verdict, target)


def _readings(written: str, shown: str) -> list[Reading]:
    """Return what is written and, where markup could hide a word in it, also what is read."""
    texts = dict.fromkeys([written, shown or written])
    return [Reading(text) for text in texts]


def _ids(rules: Sequence[Compiled]) -> tuple[int, ...]:
    return tuple(rule.id for rule in rules)


def _refusal(asked: Asked, rules: Sequence[Compiled]) -> Refused:
    ids = _ids(rules)
    # What is refused leaves nothing behind but that it was.
    kept = replace(asked, written="", shown="")
    afterwards(lambda: keep_hits(kept, ids, "refuse"))
    said = rules[0].message or _("This wording isn't allowed here.")
    return Refused(errors={asked.field: [said]})


def _replace(asked: Asked, rules: Sequence[Compiled]) -> tuple[str, list[Compiled]]:
    text, used = asked.written, []
    for rule in rules:
        reading = Reading(text)
        spans = rule.pattern.spans(reading)
        if asked.shown and len(rule.pattern.spans(Reading(asked.shown))) > len(spans):
            # Hidden between markup it can't be cut out: what stays to be read decides.
            raise _refusal(asked, [rule])
        if spans:
            text = replaced(text, spans, rule.replacement)
            used.append(rule)
    return text, used
