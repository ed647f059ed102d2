"""The language of rules, read by recursive descent.

    any   = all { "or" all }
    all   = one { "and" one }
    one   = "not" one | "(" any ")" | test
    test  = "has" "skill" value | "reports" "to" person
          | "started" ("before" | "after") date
          | field ( "contains" value | "is" [ "not" ] ( value | list ) )
    list  = "one" "of" "(" value { "," value } ")"
    field = "department" | "location" | "title" | "role" | "person" | "field:" key

Where the names have operands, such as for whom an announcement is, there are besides:

    rule  = any [ "except" any ]
    test  = "everyone" | "in" operand name

Fifty lines by hand rather than a parser generator: what is expected at a place can be said in
people's words, and the whole grammar stands on one screen.

What is read is JSON: ``{"all": […]}``, ``{"any": […]}``, ``{"not": …}``, ``{"field": name, "is":
[values]}``, ``{"field": name, "contains": text}``, ``{"field": name, "before" | "after": date}``,
``{"field": name, "people": [ids]}``, ``{"skill": name}`` and ``{"below": id}``; besides
``{"everyone": true}`` and ``{"in": operand, "id": id}``. "a except b" is "a and not b".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from enterprise_social.people.models import ROLES
from enterprise_social.people.rules.names import Names
from enterprise_social.people.rules.tokens import END, SIGNS, Token, tokens
from enterprise_social.people.usernames import username_key

Rule = dict[str, Any]

LONGEST_RULE = 2000
DEEPEST = 8
MOST_TESTS = 40
MOST_VALUES = 100
LONGEST_VALUE = 200
TEXT_FIELDS = ("department", "location", "title")
FIELDS = (*TEXT_FIELDS, "role", "person")
CUSTOM = "field:"
KEYWORDS = frozenset({"and", "or", "not"})
# Neither can be seen or stored; a space in their place keeps positions true.
_UNSEEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


class RuleError(Exception):
    """A rule can't be read. ``position`` is the place of the character, counted from 1."""

    def __init__(self, position: int, problem: str) -> None:
        self.position = position
        self.problem = problem
        super().__init__(
            _("At character %(position)d: %(problem)s", position=position, problem=problem)
        )


def cleaned(text: str) -> str:
    """Return a rule's text as it is stored: on one line, without what can't be seen."""
    return _UNSEEN.sub(" ", text).strip()


def parse(text: str, names: Names) -> Rule:
    """Read a rule. Raises RuleError, which names the place and what was expected there."""
    text = _UNSEEN.sub(" ", text)
    if len(text) > LONGEST_RULE:
        raise RuleError(
            LONGEST_RULE, _("a rule has at most %(most)d characters.", most=LONGEST_RULE)
        )
    return _Reader(tokens(text), names).read()


