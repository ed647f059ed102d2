"""Turns Slack's message markup into our Markdown without changing what a message says.

Slack's text is its own small markup ("mrkdwn"): ``<…>`` for links and mentions, ``*bold*``,
``_italic_``, ``~struck~``, backticks for code, ``&lt; &gt; &amp;`` for three characters, and a
line break wherever there is one. All else is literal, so whatever Markdown (CommonMark 0.31 with
tables and strikethrough) would read into it is escaped, and nothing else is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from enterprise_social.integrations.slack.literal import (
    escape_inline,
    escape_label,
    escape_line_start,
    link_target,
)


class Names(Protocol):
    """What mentions become."""

    def username(self, user: str) -> str | None:
        """The username here of a Slack user id, None where nobody is known by it."""

    def slug(self, channel: str) -> str | None:
        """The slug here of a Slack channel id, None where it can't be linked."""

    def knows_channel(self, channel: str) -> bool:
        """Whether a Slack channel id is one of the export's, though perhaps not for all."""

    def addresses(self, name: str) -> bool:
        """Whether ``@name`` in plain text would address somebody here."""


@dataclass(frozen=True, slots=True)
class Converted:
    """Markdown, and the Slack ids in it that nobody knows."""

    body: str
    dangling: tuple[str, ...]


_BLOCK = re.compile(r"```(?P<code>.*?)```", re.DOTALL)
_SPAN = re.compile(r"`(?P<code>[^`\n]+)`")
_CONTROL = re.compile(r"<(?P<inside>[^<>\n]+)>")
_ENTITY = re.compile(r"&(?:lt|gt|amp);")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_QUOTE = re.compile(r"(?:&gt;|>)[ ]?")
_QUOTE_ALL = re.compile(r"(?:&gt;|>){3}[ ]?")
_ATOM = re.compile("\x00(\\d+)\x00")
# Characters that stand for things while a text is worked on; none may come in from outside.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_EMPHASES = (("*", "\x02", "\x03", "**"), ("_", "\x04", "\x05", "*"), ("~", "\x06", "\x07", "~~"))
_MARKS = {mark: markdown for _, first, last, markdown in _EMPHASES for mark in (first, last)}
_EMPHASIS = {
    sign: re.compile(
        rf"(?<![\w{re.escape(sign)}]){re.escape(sign)}(?![\s{re.escape(sign)}])"
        rf"([^{re.escape(sign)}\n]+?)(?<!\s){re.escape(sign)}(?![\w{re.escape(sign)}])"
    )
    for sign, *_ in _EMPHASES
}
_LINKED = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"\bhttps?://[^\s<>\x00-\x08]+", re.IGNORECASE)
_BROADCAST = frozenset({"channel", "here", "everyone", "group"})


