"""What a word is, which words are near, and the part of a post that is shown."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enterprise_social.search import words
from enterprise_social.search.snippets import snippet
from enterprise_social.search.vocabulary import Vocabulary


def terms(text: str) -> set[str]:
    return {token.term for token in words.tokens(text)}


def test_no_word_is_dropped_for_being_short_or_common() -> None:
    assert terms("To be or not, a B") == {"to", "be", "or", "not", "a", "b"}


def test_names_are_words_and_parts() -> None:
    assert terms("getUserId HTTPServer iPhone6 snake_case") == {
        "getuserid", "get", "user", "id", "httpserver", "http", "server", "iphone6", "iphone",
        "6", "snake", "case",
    }  # fmt: skip


def test_parts_follow_each_other_as_words_do() -> None:
    places = {token.term: token.position for token in words.tokens("call getUserId now")}
    assert (places["get"], places["user"], places["id"], places["now"]) == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("ÉCOLE", "ecole"), ("Straße", "strasse"), ("ＡＢＣ", "abc"), ("Łódź", "lodz"), ("ё", "е")],
)
def test_case_accents_and_width_make_no_difference(text: str, folded: str) -> None:
    assert words.fold(text) == folded


def test_inflections_share_a_stem() -> None:
    assert words.stem("installing") == words.stem("installed") == words.stem("install")
    assert words.stem("правила") == words.stem("правило")
    assert words.stem("v2") == "v2"


@given(st.text(max_size=300))
def test_any_text_is_cut_in_order_into_its_own_characters(text: str) -> None:
    last = 0
    for token in words.tokens(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.position >= last - 1
        assert token.term
        assert len(token.term) <= words.MAX_WORD * 18
        last = max(last, token.position)


@example("\u0300")
@given(st.text(max_size=60))
def test_a_text_asks_for_words_that_it_holds(text: str) -> None:
    held = terms(text)
    assert set(words.phrase(text)) <= held
    for chunk in words.chunks(text):
        assert any(set(row) <= held for row in words.asked(chunk).rows)


def test_the_word_that_is_spelt_most_alike_comes_first() -> None:
    vocabulary = Vocabulary()
    vocabulary.learn("s", lambda: ["arbour", "harbor", "harbour", "crane"])
    assert vocabulary.near("harbuor")[0] == "harbour"
    assert vocabulary.near("harbou")[0] == "harbour"
    assert vocabulary.near("crxne") == ["crane"]
    assert vocabulary.near("xy") == []


def shown(text: str, *wanted: str) -> str:
    return "".join(f"[{p.text}]" if p.marked else p.text for p in snippet(text, wanted))


def test_words_are_marked_in_every_inflection() -> None:
    assert shown("Install it; installing is easy", "installed") == (
        "[Install] it; [installing] is easy"
    )


def test_beginnings_phrases_names_and_signs_are_marked() -> None:
    assert shown("deployment of node_modules", "deploy*", "node_modules") == (
        "[deployment] of [node]_[modules]"
    )
    assert shown("the plate reader", '"plate reader"') == "the [plate] [reader]"
    assert shown("新しい検索エンジン", "検索") == "新しい[検索]エンジン"


def test_a_long_post_is_cut_around_what_was_found() -> None:
    text = "filler words " * 200 + "the needle is here" + " more filler" * 200
    cut = shown(text, "needle")
    assert "[needle]" in cut
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert len(cut) < 300


@given(st.text(max_size=2000), st.lists(st.text(min_size=1, max_size=8), max_size=4))
def test_a_snippet_is_a_part_of_its_text(text: str, wanted: list[str]) -> None:
    pieces = snippet(text, wanted)
    joined = "".join(piece.text for piece in pieces)
    inner = joined.removeprefix("…") if not text.startswith("…") else joined
    assert inner.removesuffix("…") in text or inner in text or joined in text
