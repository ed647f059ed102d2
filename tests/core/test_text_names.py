"""Names, initials, slugs, excerpts and the emoji table."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprise_social.core.text import (
    emoji_for,
    emoji_named,
    initials,
    plain_excerpt,
    safe_name,
    shortcode_for,
    slugify,
)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("  Ana \n\t Lúcia ", "Ana Lúcia"),
        ("Ana\u202e evil", "Ana evil"),
        ("A\u200bn\ufeffa\x00\x07", "Ana"),
        ("Jose\u0301", "José"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("ana\u200c", "ana"),
        ("a\u200db", "ab"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🔬 Lab", "👩\u200d🔬 Lab"),
        ("\ud800x", "x"),
        ("\u2028", ""),
    ],
)
def test_a_name_is_safe_to_show(value: str, shown: str) -> None:
    assert safe_name(value) == shown


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Tomasz Wróbel", "TW"),
        ("Joost van der Meer", "JM"),
        ("Nguyễn Thị Lan", "NL"),
        ("joost", "J"),
        ("Øyvind Åsen", "ØÅ"),
        ("Iván Zoé\u0301", "IZ"),
        ("(HR) Bot", "HB"),
        ("O'Neil", "O"),
        ("Дмитрий Иванов", "ДИ"),
        ("王伟", "王"),
        ("محمد علي", "م"),
        ("เอกชัย ใจดี", "อจ"),
        ("प्रिया शर्मा", "पश"),
        ("ნინო ბერიძე", "ნბ"),
        ("ßen", "ß"),
        ("🙂", "?"),
        ("", "?"),
    ],
)
def test_initials_of_any_script(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Rotterdam gate", "rotterdam-gate"),
        ("  R&D / Labs!! ", "r-d-labs"),
        ("Straße", "strasse"),
        ("Anna's team", "annas-team"),
        ("ＡＢＣ", "abc"),
        ("営業 東京", "営業-東京"),
        ("ทดสอบ ระบบ", "ทดสอบ-ระบบ"),
        ("हिन्दी चर्चा", "हिन्दी-चर्चा"),
        ("فريق المبيعات", "فريق-المبيعات"),
        ("---", "channel"),
        ("", "channel"),
        ("🎉", "channel"),
        ("2026", "channel-2026"),
        ("2026-11", "channel-2026-11"),
        ("٤٢", "channel-٤٢"),
        ("freeCodeCamp/help", "freecodecamp-help"),
        ("x" * 200, "x" * 80),
    ],
)
def test_slugs_of_any_script(name: str, slug: str) -> None:
    assert slugify(name) == slug


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=200))
def test_a_slug_is_always_usable_and_stays_itself(name: str) -> None:
    slug = slugify(name)
    assert 1 <= len(slug) <= 80
    assert any(character.isalpha() for character in slug)
    assert not set(slug) & set(" /?#%.@&=\\<>\"'")
    assert "--" not in slug
    assert slugify(slug) == slug


@settings(max_examples=500, deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_safe_names_stay_themselves_and_initials_are_short(value: str) -> None:
    name = safe_name(value)
    assert safe_name(name) == name
    assert not [c for c in name if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    letters = initials(value)
    assert sum(not unicodedata.category(c).startswith("M") for c in letters) in (1, 2)


@pytest.mark.parametrize(
    ("plain", "length", "excerpt"),
    [
        ("short", 10, "short"),
        ("one\n two\tthree", 20, "one two three"),
        ("one two three", 9, "one two…"),
        ("one two three", 8, "one two…"),
        ("abcdefghij", 5, "abcd…"),
        ("你好世界你好世界", 5, "你好世界…"),
        ("ab" + "👩\u200d🔬" * 3, 4, "ab…"),
        ("ab👍🏽cd", 4, "ab…"),
        ("नमस्ते दुनिया", 5, "नम…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 5, ""),
    ],
)
def test_an_excerpt_ends_where_reading_can_stop(plain: str, length: int, excerpt: str) -> None:
    assert plain_excerpt(plain, length) == excerpt


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300), st.integers(0, 60))
def test_an_excerpt_is_never_longer_than_asked(plain: str, length: int) -> None:
    excerpt = plain_excerpt(plain, length)
    assert len(excerpt) <= length
    assert "\n" not in excerpt


def test_emoji_are_known_by_their_common_names() -> None:
    for name, characters in {"+1": "👍", "thumbsup": "👍", "tada": "🎉", "flag-nl": "🇳🇱"}.items():
        assert emoji_for(name) == characters
    assert emoji_for("no_such") is None
    assert shortcode_for("👍") == "+1"
    assert shortcode_for("❤") == shortcode_for("❤️") == "heart"
    assert shortcode_for("x") is None


def test_emoji_are_suggested_by_the_beginning_of_their_name() -> None:
    assert ("tada", "🎉") in emoji_named(":tad")
    assert ("heart", "❤️") in emoji_named("")
    assert len(emoji_named("")) == 8, "the usual ones, before anything is typed"
    suggested = emoji_named("heart", 20)
    assert suggested[0][0] == "heart"
    assert len({characters for _, characters in suggested}) == 20
