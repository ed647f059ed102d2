"""From what someone typed to what everyone sees.

Parsing, our render rules, then an allowlist (nh3) as the last step: a mistake in the
first two can't let anything through that the third doesn't name.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

from enterprise_social.core.text.cleaning import normalise
from enterprise_social.core.text.code import MAX_COLOURED, figure
from enterprise_social.core.text.parser import INTERNAL, make_parser
from enterprise_social.core.text.plain import plain_of
from enterprise_social.core.text.references import Known, Resolver
from enterprise_social.core.text.sanitiser import sanitise

# Longer texts, and texts whose HTML would be longer, are shown as typed.
MAX_SOURCE = 100_000
MAX_HTML = 600_000
# CommonMark looks for each bracket's other half: with many the time grows with their square.
MAX_BRACKETS = 1_000

# One line of words and of signs that mean nothing here: most posts, and parsing changes none of
# them. A full stop within a word may make an address of it.
_JUST_WORDS = re.compile(r"[^\W\d_](?:[^\W_]|[ ,;!?'()%€$–—…’“”„-]|\.(?= |$))*(?<! )")

Environment = MutableMapping[str, Any]

# The parser keeps state while it works; half a millisecond of Python isn't worth a
# parser a thread, since threads would only take turns anyway.
_PARSING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one rendering found.

    `html` is sanitised and balanced. `person_ids`, `channel_ids` and `group_ids` are in order
    of appearance and unique. `hashtags` are NFC and casefolded, without `#`. `links` are the
    addresses of links (not of e-mail), absolute or beginning with one `/`. `plain` is the
    text without markup, for snippets, notifications and search.
    """

    html: str
    person_ids: tuple[int, ...]
    mentions_all: bool
    channel_ids: tuple[int, ...]
    hashtags: tuple[str, ...]
    links: tuple[str, ...]
    plain: str
    group_ids: tuple[int, ...] = ()


def render(source: str, resolver: Resolver) -> Rendered:
    """Render Markdown.

    Args:
        source: what was typed, any text.
        resolver: knows people and channels; asked at most once a kind.

    Never fails on any text; time and size are bounded for hostile input.
    """
    text = normalise(source)
    if len(text) > MAX_SOURCE or text.count("[") > MAX_BRACKETS:
        return _as_typed(text)
    if _JUST_WORDS.fullmatch(text):
        return Rendered(f'<p dir="auto">{text}</p>', (), False, (), (), (), text)
    return _parsed(text, resolver)


def _parsed(text: str, resolver: Resolver) -> Rendered:
    environment: Environment = {"known": Known.of(text, resolver), "room": MAX_COLOURED}
    with _PARSING:
        parser = _parser()
        tokens = parser.parse(text, environment)
        html = str(parser.renderer.render(tokens, parser.options, environment))
    if len(html) > MAX_HTML:
        return _as_typed(text)
    return _rendered(sanitise(html), tokens)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = make_parser()
    for kind, rule in _RULES.items():
        parser.add_render_rule(kind, rule)
    return parser


def _as_typed(text: str) -> Rendered:
    lines = "<br>".join(escapeHtml(line) for line in text.split("\n"))
    return Rendered(sanitise(f'<p dir="auto">{lines}</p>'), (), False, (), (), (), text.strip())


def _rendered(html: str, tokens: Sequence[Token]) -> Rendered:
    people: dict[int, None] = {}
    channels: dict[int, None] = {}
    groups: dict[int, None] = {}
    hashtags: dict[str, None] = {}
    links: dict[str, None] = {}
    everyone = False
    for child in (child for token in tokens for child in token.children or ()):
        match child.type:
            case "mention":
                people[child.meta["person"].id] = None
            case "mention_group":
                groups[child.meta["group"].id] = None
            case "mention_all":
                everyone = True
            case "channel":
                channels[child.meta["channel"].id] = None
            case "hashtag":
                hashtags[child.meta["hashtag"]] = None
            case "link_open" if not str(child.attrs["href"]).lower().startswith("mailto:"):
                links[str(child.attrs["href"])] = None
    return Rendered(
        html.strip(),
        tuple(people),
        everyone,
        tuple(channels),
        tuple(hashtags),
        tuple(links),
        plain_of(tokens),
        tuple(groups),
    )


