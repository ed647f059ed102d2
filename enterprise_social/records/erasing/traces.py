"""What somebody was known by, and how it is taken out of what others wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape, unescape
from urllib.parse import quote

from enterprise_social.core.sealing import seal, unseal
from enterprise_social.core.text.references import (
    name_at,
    prefixes,
    starts_reference,
    username_key,
)

PURPOSE = "records.erasing"
# A chip as posts have it leads to the profile by the name; the id beside it stays.
# What ends a sentence or a link of Markdown isn't of the name.
_ADDRESS = re.compile(
    r"/people/([^\"'<>()\[\]{}|*`,;:!\s/?#]+?)(?=\.*(?:[\"'<>()\[\]{}|*`,;:!\s/?#]|$))"
)


@dataclass(frozen=True)
class Traces:
    """The names that somebody had, and the one that they have now."""

    person_id: int
    username: str
    email: str
    name: str
    now_called: str
    now_named: str

    @property
    def chip(self) -> str:
        """What every chip in HTML that names them has in it, whatever they were called then."""
        return f'data-person="{self.person_id}"'

    def sealed(self) -> str:
        """Return them as they are kept until the end: readable by this installation alone."""
        return seal(json.dumps(asdict(self)), PURPOSE)

    def rewrite_all(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Return a row's texts by their columns, rewritten; HTML and plain text belong together.

        A chip shows the name that somebody had when it was written; so does the plain text.
        """
        shown = {f"@{self.name}"}
        done: dict[str, str] = {}
        for column, text in texts.items():
            if column.endswith("html"):
                shown |= {unescape(found) for found in self._chips().findall(text)}
                done[column] = self.rewrite(self._chips().sub(self._new_chip(), text))
        for column, text in texts.items():
            if column == "plain":
                for each in sorted(shown, key=len, reverse=True):
                    text = text.replace(each, f"@{self.now_named}")
            done.setdefault(column, self.rewrite(text))
        return done

    def _chips(self) -> re.Pattern[str]:
        return re.compile(rf"<a\b[^<>]*\b{self.chip}[^<>]*>([^<]*)</a>")

    def _new_chip(self) -> str:
        name = escape(self.now_named)
        return f'<a class="at" href="/people/{self.now_called}" {self.chip}>@{name}</a>'

    def rewrite(self, text: str) -> str:
        """Return a text with the new name in each ``@username`` and each address of the profile.

        Markdown, HTML and JSON alike: what is replaced stands in all of them as it is.
        """
        if self.username not in text.casefold() and quote(self.username) not in text:
            return text
        return self._addresses(self._mentions(text))

    def _mentions(self, text: str) -> str:
        made: list[str] = []
        at = 0
        while (sign := text.find("@", at)) >= 0:
            made.append(text[at : sign + 1])
            at = sign + 1
            if not starts_reference(text, sign):
                continue
            name = name_at(text, sign + 1, len(text), ".-")
            for beginning in prefixes(name) if name else ():
                if username_key(beginning) == self.username:
                    made.append(self.now_called)
                    at += len(beginning)
                    break
        made.append(text[at:])
        return "".join(made)

    def _addresses(self, text: str) -> str:
        theirs = {self.username, quote(self.username, safe="")}

        def turned(found: re.Match[str]) -> str:
            if username_key(found[1]) not in theirs and found[1] not in theirs:
                return found[0]
            return f"/people/{self.now_called}"

        return _ADDRESS.sub(turned, text)


def unsealed(text: str) -> Traces:
    """Return traces that were kept."""
    return Traces(**json.loads(unseal(text, PURPOSE)))