def to_markdown(text: str, names: Names) -> Converted:
    """Converts the ``text`` of a Slack message.

    Args:
        text: Slack's markup, with its three escapes.
        names: what the ids in it are called here.
    """
    conversion = _Conversion(names)
    body = conversion.run(_CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return Converted(body, tuple(dict.fromkeys(conversion.dangling)))


def to_plain(text: str, names: Names) -> str:
    """The ``text`` of a topic or purpose as plain text: mentions and links by their names."""
    return _Conversion(names).plain(_CONTROLS.sub("", text))


def unescape(text: str) -> str:
    """`text` with Slack's three escapes resolved, once."""
    return _ENTITY.sub(lambda match: _ENTITIES[match.group()], text)


class _Conversion:
    """One message's. What is finished Markdown is put away as a numbered atom meanwhile, so that
    no later step touches it."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._atoms: list[str] = []
        self.dangling: list[str] = []

    def run(self, text: str) -> str:
        blocks: list[str] = []
        last = 0
        quoted = False
        for match in _BLOCK.finditer(text):
            before, quoted = self._prose(text[last : match.start()].rstrip(), quoted)
            blocks += [before, _fenced(self.plain(match["code"]))]
            last = match.end()
        after, _ = self._prose(text[last:].removeprefix("\n").lstrip(" ") if last else text, quoted)
        blocks.append(after)
        return "\n".join(block for block in blocks if block.strip())

    def _prose(self, text: str, quoted: bool) -> tuple[str, bool]:
        """Markdown of what stands outside code blocks, and whether a quote goes on behind it."""
        text = _SPAN.sub(lambda match: self._atom(_code_span(self.plain(match["code"]))), text)
        text = _CONTROL.sub(self._control, text)
        lines: list[str] = []
        in_quote = False
        for line in text.split("\n"):
            if not quoted and (match := _QUOTE_ALL.match(line)):
                quoted, line = True, line[match.end() :]
                marked = True
            elif match := _QUOTE.match(line):
                marked, line = True, line[match.end() :]
            else:
                marked = quoted
            if in_quote and not marked and line.strip():
                lines.append("")  # else Markdown reads the line as the quote's continuation
            in_quote = marked
            lines.append(("> " if marked else "") + self._line(line))
        return self._restored("\n".join(lines)), quoted

    def _line(self, line: str) -> str:
        line = unescape(line)
        line = _BARE_ADDRESS.sub(self._bare_address, line)
        for sign, first, last, _ in _EMPHASES:
            line = _EMPHASIS[sign].sub(_marked(first, last), line)
        line = escape_line_start(escape_inline(line, self._names.addresses))
        return re.sub("[\x02-\x07]", lambda match: _MARKS[match.group()], line)

    def _control(self, match: re.Match[str]) -> str:
        target, _, label = match["inside"].partition("|")
        kind = target[0]
        if kind == "@":
            return self._mention(match, target[1:], label.removeprefix("@"))
        if kind == "#":
            return self._channel(match, target[1:], label.removeprefix("#"))
        if kind == "!":
            return self._special(match, target[1:], label)
        return self._link(unescape(target), label)

    def _mention(self, match: re.Match[str], user: str, label: str) -> str:
        username = self._names.username(user)
        if username is None:
            self.dangling.append(user)
            return "@" + (label or user)
        return self._standing_alone(match, f"@{username}")

    def _channel(self, match: re.Match[str], channel: str, label: str) -> str:
        slug = self._names.slug(channel)
        if slug is None:
            if not self._names.knows_channel(channel):
                self.dangling.append(channel)
            return self._atom("\\#" + escape_inline(unescape(label or channel)))
        return self._standing_alone(match, f"#{slug}")

    def _special(self, match: re.Match[str], command: str, label: str) -> str:
        name = command.split("^", 1)[0]
        if name in _BROADCAST:
            return self._standing_alone(match, "@channel")
        if label:
            return label
        return "@" + command.rpartition("^")[2]

    def _link(self, target: str, label: str) -> str:
        if not _LINKED.fullmatch(target):
            # A scheme that we don't link ("slack://") or a text that was never a link.
            return label or self._atom(escape_inline(f"<{target}>"))
        label = unescape(label).strip()
        if not label or label == target:
            if target.lower().startswith("http"):
                return self._atom(f"<{link_target(target)}>")
            label = target.partition(":")[2]
        return self._atom(f"[{escape_label(label)}](<{link_target(target)}>)")

    def _bare_address(self, match: re.Match[str]) -> str:
        address = match.group().rstrip(".,;:!?'\")]}*_~")
        return self._atom(f"<{link_target(address)}>") + match.group()[len(address) :]

    def _standing_alone(self, match: re.Match[str], mention: str) -> str:
        """A mention, with a space wherever it would grow together with its neighbours."""
        before = unescape(match.string[max(0, match.start() - 5) : match.start()])[-1:]
        joined_before = before.isalnum() or (before != "" and before in "_@#/&=?%\\")
        joined_after = re.match(r"\w|[.-]\w|@|<[@#!]", match.string[match.end() : match.end() + 2])
        return (" " if joined_before else "") + self._atom(mention) + (" " if joined_after else "")

    def plain(self, code: str) -> str:
        """Code as its author typed it: links and mentions as text, escapes resolved."""

        def shown(match: re.Match[str]) -> str:
            target, _, label = match["inside"].partition("|")
            if target.startswith("@"):
                return "@" + (self._names.username(target[1:]) or label or target[1:])
            if target.startswith("#"):
                return "#" + (self._names.slug(target[1:]) or label or target[1:])
            if target.startswith("!"):
                return label or "@" + target[1:]
            return label or target

        return unescape(_CONTROL.sub(shown, code))

    def _atom(self, markdown: str) -> str:
        self._atoms.append(markdown)
        return f"\x00{len(self._atoms) - 1}\x00"

    def _restored(self, text: str) -> str:
        while _ATOM.search(text):  # a link's label may hold a code span
            text = _ATOM.sub(lambda match: self._atoms[int(match[1])], text)
        return text


def _marked(first: str, last: str) -> Callable[[re.Match[str]], str]:
    def mark(match: re.Match[str]) -> str:
        inside = match[1]
        # Emphasis that begins in one and ends in another is no emphasis.
        balanced = all(inside.count(a) == inside.count(b) for _, a, b, _ in _EMPHASES)
        return f"{first}{inside}{last}" if balanced else match.group()

    return mark


def _fenced(code: str) -> str:
    code = code.strip("\n")
    longest = max((len(run) for run in re.findall("`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{code}\n{fence}"


def _code_span(code: str) -> str:
    longest = max((len(run) for run in re.findall("`+", code)), default=0)
    fence = "`" * (longest + 1)
    # CommonMark takes one space off at both ends where both have one.
    padded = f" {code} " if code[:1] == code[-1:] == " " and code.strip() else code
    return f"{fence}{padded}{fence}"
