"""Canonical JSON: the same value is always the same bytes, so that it can be hashed.

RFC 8785 (JSON Canonicalization Scheme): UTF-8, no spaces, the names of an object in the order of
their UTF-16 code units, strings with the shortest escapes, numbers as ECMAScript writes them. Whole
numbers are written with all their digits, also beyond 2^53, where the RFC would round them: ids of
ours have 64 bits.
"""

from __future__ import annotations

import math
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

# From here on ECMAScript writes a power of ten (ECMA-262, Number::toString).
_MOST_DIGITS = 21
_MOST_ZEROS = 6


def canonical(value: Any) -> bytes:
    """Return ``value`` (what JSON can hold) as canonical JSON.

    Raises ValueError for what it can't: NaN, infinities, lone surrogates, other types, and what
    is nested too deeply.
    """
    parts: list[str] = []
    try:
        _write(value, parts)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return "".join(parts).encode()


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, str):
        parts.append(encode_basestring(value))
    elif value is None or value is True or value is False:
        parts.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, int):
        parts.append(int.__repr__(value))
    elif isinstance(value, float):
        parts.append(_number(value))
    elif isinstance(value, dict):
        parts.append("{")
        for place, name in enumerate(sorted(value, key=_units)):
            parts.append(f"{',' if place else ''}{encode_basestring(name)}:")
            _write(value[name], parts)
        parts.append("}")
    elif isinstance(value, list | tuple):
        parts.append("[")
        for place, each in enumerate(value):
            if place:
                parts.append(",")
            _write(each, parts)
        parts.append("]")
    else:
        raise ValueError(f"JSON has no {type(value).__name__}")


def _units(name: Any) -> bytes:
    if not isinstance(name, str):
        raise ValueError("names are strings")
    return name.encode("utf-16-be")


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("JSON has no such number")
    if value == 0:
        return "0"
    # Python's digits are the fewest that give the number again, as ECMAScript's are.
    sign, all_digits, exponent = Decimal(repr(value)).as_tuple()
    digits = "".join(map(str, all_digits)).rstrip("0")
    point = len(all_digits) + int(exponent)
    minus = "-" if sign else ""
    if len(digits) <= point <= _MOST_DIGITS:
        return f"{minus}{digits:0<{point}}"
    if 0 < point <= _MOST_DIGITS:
        return f"{minus}{digits[:point]}.{digits[point:]}"
    if -_MOST_ZEROS < point <= 0:
        return f"{minus}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{minus}{digits[0]}{rest}e{point - 1:+d}"
