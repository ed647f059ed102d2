"""What a word rule matches: whole words of any script, however they are written."""

from __future__ import annotations

import time

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from enterprise_social.moderation.words.folding import fold, mark
from enterprise_social.moderation.words.patterns import BadPattern, Pattern, Reading, replaced


def found(kind: str, source: str, text: str, *, accents: bool = False) -> list[str]:
    pattern = Pattern(kind, source, accents=accents)
    reading = Reading(text)
    spans = pattern.spans(reading)
    assert pattern.matches(reading) == bool(spans)
    return [text[first:last] for first, last in spans]


@pytest.mark.parametrize(
    ("source", "text", "matched"),
    [
        ("bad", "bad, BAD and bAd", ["bad", "BAD", "bAd"]),
        ("bad", "badge concatbad bads", []),
        ("bad*", "badge bads abad", ["badge", "bads"]),
        ("*bad*", "abadb", ["abadb"]),
        ("foo bar", "foo  bar, foo-\nbar, foobar", ["foo  bar", "foo-\nbar"]),
        ("bad", "b\u200bad b\u00adad \u2066bad\u2069 b\ufe0fad", None),
        ("bad", "ｂａｄ 𝐛𝐚𝐝 Ⓑⓐⓓ", ["ｂａｄ", "𝐛𝐚𝐝", "Ⓑⓐⓓ"]),
        ("bad", "bаd bαd ʙᴀᴅ", ["bаd", "bαd", "ʙᴀᴅ"]),
        ("straße", "STRASSE strasse", ["STRASSE", "strasse"]),
        ("cafe", "Café cafe\u0301 CAFÈ", ["Café", "cafe\u0301", "CAFÈ"]),
        ("привет*", "Приветик, привет!", ["Приветик", "привет"]),
        ("中国", "我爱中国人", ["中国"]),
        ("東*京", "東の京都", ["東の京"]),
        ("ห้าม", "นี่ห้ามทำ", ["ห้าม"]),
        ("हि", "हिन्दी हि", ["हि"]),
        ("c++\n$$$", "c++ for $$$", ["c++", "$$$"]),
        ("a.b", "a.b axb", ["a.b"]),
        ("ad", "a\x01d\x02 ad", None),
    ],
)
def test_words_are_found_however_they_are_written(
    source: str, text: str, matched: list[str] | None
) -> None:
    if matched is None:
        assert found("words", source, text)
    else:
        assert found("words", source, text) == matched


def test_accents_matter_where_the_rule_says_so() -> None:
    assert found("words", "café", "cafe café", accents=True) == ["café"]
    assert found("regex", "caf[é]", "cafe café", accents=True) == ["café"]


@pytest.mark.parametrize(
    ("source", "text", "matched"),
    [
        (r"\d{4}-\d{4}", "1234-5678 １２３４-5678", ["1234-5678", "１２３４-5678"]),
        (r"[а-я]{4}", "дело", ["дело"]),
        (r"(?:proj|team)\s+x", "Project TEAM  X", ["TEAM  X"]),
        ("naive", "naïve", ["naïve"]),
    ],
)
def test_expressions_are_found_in_every_form(source: str, text: str, matched: list[str]) -> None:
    assert found("regex", source, text) == matched


@pytest.mark.parametrize(
    ("kind", "source", "words"),
    [
        ("regex", r"(a)\1", "references back"),
        ("regex", r"(?P<n>a)(?P=n)", ""),
        ("regex", "(?=a)b", "ahead"),
        ("regex", "(?!a)b", "ahead"),
        ("regex", "(?<=a)b", "behind"),
        ("regex", "(a{1,1000}){1,1000}", "too large"),
        ("regex", "((a{1,100}){1,10}){1,10}", "too large"),
        ("regex", "a*", "everything"),
        ("regex", "(", "not sound"),
        ("regex", "", "expression"),
        ("regex", "a" * 501, "At most"),
        ("words", "\n \n", "at least one"),
        ("words", "*", "everything"),
        ("words", "x" * 101, "at most"),
        ("words", "\n".join(f"w{number}" for number in range(501)), "second rule"),
    ],
)
def test_what_cant_be_taken_is_explained(app: Flask, kind: str, source: str, words: str) -> None:
    with app.test_request_context(), pytest.raises(BadPattern) as refusal:
        Pattern(kind, source, accents=False)
    assert words.casefold() in str(refusal.value).casefold()


test_what_cant_be_taken_is_explained = pytest.mark.parametrize(
    "backend", ["sqlite"], indirect=True
)(test_what_cant_be_taken_is_explained)


@pytest.mark.parametrize("source", ["(a+)+$", "(a|aa)+$", "(.*)*x", ".*.*.*.*=.*", "(x+x+)+y"])
def test_no_pattern_takes_longer_than_the_text_is_long(source: str) -> None:
    pattern = Pattern("regex", source, accents=False)
    text = "a" * 20_000 + "!" + "x" * 20_000
    begin = time.monotonic()
    pattern.matches(Reading(text))
    # An engine that tries back would not be done this year.
    assert time.monotonic() - begin < 20


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=5))
def test_what_does_not_match_is_not_changed(text: str, around: list[str]) -> None:
    pattern = Pattern("words", "heron\nзимородок\n翡翠", accents=False)
    reading = Reading(text)
    if not pattern.matches(reading):
        assert replaced(text, pattern.spans(reading), "bird") == text
    whole = " heron ".join([text, *around])
    changed = replaced(whole, pattern.spans(Reading(whole)), "")
    rest = iter(whole)
    # What is left stood there before, in the same order.
    assert all(character in rest for character in changed)


@given(st.text(max_size=200))
def test_every_place_of_a_folded_text_leads_back(text: str) -> None:
    for folded in (fold(text), mark(fold(text)), fold(text, alike=False, accents=True)):
        for place in range(len(folded.text)):
            first, last = folded.span(place, place + 1)
            assert 0 <= first <= last <= len(text)
