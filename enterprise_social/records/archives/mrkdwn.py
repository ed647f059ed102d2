"""Our Markdown as Slack's markup: what the import reads back as the same, as far as Slack has it.

Slack knows bold, italics, strike-through, code, quotes, links and mentions. What it has nothing
for, such as headings and tables, goes through as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from enterprise_social.core.text.references import (
    name_at,
    prefixes,
    slug_key,
    starts_reference,
    username_key,
)

_FENCE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n`]*\n(?P<code>.*?)(?:\n(?P=fence)[ \t]*$|\Z)",
    re.M | re.S,
)
_SPAN = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)", re.S)
_LINK = re.compile(r"\[(?P<label>[^\[\]\n]+)\]\(<?(?P<target>(?:https?://|mailto:)[^\s<>()]+)>?\)")
_AUTO = re.compile(r"<(?P<target>(?:https?://|mailto:)[^\s<>]+)>")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_STRONG = re.compile(r"(?<![*\w])\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?![*\w])")
_EMPHASIS = re.compile(r"(?<![*\w])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![*\w])")
_STRUCK = re.compile(r"(?<!~)~~(?=\S)([^~\n]+?)(?<=\S)~~(?!~)")
_ATOM = re.compile("\x00(\\d+)\x00")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def to_mrkdwn(body: str, users: Mapping[str, str], channels: Mapping[str, tuple[str, str]]) -> str:
    """Convert a text.

    Args:
        body: Markdown as it was written.
        users: Slack ids by username.
        channels: Slack ids and names by slug.
    """
    return _Conversion(users, channels).run(body)


def escaped(text: str) -> str:
    """Return a text with the three characters that Slack escapes."""
    return "".join(_ENTITIES.get(letter, letter) for letter in text)


class _Conversion:
    """One text's. What is finished is put away as a numbered atom meanwhile."""

    def __init__(self, users: Mapping[str, str], channels: Mapping[str, tuple[str, str]]) -> None:
        self._users, self._channels = users, channels
        self._atoms: list[str] = []

    def run(self, body: str) -> str:
        text = body.replace("\x00", "")
        text = _FENCE.sub(lambda found: self._atom(f"```\n{escaped(found['code'])}\n```"), text)
        text = _SPAN.sub(self._span, text)
        text = _LINK.sub(lambda found: self._link(found["target"], found["label"]), text)
        text = _AUTO.sub(lambda found: self._link(found["target"], ""), text)
        text = self._references(text, "@", ".-", self._mention)
        text = self._references(text, "#", "-", self._channel)
        text = _ESCAPED.sub(lambda found: self._atom(escaped(found[1])), text)
        text = "\n".join(map(self._line, text.split("\n")))
        while _ATOM.search(text):
            text = _ATOM.sub(lambda found: self._atoms[int(found[1])], text)
        return text

    def _line(self, line: str) -> str:
        quote = re.match(r"> ?", line)
        mark, rest = ("&gt; ", line[quote.end() :]) if quote else ("", line)
        rest = escaped(rest)
        # Bold first, and put away: its sign is the one of italics on the other side.
        rest = _STRONG.sub(lambda found: self._atom(f"*{found[1]}*"), rest)
        rest = _EMPHASIS.sub(r"_\1_", rest)
        return mark + _STRUCK.sub(r"~\1~", rest)

    def _span(self, found: re.Match[str]) -> str:
        code = found["code"].replace("\n", " ")
        if code[:1] == code[-1:] == " " and code.strip():
            code = code[1:-1]
        return self._atom(f"`{escaped(code)}`") if "`" not in code else found[0]

    def _link(self, target: str, label: str) -> str:
        shown = escaped(label).replace("|", "¦")
        return self._atom(f"<{escaped(target)}|{shown}>" if shown else f"<{escaped(target)}>")

    def _references(
        self, text: str, sign: str, separators: str, make: Callable[[str], str | None]
    ) -> str:
        made: list[str] = []
        at = 0
        while (place := text.find(sign, at)) >= 0:
            made.append(text[at:place])
            at = place + 1
            name = name_at(text, at, len(text), separators) if starts_reference(text, place) else ""
            for beginning in prefixes(name) if name else ():
                if (reference := make(beginning)) is not None:
                    made.append(self._atom(reference))
                    at += len(beginning)
                    break
            else:
                made.append(sign)
        return "".join(made) + text[at:]

    def _mention(self, name: str) -> str | None:
        key = username_key(name)
        if key in ("channel", "here", "everyone", "all"):
            return "<!channel>" if key != "here" else "<!here>"
        found = self._users.get(key)
        return None if found is None else f"<@{found}>"

    def _channel(self, name: str) -> str | None:
        found = self._channels.get(slug_key(name))
        return None if found is None else f"<#{found[0]}|{escaped(found[1])}>"

    def _atom(self, finished: str) -> str:
        self._atoms.append(finished)
        return f"\x00{len(self._atoms) - 1}\x00"
