"""Patterns of word rules, compiled by RE2: its time grows with the text and with nothing else.

RE2 makes an automaton of a pattern and never tries back (https://github.com/google/re2/wiki/Syntax),
so it knows neither back references nor lookaround. Both sorts of rules end here: lists of words and
phrases, in which ``*`` stands for any letters of a word, and regular expressions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from enterprise_social.core.text.cleaning import is_unspaced
from enterprise_social.moderation.words.folding import BEGINS, ENDS, Folded, fold, mark, words

MOST_TERMS = 500
LONGEST_TERM = 100
LONGEST_WORDS = 10_000
LONGEST_REGEX = 500
# Of the automaton: a pattern that needs more is refused when it is written.
_MEMORY = 4 << 20
_JOINT = r"[\s\pP\pS]+"  # what may stand between the words of a phrase
_SPACES = frozenset(" \t\n\r\v\f")


class BadPattern(ValueError):
    """A pattern that can't be taken; its text says why."""


class Reading:
    """A text in all forms that patterns compare, each made when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._forms: dict[tuple[bool, bool, bool], Folded] = {}

    def form(self, *, alike: bool, accents: bool, marked: bool = False) -> Folded:
        """Return the folded text, with markers around its words where it is to be ``marked``."""
        key = (alike, accents, marked)
        if key not in self._forms:
            if marked:
                self._forms[key] = mark(self.form(alike=alike, accents=accents))
            else:
                self._forms[key] = fold(self.text, alike=alike, accents=accents)
        return self._forms[key]


class Pattern:
    """A compiled pattern: ``spans`` says where it stands in a text."""

    def __init__(self, kind: str, source: str, *, accents: bool) -> None:
        """Compile it. Raises BadPattern."""
        self._kind, self._accents = kind, accents
        self._compiled = (
            _of_words(source, accents=accents) if kind == "words" else _of_regex(source)
        )

    @cached_property
    def _forms(self) -> list[dict[str, bool]]:
        if self._kind == "words":
            return [{"alike": True, "accents": self._accents, "marked": True}]
        # An expression may name letters of any script as they are, so it is tried on all forms.
        forms = [{"alike": False, "accents": True}, {"alike": True, "accents": True}]
        return forms if self._accents else [*forms, {"alike": True, "accents": False}]

    def matches(self, reading: Reading) -> bool:
        """Tell whether it stands in a text."""
        return any(self._compiled.search(form.text) for form in self._read(reading))

    def spans(self, reading: Reading) -> list[tuple[int, int]]:
        """Return where it stands in a text, in order; what overlaps is one."""
        found = {
            form.span(*match.span())
            for form in self._read(reading)
            for match in self._compiled.finditer(form.text)
            if match.start() < match.end()
        }
        return _merged(sorted(found))

    def _read(self, reading: Reading) -> Iterator[Folded]:
        seen: set[str] = set()
        for wanted in self._forms:
            form = reading.form(**wanted)
            if form.text not in seen:
                seen.add(form.text)
                yield form


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        elif last > first:
            merged.append((first, last))
    return merged


def replaced(text: str, spans: Sequence[tuple[int, int]], by: str) -> str:
    """Return a text with other words in these places."""
    kept, before = [], 0
    for first, last in spans:
        kept += [text[before:first], by]
        before = last
    return "".join([*kept, text[before:]])


def terms_of(source: str) -> list[str]:
    """Return the words and phrases of a list. Raises BadPattern."""
    if len(source) > LONGEST_WORDS:
        raise BadPattern(_("At most %(most)d characters.", most=LONGEST_WORDS))
    terms = list(dict.fromkeys(line.strip() for line in source.splitlines() if line.strip()))
    if not terms:
        raise BadPattern(_("Write at least one word."))
    if len(terms) > MOST_TERMS:
        raise BadPattern(_("At most %(most)d words; make a second rule.", most=MOST_TERMS))
    for term in terms:
        if len(term) > LONGEST_TERM:
            raise BadPattern(_("A word has at most %(most)d characters.", most=LONGEST_TERM))
    return terms


def _of_words(source: str, *, accents: bool) -> Any:
    parts = []
    for term in terms_of(source):
        folded = fold(term, accents=accents).text
        if not any(each.isalnum() for each in folded) and (not folded or "*" in folded):
            detail = _("This has no letter in it and would match everything: %(term)s", term=term)
            raise BadPattern(detail)
        parts.append(_expression(folded))
    return _compile("|".join(parts))


def _expression(term: str) -> str:
    """Write a folded term as an expression over a marked text."""
    stars = {place for place, each in enumerate(term) if each == "*"}
    # Beside a script without spaces a star stands for some characters, else for letters of a word.
    loose = {place for place in stars if _beside_unspaced(term, place)}
    text = "".join("\ue000" if place in loose else each for place, each in enumerate(term))
    made, before = [], 0
    for begin, end in words(text, also="*"):
        made += [_between(text[before:begin]), BEGINS]
        made += ["[^\x01\x02]*" if each == "*" else _literal(each) for each in text[begin:end]]
        made.append(ENDS)
        before = end
    made.append(_between(text[before:]))
    return "".join(made)


def _beside_unspaced(term: str, place: int) -> bool:
    sides = term[max(0, place - 1) : place] + term[place + 1 : place + 2]
    return any(is_unspaced(each) for each in sides) and not any(
        each.isalnum() and not is_unspaced(each) for each in sides
    )


def _between(text: str) -> str:
    made: list[str] = []
    for each in text:
        if each in _SPACES:
            if not made or made[-1] != _JOINT:
                made.append(_JOINT)
        elif each == "\ue000":
            made.append(r"[^\s\x01\x02]{0,20}")
        else:
            made.append(_literal(each))
    return "".join(made)


def _literal(character: str) -> str:
    return character if character.isalnum() or ord(character) > 127 else f"\\x{ord(character):02x}"


def _of_regex(source: str) -> Any:
    if not source.strip():
        raise BadPattern(_("Write an expression."))
    if len(source) > LONGEST_REGEX:
        raise BadPattern(_("At most %(most)d characters.", most=LONGEST_REGEX))
    compiled = _compile(source)
    if any(match.start() == match.end() for match in compiled.finditer("a 1")):
        raise BadPattern(_("This expression matches nothing at all, and so everything."))
    return compiled


def _compile(expression: str) -> Any:
    # Only where somebody has rules: the library costs memory.
    import re2

    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.longest_match = True
    options.max_mem = _MEMORY
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        raise BadPattern(_said(error)) from None


def _said(error: Exception) -> str:
    text = error.args[0] if error.args else ""
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    if "perl operator" in text and any(sign in text for sign in ("(?=", "(?!", "(?<")):
        return _("Looking ahead and behind is not possible here: %(part)s", part=_tail(text))
    if "escape sequence" in text:
        return _("This is not understood; references back are not possible: %(part)s",
                 part=_tail(text))  # fmt: skip
    if "too large" in text or "repetition" in text:
        return _("This expression is too large. Use fewer repetitions.")
    return _("This expression is not sound: %(reason)s", reason=text)


def _tail(text: str) -> str:
    return text.rsplit(": ", 1)[-1]
