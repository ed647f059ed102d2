"""Takes out of parsed JSON what a database can't store."""

from __future__ import annotations

import re
from typing import Any

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


def storable(value: Any, raw: bytes) -> Any:
    """`value` with lone surrogates replaced and NUL characters taken out of its strings.

    PostgreSQL stores neither, and UTF-8 has no form for a lone surrogate (RFC 3629, section 3).
    JSON can only carry them as escapes, so that `raw`, the text that `value` was parsed from,
    tells quickly whether there can be any.
    """
    return _cleaned(value) if _SUSPECT.search(raw) else value


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub(_replacement, value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(item) for key, item in value.items()}
    return value


def _replacement(match: re.Match[str]) -> str:
    return "" if match.group() == "\0" else "\N{REPLACEMENT CHARACTER}"