def _own_emoji(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    token = tokens[index]
    name, picture = escapeHtml(token.content), quote(token.meta["picture"])
    return f'<img class="emoji" src="/emoji/{picture}" alt="{name}" title="{name}">'


def _mention(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    person = tokens[index].meta["person"]
    return (
        f'<a class="at" href="/people/{quote(person.username, safe="")}"'
        f' data-person="{int(person.id)}">{escapeHtml(tokens[index].content)}</a>'
    )


def _mention_group(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    group = tokens[index].meta["group"]
    return (
        f'<a class="at at-group" href="/people/groups/{quote(group.handle, safe="")}"'
        f' data-group="{int(group.id)}">{escapeHtml(tokens[index].content)}</a>'
    )


def _mention_all(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    return f'<span class="at at-all">{escapeHtml(tokens[index].content)}</span>'


def _channel(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    channel = tokens[index].meta["channel"]
    return (
        f'<a class="channel-link" href="/channels/{quote(channel.slug, safe="")}"'
        f' data-channel="{int(channel.id)}">{escapeHtml(tokens[index].content)}</a>'
    )


def _hashtag(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    target = quote(tokens[index].meta["hashtag"], safe="")
    return f'<a class="tag" href="/hashtags/{target}">{escapeHtml(tokens[index].content)}</a>'


def _link_open(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    token = tokens[index]
    address = str(token.attrs["href"])
    title = f' title="{escapeHtml(str(token.attrs["title"]))}"' if "title" in token.attrs else ""
    beside = ' rel="nofollow noopener ugc"'
    if INTERNAL.match(address):
        beside = ""
    elif not address.lower().startswith("mailto:"):
        beside += ' target="_blank"'
    return f'<a href="{escapeHtml(address)}"{title}{beside}>'


def _fence(_self: Any, tokens: Sequence[Token], index: int, _options: Any, env: Any) -> str:
    words = tokens[index].info.split(maxsplit=1)
    language = words[0].strip("{}.") if words else ""
    html, coloured = figure(tokens[index].content, language, env["room"])
    env["room"] -= coloured
    return html


def _block_open(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Let each outermost block take its direction from its own text."""
    token = tokens[index]
    if token.level == 0:
        token.attrSet("dir", "auto")
    return str(self.renderToken(tokens, index, options, env))


def _heading(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Set headings two levels lower, under the page's own."""
    token = tokens[index]
    token.tag = f"h{min(6, len(token.markup) + 2 if '#' in token.markup else _lined(token))}"
    return _block_open(self, tokens, index, options, env)


def _lined(token: Token) -> int:
    return 3 if token.markup == "=" else 4


def _cell_open(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Give aligned cells a class in place of the parser's inline style."""
    token = tokens[index]
    style = str(token.attrs.pop("style", ""))
    if style:
        token.attrSet("class", "align-" + style.rpartition(":")[2])
    return str(self.renderToken(tokens, index, options, env))


def _table_open(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return '<div class="table-wrap" tabindex="0">' + _block_open(self, tokens, index, options, env)


def _table_close(_self: Any, *_rest: Any) -> str:
    return "</table></div>\n"


def _task_open(_self: Any, tokens: Sequence[Token], index: int, *_rest: Any) -> str:
    checked = " checked" if tokens[index].meta["done"] else ""
    return f'<label><input type="checkbox" disabled{checked}> '


_RULES: dict[str, Callable[..., str]] = {
    "mention": _mention,
    "mention_group": _mention_group,
    "mention_all": _mention_all,
    "own_emoji": _own_emoji,
    "channel": _channel,
    "hashtag": _hashtag,
    "link_open": _link_open,
    "fence": _fence,
    "code_block": _fence,
    "paragraph_open": _block_open,
    "bullet_list_open": _block_open,
    "ordered_list_open": _block_open,
    "blockquote_open": _block_open,
    "heading_open": _heading,
    "heading_close": _heading,
    "th_open": _cell_open,
    "td_open": _cell_open,
    "table_open": _table_open,
    "table_close": _table_close,
    "task_open": _task_open,
}
