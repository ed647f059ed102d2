"""The allowlist that all HTML from people's text passes last."""

from __future__ import annotations

import re

import nh3

from enterprise_social.core.text.code import CLASSES

_DIRECTED = ("p", "ul", "ol", "blockquote", "h3", "h4", "h5", "h6", "table")
_VALUES: dict[str, dict[str, set[str]]] = {tag: {"dir": {"auto"}} for tag in _DIRECTED}
_VALUES |= {
    "input": {"type": {"checkbox"}, "disabled": {""}, "checked": {""}},
    "pre": {"tabindex": {"0"}},
    "div": {"tabindex": {"0"}},
    "a": {"rel": {"nofollow noopener ugc"}, "target": {"_blank"}},
}
_ALIGNED = {"align-left", "align-center", "align-right"}

# Where the pictures of the organisation's own emoji are; no text shows any other picture.
_PICTURE = re.compile(r"/emoji/[0-9a-f]{24}")


def _own_pictures_only(tag: str, attribute: str, value: str) -> str | None:
    if tag == "img" and attribute == "src" and not _PICTURE.fullmatch(value):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags={
        *_DIRECTED,
        *("a", "br", "code", "div", "em", "figcaption", "figure", "hr", "input", "label", "li"),
        *("img", "pre", "s", "span", "strong", "tbody", "td", "th", "thead", "tr"),
    },
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href", "title", "data-person", "data-channel", "data-group"},
        "img": {"src", "alt", "title"},
        "ol": {"start"},
        "pre": {"aria-label"},
    },
    tag_attribute_values=_VALUES,
    # Nothing may come out of here that a form would send or a person could tick.
    set_tag_attribute_values={"input": {"disabled": "", "type": "checkbox"}},
    allowed_classes={
        "a": {"at", "at-group", "tag", "channel-link"},
        "span": {"at", "at-all", *CLASSES.values()},
        "figure": {"code"},
        "div": {"table-wrap"},
        "img": {"emoji"},
        "li": {"task"},
        "td": _ALIGNED,
        "th": _ALIGNED,
    },
    attribute_filter=_own_pictures_only,
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)


def sanitise(html: str) -> str:
    """Return `html` balanced and with nothing in it but what our rendering may write."""
    return _CLEANER.clean(html)
