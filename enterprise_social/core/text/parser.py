"""The Markdown parser: CommonMark without HTML, with tables, strikethrough, bare links,
task lists, line breaks where people type them, and our inline rules.
"""

from __future__ import annotations

import re
from typing import Any

from linkify_it import LinkifyIt  # type: ignore[import-untyped, unused-ignore]
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, linkify
from markdown_it.token import Token

from enterprise_social.core.text import inline
from enterprise_social.core.text.references import Known

# Blocks deeper than this become a paragraph; a list level counts two.
MAX_BLOCK_DEPTH = 20
# Emphasis in emphasis deeper than this is shown as typed.
MAX_INLINE_DEPTH = 24
MAX_CELLS = 5_000
MAX_BARE_LINKS = 600
_LONG_RUN = re.compile(r"\S{600}")
SCHEMES = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
# One slash, then neither slash nor backslash: an address within this installation.
INTERNAL = re.compile(r"/(?![/\\])")
_ENCODED_BACKSLASH = re.compile(r"^/(?:%5c|%2f)", re.IGNORECASE)
_TASK = re.compile(r"\[([ xX])\] +(?=\S)")
# Bare names become links only under these: `main.py`, `run.sh` or `done.it` must not.
BARE_DOMAINS = re.findall(
    r"\w+",
    "com org net edu gov int eu au br ca ch cn cz de dk es fi fr gr hk hu ie jp kr lt lu lv mx nl "
    "nz pt ro ru se sg si sk tr tw ua uk za",
)


class _Linkify(LinkifyIt):  # type: ignore[misc, unused-ignore]
    """Finds bare addresses; those without a scheme get https."""

    def pretest(self, text: str) -> bool:
        """Leave out text with very long runs: the search there takes quadratic time."""
        return bool(super().pretest(text)) and not _LONG_RUN.search(text)

    def normalize(self, match: Any) -> None:
        super().normalize(match)
        if not match.schema and match.url.startswith("http://"):
            match.url = "https://" + match.url.removeprefix("http://")


def make_parser() -> MarkdownIt:
    """Return a configured parser. It is not safe to use in two threads at once."""
    parser = MarkdownIt(
        "commonmark",
        {
            "html": False,
            "linkify": True,
            "breaks": True,
            "xhtmlOut": False,
            "maxNesting": MAX_BLOCK_DEPTH + 4,
        },
    )
    parser.enable(["table", "strikethrough", "linkify"])
    parser.disable(["html_block", "html_inline"])
    parser.linkify = _Linkify().tlds(BARE_DOMAINS)
    parser.validateLink = allowed_link  # type: ignore[method-assign]
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.before("table", "too_deep", _too_deep)
    parser.inline.ruler.at("linkify", _bare_link)
    inline.install(parser)
    parser.core.ruler.push("flatten", _flatten)
    parser.core.ruler.push("images", _images)
    parser.core.ruler.push("tasks", _tasks)
    # Compile the rule chains now: it is not safe while another thread parses.
    parser.parse("@a #b :c: [d](https://e.example)", {"known": Known()})
    return parser


def allowed_link(url: str) -> bool:
    """Say whether `url` may be a link: http, https, mailto, or a path of ours."""
    if INTERNAL.match(url):
        return not _ENCODED_BACKSLASH.match(url)
    return bool(SCHEMES.match(url))


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Refuse tables of more than `MAX_CELLS`: short rows are filled up, a few bytes each."""
    if start < state.env.get("no_table_before", 0) or not table(state, start, end, True):
        return False
    if silent:
        return True
    header = state.getLines(start, start + 1, 0, False)
    columns = header.count("|") + 1
    last = start
    while last < end and not state.isEmpty(last):
        last += 1
    if columns * (last - start) > MAX_CELLS:
        state.env["no_table_before"] = last
        return False
    return table(state, start, end, False)


def _bare_link(state: StateInline, silent: bool) -> bool:
    """Stop looking for bare addresses after `MAX_BARE_LINKS`: each look copies the rest."""
    if not state.src.startswith("://", state.pos):
        return False
    looks = state.env["bare_links"] = state.env.get("bare_links", 0) + 1
    return looks <= MAX_BARE_LINKS and linkify(state, silent)


def _too_deep(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Keep what is nested too deeply as a paragraph; the parser itself would drop it."""
    if silent or state.level < MAX_BLOCK_DEPTH:
        return False
    token = state.push("paragraph_open", "p", 1)
    token.map = [start, end]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, end, state.blkIndent, False).strip()
    token.map = [start, end]
    token.children = []
    state.push("paragraph_close", "p", -1)
    state.line = end
    return True


def _flatten(state: StateCore) -> None:
    for token in state.tokens:
        deepest = max((child.level for child in token.children or ()), default=0)
        if token.type == "inline" and deepest > MAX_INLINE_DEPTH:
            token.children = [Token("text", "", 0, content=token.content)]


def _images(state: StateCore) -> None:
    """Turn images into links with their alternative text: nothing is loaded from outside."""
    for token in state.tokens:
        if token.type == "inline" and any(c.type == "image" for c in token.children or ()):
            token.children = _without_images(token.children or [])


def _without_images(children: list[Token]) -> list[Token]:
    result: list[Token] = []
    links = 0
    for child in children:
        links += child.nesting if child.type in ("link_open", "link_close") else 0
        if child.type != "image":
            result.append(child)
            continue
        address = str(child.attrs.get("src", ""))
        alternative = "".join(
            _alternative(grandchild) for grandchild in child.children or ()
        ).strip()
        text = Token("text", "", 0, content=alternative or address, level=child.level)
        if links or not address:
            result.append(text)
            continue
        result.append(Token("link_open", "a", 1, attrs={"href": address}, level=child.level))
        result.append(text)
        result.append(Token("link_close", "a", -1, level=child.level))
    return result


def _alternative(token: Token) -> str:
    if token.children:
        return "".join(_alternative(child) for child in token.children)
    return " " if token.type in ("softbreak", "hardbreak") else token.content


def _tasks(state: StateCore) -> None:
    """Mark list items that begin with `[ ]` or `[x]`; their text becomes the label."""
    tokens = state.tokens
    for place in range(2, len(tokens)):
        if tokens[place].type != "inline" or tokens[place - 2].type != "list_item_open":
            continue
        children = tokens[place].children or []
        if not children or children[0].type != "text":
            continue
        match = _TASK.match(children[0].content)
        if not match:
            # The text may have been cut right behind the brackets, as in `[ ] **bold**`.
            match = re.fullmatch(r"\[([ xX])\] +", children[0].content)
            if not match or len(children) < 2:
                continue
        children[0].content = children[0].content[match.end() :]
        done = match[1] != " "
        opening = Token("task_open", "label", 1, meta={"done": done})
        tokens[place].children = [opening, *children, Token("task_close", "label", -1)]
        tokens[place - 2].attrSet("class", "task")