class _Reader:
    def __init__(self, found: Sequence[Token], names: Names) -> None:
        self._tokens = found
        self._names = names
        self._place = 0
        self._tests = 0
        self._depth = 0

    def read(self) -> Rule:
        rule = self._any()
        if self._names.operands and self._take("except"):
            rule = {"all": [rule, {"not": self._any()}]}
        if self._next.text != END or self._next.quoted:
            if not self._next.quoted and self._next.text in SIGNS:
                raise self._expected(_("“and”, “or” or the end"))
            raise self._expected(_("“and”, “or” or the end (a value with spaces stands in quotes)"))
        return rule

    @property
    def _next(self) -> Token:
        return self._tokens[self._place]

    def _take(self, *words: str) -> Token | None:
        token = self._next
        if token.quoted or token.key not in words or token.text == END:
            return None
        self._place += 1
        return token

    def _expected(self, what: str) -> RuleError:
        token = self._next
        if token.text == END and not token.quoted:
            return RuleError(token.position, _("expected %(what)s; the rule ends here.", what=what))
        return RuleError(
            token.position,
            _("expected %(what)s, found “%(found)s”.", what=what, found=token.text[:40]),
        )

    def _any(self) -> Rule:
        return self._joined("or", "any", self._all)

    def _all(self) -> Rule:
        return self._joined("and", "all", self._one)

    def _joined(self, word: str, name: str, read: Callable[[], Rule]) -> Rule:
        parts = [read()]
        while self._take(word):
            parts.append(read())
        return parts[0] if len(parts) == 1 else {name: parts}

    def _one(self) -> Rule:
        opened = self._next
        if opened.key in ("not", "(") and not opened.quoted:
            self._place += 1
            self._depth += 1
            if self._depth > DEEPEST:
                raise RuleError(opened.position, _("at most %(most)d levels deep.", most=DEEPEST))
            rule = self._inside(opened)
            self._depth -= 1
            return rule
        self._tests += 1
        if self._tests > MOST_TESTS:
            raise RuleError(opened.position, _("at most %(most)d conditions.", most=MOST_TESTS))
        return self._test()

    def _inside(self, opened: Token) -> Rule:
        if opened.key == "not":
            return {"not": self._one()}
        rule = self._any()
        if not self._take(")"):
            raise self._expected(_("“and”, “or” or “)”"))
        return rule

    def _test(self) -> Rule:
        if self._names.operands:
            if self._take("everyone"):
                return {"everyone": True}
            if self._take("in"):
                return self._inside_of()
        if self._take("has"):
            if not self._take("skill"):
                raise self._expected(_("“skill”"))
            return {"skill": self._value()}
        if self._take("reports"):
            if not self._take("to"):
                raise self._expected(_("“to”"))
            return {"below": self._person()}
        started = self._take("started")
        if started:
            self._check_shown("started_on", started)
            return self._moment("started", _("“before” or “after”"))
        return self._field()

    def _inside_of(self) -> Rule:
        word = self._take(*self._names.operands)
        if word is None:
            known = ", ".join(f"“{each}”" for each in self._names.operands)
            raise self._expected(_("one of %(words)s", words=known))
        operand = self._names.operands[word.key]
        token = self._next
        name = self._value().removeprefix(operand.sign).casefold()
        found = operand.find(name)
        if found is None:
            raise RuleError(
                token.position,
                _("there is no %(word)s %(sign)s%(name)s that you can choose here.",
                  word=word.key, sign=operand.sign, name=name[:64]),
            )  # fmt: skip
        return {"in": word.key, "id": found}

    def _field(self) -> Rule:
        token = self._next
        if not token.quoted and token.key.startswith(CUSTOM):
            return self._custom(token)
        if not self._take(*FIELDS):
            raise self._expected(
                _(
                    "a field (department, location, title, role, person, field:…), “has skill”, "
                    "“reports to”, “started”, “not” or “(”"
                )
            )
        self._check_shown(token.key, token)
        if token.key == "person":
            return self._is(token.key, "people", self._person, _("“is”"))
        if token.key == "role":
            return self._is(token.key, "is", self._role, _("“is”"))
        return self._text(token.key)

    def _custom(self, token: Token) -> Rule:
        self._place += 1
        key = token.key.removeprefix(CUSTOM)
        kind = self._names.custom_kind(key)
        if kind is None:
            raise RuleError(
                token.position, _("there is no field “%(key)s” that everyone may see.", key=key)
            )
        name = CUSTOM + key
        if kind == "person":
            return self._is(name, "people", self._person, _("“is”"))
        if kind == "date":
            if self._next.key in ("before", "after"):
                return self._moment(name, "")
            return self._is(name, "is", self._date, _("“is”, “before” or “after”"))
        return self._text(name)

    def _text(self, name: str) -> Rule:
        if self._take("contains"):
            token = self._next
            value = self._value()
            if not value.strip():
                raise RuleError(token.position, _("expected something to look for."))
            return {"field": name, "contains": value}
        return self._is(name, "is", self._value, _("“is” or “contains”"))

    def _is(self, name: str, how: str, read: Callable[[], Any], expected: str) -> Rule:
        if not self._take("is"):
            raise self._expected(expected)
        negated = self._take("not")
        rule: Rule = {"field": name, how: self._values(read)}
        return {"not": rule} if negated else rule

    def _values(self, read: Callable[[], Any]) -> list[Any]:
        after = self._tokens[self._place + 1].key if self._next.text != END else ""
        if self._next.key != "one" or after != "of":
            return [read()]
        self._place += 2
        if not self._take("("):
            raise self._expected("“(”")
        values = [read()]
        while self._take(","):
            if len(values) == MOST_VALUES:
                raise RuleError(
                    self._next.position, _("at most %(most)d values.", most=MOST_VALUES)
                )
            values.append(read())
        if not self._take(")"):
            raise self._expected(_("“,” or “)”"))
        return list(dict.fromkeys(values))

    def _moment(self, name: str, expected: str) -> Rule:
        word = self._take("before", "after")
        if word is None:
            raise self._expected(expected)
        return {"field": name, word.key: self._date()}

    def _value(self) -> str:
        token = self._next
        if not token.closed:
            raise RuleError(token.position, _("these quotes are never closed."))
        is_sign = not token.quoted and (token.text in SIGNS or token.key in KEYWORDS)
        if is_sign:  # the end is one as well
            raise self._expected(_("a value"))
        if len(token.text) > LONGEST_VALUE:
            raise RuleError(
                token.position, _("a value has at most %(most)d characters.", most=LONGEST_VALUE)
            )
        self._place += 1
        return token.text

    def _role(self) -> str:
        token = self._next
        value = self._value().casefold()
        if value not in ROLES:
            raise RuleError(token.position, _("expected guest, employee, manager or admin."))
        return value

    def _date(self) -> str:
        token = self._next
        try:
            return date.fromisoformat(self._value()).isoformat()
        except ValueError:
            raise RuleError(token.position, _("expected a date such as 2026-01-31.")) from None

    def _person(self) -> int:
        token = self._next
        username = username_key(self._value().removeprefix("@"))
        person_id = self._names.person(username)
        if person_id is None:
            raise RuleError(
                token.position, _("nobody here has the username @%(name)s.", name=username[:64])
            )
        return person_id

    def _check_shown(self, name: str, token: Token) -> None:
        if self._names.hidden(name):
            raise RuleError(
                token.position, _("“%(name)s” is not in use here.", name=token.text[:40])
            )
