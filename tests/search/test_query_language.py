"""The query language: what is understood, what is searched as words, and that nothing fails."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_social.search.parsing import parse
from enterprise_social.search.query import (
    Either,
    From,
    Has,
    Hashtag,
    In,
    Is,
    Mentions,
    Not,
    Phrase,
    Query,
    Word,
    Written,
)

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)


def read(text: str) -> Query:
    return parse(text, now=NOW)


def test_words_phrases_and_beginnings() -> None:
    assert read('plate "exact words" deplo*').parts == (
        Word("plate"),
        Phrase("exact words"),
        Word("deplo", prefix=True),
    )


def test_quotes_of_any_language_and_unclosed_ones_are_phrases() -> None:
    assert read("“one two” «three four»").parts == (Phrase("one two"), Phrase("three four"))
    assert read('"never closed').parts == (Phrase("never closed"),)


def test_or_joins_its_neighbours_only() -> None:
    assert read("a OR b OR c d").parts == (Either((Word("a"), Word("b"), Word("c"))), Word("d"))
    assert read("OR a").parts == (Word("OR"), Word("a"))
    assert read("a OR").parts == (Word("a"),)
    assert read("either or").parts == (Word("either"), Word("or"))


def test_minus_leaves_out_words_phrases_and_filters() -> None:
    assert read('a -b -"c d" -from:ann').parts == (
        Word("a"),
        Not(Word("b")),
        Not(Phrase("c d")),
        Not(From("ann")),
    )
    assert read("state-of-the-art").parts == (Word("state-of-the-art"),)
    assert read("-a -b").empty


def test_people_places_and_kinds() -> None:
    assert read("from:@Ann mentions:bob in:#Ops has:links is:thread #Über-Tag").parts == (
        From("ann"),
        Mentions("bob"),
        In("ops"),
        Has("link"),
        Is("thread"),
        Hashtag("uber-tag"),
    )


def test_two_authors_or_channels_are_a_choice() -> None:
    assert read("from:ann from:bob x").parts == (Either((From("ann"), From("bob"))), Word("x"))


def test_to_me_is_by_name_or_with_everyone() -> None:
    assert read("to:me").parts == (Either((Mentions("me"), Mentions("channel", 0))),)


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("on:2026-11-20", "2026-11-20", "2026-11-21"),
        ("on:today", "2026-11-22", "2026-11-23"),
        ("on:yesterday", "2026-11-21", "2026-11-22"),
        ("on:2026-02", "2026-02-01", "2026-03-01"),
        ("on:2026-12", "2026-12-01", "2027-01-01"),
        ("on:2026", "2026-01-01", "2027-01-01"),
        ("before:2026-11-20", None, "2026-11-20"),
        ("after:2026-11-20", "2026-11-21", None),
        ("after:7d", "2026-11-15", None),
        ("before:2w", None, "2026-11-08"),
        ("AFTER:Today", "2026-11-23", None),
    ],
)
def test_days_are_days_of_the_askers_zone(text: str, since: str | None, until: str | None) -> None:
    zone = ZoneInfo("Europe/Amsterdam")  # there it is the 22nd already
    ends = [
        None if day is None else datetime.fromisoformat(day).replace(tzinfo=zone)
        for day in (since, until)
    ]
    assert parse(text, now=NOW, zone=zone).parts == (Written(*ends),)


@pytest.mark.parametrize(
    "text",
    ["before:blah", "on:2026-13", "on:2026-02-30", "after:99999y", "on:0000", "has:banana",
     "is:blue", "to:ann", "from:", "in:#", "team:blue"],
)  # fmt: skip
def test_what_is_not_understood_is_searched_as_words_and_said(text: str) -> None:
    query = read(f"x {text}")
    assert [note.kind for note in query.notes] == ["not_understood"]
    assert query.notes[0].source == text
    assert query.parts[0] == Word("x")
    assert all(isinstance(part, Word) for part in query.parts)
    assert not query.understood


@pytest.mark.parametrize("text", ["has:poll", "is:question", "is:saved", "-is:answered"])
def test_what_is_not_known_yet_is_said_and_left_out(text: str) -> None:
    query = read(f"x {text}")
    assert [(note.kind, note.source) for note in query.notes] == [("later", text)]
    assert query.parts == (Word("x"),)


@pytest.mark.parametrize(
    "text", ["https://a.example/b?c=d", "std::list", "localhost:8080", "10:30", "Note:", "a:1"]
)
def test_colons_of_ordinary_text_are_no_operators(text: str) -> None:
    query = read(text)
    assert not query.notes
    assert query.parts


def test_a_value_may_be_quoted() -> None:
    assert read('from:"ann"').parts == (From("ann"),)


def test_what_was_understood_can_be_taken_out_again() -> None:
    query = read("plate from:Ann after:7d")
    assert [(one.kind, one.value, one.source) for one in query.understood] == [
        ("from", "ann", "from:Ann"),
        ("after", "7d", "after:7d"),
    ]


def test_names_are_resolved_and_strangers_are_told_alike() -> None:
    query = read("from:ann -in:ops mentions:zed to:me in:secret")
    known = query.resolve({"ann": 7, "me": 1}, {"ops": 3})
    leaves = list(known.leaves())
    assert From("ann", 7) in leaves
    assert In("ops", 3) in leaves
    assert Mentions("me", 1) in leaves
    assert Mentions("channel", 0) in leaves
    assert {(note.kind, note.source) for note in known.notes} == {
        ("unknown_person", "zed"),
        ("unknown_channel", "secret"),
    }


def test_a_pasted_log_is_cut_and_said() -> None:
    query = read("word " * 5_000)
    assert len(query.parts) <= 48
    assert "too_long" in [note.kind for note in query.notes]


pieces = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["from:", "in:", "before:", "on:9999-12-31", "after:9999y", "-", "--", '"', 'from:"', "OR",
         "|", "*", "**", "#", "#a", "has:", "is:thread", ":", "::", "a:b", "日本*", "\x00",
         "\ud800", "é", "before:0001-01-01", "on:1", "(", ")", "{", "'"]
    ),
)  # fmt: skip


@given(st.lists(pieces, max_size=12).map(" ".join) | st.text(max_size=200))
def test_no_query_fails_or_loses_its_source(text: str) -> None:
    for zone in (UTC, ZoneInfo("Pacific/Kiritimati")):
        query = parse(text, now=NOW, zone=zone)
        assert query.source == text.strip()
        assert isinstance(query.empty, bool)
        query.resolve({}, {})
        for leaf in query.leaves():
            assert leaf == leaf
