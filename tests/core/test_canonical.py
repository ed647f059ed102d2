"""Canonical JSON (RFC 8785), with the examples of the RFC."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as some

from enterprise_social.core.canonical import canonical

# RFC 8785, appendix B: the bits of a number, and how it is written.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
TEXT = some.text(some.characters(exclude_categories=["Cs"]))
JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**53) + 1, 2**53 - 1)
    | some.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("bits", "written"), NUMBERS.items())
def test_numbers_are_written_as_ecmascript_writes_them(bits: str, written: str):
    assert canonical(struct.unpack(">d", bytes.fromhex(bits))[0]).decode() == written


def test_names_are_in_the_order_of_their_utf_16_code_units():
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(canonical(dict.fromkeys(names, 0)), object_pairs_hook=list)
    ordered = [name for name, _zero in written]
    assert ordered == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings_have_the_shortest_escapes():
    assert canonical('\u20ac$\u000f\nA\'B"\\\\"/').decode() == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'


@given(JSON)
def test_what_is_written_reads_as_the_same_value(value: object):
    # Every number is a double, whether or not it is written with a point.
    again = json.loads(canonical(value), parse_int=float)
    assert again == value
    assert canonical(again) == canonical(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", {1: 2}, {1, 2}, b"x"])
def test_what_json_does_not_have_is_refused(value: object):
    with pytest.raises(ValueError):
        canonical(value)
