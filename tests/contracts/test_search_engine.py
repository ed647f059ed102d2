"""What every search engine must do, asked of each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from enterprise_social.search.engine import BadCursor, IndexUnavailable, Request, SearchEngine
from enterprise_social.search.parsing import parse
from tests.search.engines import BACKENDS, NOW, ask, document, ids, new_engine


@pytest.fixture(params=BACKENDS)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    with new_engine(request.param, tmp_path, request) as made:
        yield made


def test_a_post_is_found_as_soon_as_it_is_indexed(engine: SearchEngine) -> None:
    engine.index([document(1, "the harbour crane stands still")])
    assert ids(ask(engine, "crane")) == [1]
    engine.index([document(2, "another crane")])
    assert set(ids(ask(engine, "crane"))) == {1, 2}


def test_an_edited_post_is_found_by_its_new_words_only(engine: SearchEngine) -> None:
    engine.index([document(1, "old wording here")])
    engine.index([document(1, "new phrasing here", changed_seq=9)])
    assert ids(ask(engine, "old wording")) == []
    assert ids(ask(engine, "phrasing")) == [1]
    assert ask(engine, "here").total == 1


def test_a_removed_post_is_found_no_more(engine: SearchEngine) -> None:
    engine.index([document(1, "gone tomorrow"), document(2, "gone never")])
    engine.remove([1, 77])
    assert ids(ask(engine, "gone")) == [2]


def test_indexing_twice_changes_nothing(engine: SearchEngine) -> None:
    posts = [document(1, "twice told"), document(2, "twice heard")]
    engine.index(posts)
    engine.index(posts)
    assert ask(engine, "twice").total == 2
    assert engine.status().documents == 2


def test_nothing_is_found_counted_or_faceted_outside_the_readable_channels(
    engine: SearchEngine,
) -> None:
    engine.index(
        [
            document(1, "budget for everyone"),
            document(2, "budget that is secret", channel_id=2, author_id=2),
        ]
    )
    for sort in ("relevance", "newest"):
        hits = ask(engine, "budget", {1}, sort=sort)
        assert (ids(hits), hits.total) == ([1], 1)
        assert hits.facets["channel"] == {1: 1}
        assert hits.facets["author"] == {1: 1}
    assert ask(engine, "budget in:secret", {1}).total == 0
    assert ask(engine, "budget", set()).total == 0


def test_a_word_of_a_channel_that_i_may_not_read_is_never_suggested(engine: SearchEngine) -> None:
    engine.index(
        [document(1, "ordinary words"), document(2, "acquisition of Zephyrion", channel_id=2)]
    )
    assert ask(engine, "zephyrian", {1}).corrected is None
    assert ask(engine, "zephyrian", {1, 2}).corrected == "zephyrion"


def test_how_often_others_write_a_word_changes_no_correction(engine: SearchEngine) -> None:
    engine.index([document(1, "the marina and the marine")])
    before = ask(engine, "marinq", {1}).corrected
    assert before in ("marina", "marine")
    other = "marina" if before == "marine" else "marine"
    hidden = [document(n, f"{other} marin{chr(97 + n)}", channel_id=2) for n in range(2, 24)]
    engine.index(hidden)
    assert ask(engine, "marinq", {1}).corrected == before


def test_a_word_that_only_others_may_read_is_corrected_as_if_it_did_not_exist(
    engine: SearchEngine,
) -> None:
    engine.index([document(1, "the marina is open"), document(2, "the marine plan", channel_id=2)])
    hits = ask(engine, "marine", {1})
    assert (ids(hits), hits.corrected) == ([1], "marina")


def test_a_search_without_rights_can_not_be_made() -> None:
    with pytest.raises(TypeError):
        Request(parse("x"), None)  # type: ignore[arg-type]


def test_posts_with_all_the_words_come_before_those_with_most(engine: SearchEngine) -> None:
    engine.index(
        [
            document(1, "printer jammed on the second floor"),
            document(2, "printer jammed"),
            document(3, "the floor was cleaned"),
            document(4, "the second printer on the floor never jammed"),
            document(5, "lunch"),
        ]
    )
    hits = ask(engine, "printer jammed second floor")
    assert set(ids(hits)[:2]) == {1, 4}
    assert hits.partial_from == 2
    assert ids(hits)[2] == 2
    assert 5 not in ids(hits)


def test_all_words_in_a_page_full_of_posts_leave_no_room_for_most_of_them(
    engine: SearchEngine,
) -> None:
    engine.index([document(n, "red apple") for n in range(1, 6)] + [document(9, "red")])
    hits = ask(engine, "red apple", limit=5)
    assert hits.partial_from is None
    assert hits.total == 5


def test_a_misspelt_word_still_finds_and_says_what_was_meant(engine: SearchEngine) -> None:
    engine.index([document(1, "the notification service"), document(2, "something else")])
    for typed in ("notificatoin", "notifcation", "notiffication", "nitification"):
        hits = ask(engine, f"{typed} service")
        assert ids(hits)[0] == 1
        assert hits.corrected == "notification service"


def test_a_part_of_a_long_name_finds_it(engine: SearchEngine) -> None:
    engine.index([document(1, "see telegrambotfactory")])
    assert ids(ask(engine, "grambot")) == [1]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("call Zoë Łukasiewicz", "lukasiewicz zoe"),
        ("ticket 48151 is done", "48151"),
        ("host 10.12.0.7 is down", "10.12.0.7"),
        ("look at https://wiki.example/ops/run-book?id=7", "https://wiki.example/ops/run-book"),
        ("look at https://wiki.example/ops/run-book?id=7", "wiki.example"),
        ("upgrade to v2.7.4 now", "v2.7.4"),
        ("upgrade to v2.7.4 now", "2.7.4"),
        ("call getUserId here", "getUserId"),
        ("call getUserId here", "user"),
        ("the get_user_id call", "getUserId"),
        ("delete node_modules first", "node_modules"),
        ("delete node_modules first", "modules"),
        ("the e-mail bounced", "email"),
        ("the email bounced", "e-mail"),
        ("a state-of-the-art crane", "state-of-the-art"),
        ("Straße gesperrt", "strasse"),
        ("café crème", "cafe CREME"),
        ("Новые правила отпусков", "правило отпуск"),
        ("Ёлка стоит", "елка"),
        ("検索エンジンを直しました", "エンジン"),
        ("検索エンジンを直しました", "検"),
        ("오늘 회의는 취소되었습니다", "회의"),
        ("we use C++ and C# here", "C++"),
        ("to be or not to be", "or not"),
        ("x is y", "x"),
        ("go to HR", "hr"),
        ("the who", "the"),
        ("installing the packages", "install package"),
        ("ship it 🚢", "🚢"),
        ("word2vec works", "Word2Vec"),
        ("iPhone6 broke", "iphone"),
    ],
)
def test_names_numbers_addresses_and_scripts_are_found(
    engine: SearchEngine, text: str, query: str
) -> None:
    engine.index([document(1, text), document(2, "nothing of the kind")])
    hits = ask(engine, query)
    assert ids(hits)[0] == 1
    assert hits.corrected is None


def test_a_number_in_a_row_is_not_found_in_another_order(engine: SearchEngine) -> None:
    engine.index([document(1, "7.0.12.10"), document(2, "10.12.0.70")])
    assert ids(ask(engine, "10.12.0.7")) == []


def test_a_phrase_is_found_only_in_its_order(engine: SearchEngine) -> None:
    engine.index([document(1, "you can you define quickly what"), document(2, "define you")])
    assert ids(ask(engine, '"you define quickly"')) == [1]
    assert ids(ask(engine, '"define you"')) == [2]
    assert ids(ask(engine, '"quickly you"')) == []


def test_a_phrase_is_taken_as_written(engine: SearchEngine) -> None:
    engine.index([document(1, "installed packages"), document(2, "install package")])
    assert ids(ask(engine, '"install package"')) == [2]


def test_a_beginning_finds_every_word_that_goes_on(engine: SearchEngine) -> None:
    engine.index(
        [
            document(1, "deployment"),
            document(2, "deployed"),
            document(3, "depot"),
            document(4, "日本語"),
        ]
    )
    assert set(ids(ask(engine, "deploy*"))) == {1, 2}
    assert ids(ask(engine, "日*")) == [4]


def test_or_finds_either_and_minus_leaves_out(engine: SearchEngine) -> None:
    engine.index(
        [document(1, "tea with milk"), document(2, "coffee with milk"), document(3, "water")]
    )
    assert set(ids(ask(engine, "tea OR coffee milk"))) == {1, 2}
    assert ids(ask(engine, "milk -tea")) == [2]
    assert ids(ask(engine, 'milk -"tea with"')) == [2]


def test_an_exclusion_alone_finds_nothing(engine: SearchEngine) -> None:
    engine.index([document(1, "tea")])
    assert ids(ask(engine, "-coffee")) == []


def test_filters_by_author_channel_mention_link_hashtag_and_pin(engine: SearchEngine) -> None:
    engine.index(
        [
            document(1, "plan one", author_id=2, has=("link",)),
            document(2, "plan two", mentions=(1,), hashtags=("release",)),
            document(3, "plan three", channel_id=3, pinned=True),
            document(4, "plan four", mentions=(0,)),
        ]
    )
    everywhere = {1, 3}
    expected = {
        "plan from:bob": {1},
        "from:bob": {1},
        "plan from:nobody": set(),
        "plan in:third": {3},
        "plan in:third in:general": {1, 2, 3, 4},
        "plan -in:third": {1, 2, 4},
        "plan mentions:ann": {2},
        "to:me": {2, 4},
        "plan has:link": {1},
        "#release": {2},
        "plan is:pinned": {3},
        "plan from:ann -is:pinned": {2, 4},
    }
    for query, wanted in expected.items():
        assert set(ids(ask(engine, query, everywhere))) == wanted, query


def test_filters_by_time_use_the_days_of_the_query(engine: SearchEngine) -> None:
    noon = NOW.replace(hour=12)
    engine.index(
        [document(n, "daily report", created_at=noon - timedelta(days=n)) for n in range(10)]
    )
    expected = {
        "report on:today": {0},
        "report on:yesterday": {1},
        "report after:yesterday": {0},
        "report before:2026-11-14": {8, 9},
        "report after:7d": {0, 1, 2, 3, 4, 5, 6, 7},
        "report after:2026-11-18 before:today": {1, 2},
    }
    for query, wanted in expected.items():
        assert set(ids(ask(engine, query))) == wanted, query


def test_is_thread_finds_roots_with_answers_and_the_answers(engine: SearchEngine) -> None:
    engine.index(
        [document(1, "root post"), document(2, "an answer post", root_id=1), document(3, "a post")]
    )
    assert set(ids(ask(engine, "post is:thread"))) == {1, 2}
    assert ids(ask(engine, "post is:reply")) == [2]
    engine.remove([2])
    assert ids(ask(engine, "post is:thread")) == []


def test_the_words_of_a_thread_lift_its_posts(engine: SearchEngine) -> None:
    filler = [document(n, f"filler number {n} about volcano") for n in range(20, 40)]
    engine.index(
        [
            document(1, "volcano question: which tool draws maps"),
            document(2, "volcano question"),
            document(3, "use the geology maps tool", root_id=1),
            document(4, "geology it is", root_id=1),
            *filler,
        ]
    )
    found = ids(ask(engine, "volcano question geology"))
    assert found.index(1) < found.index(2)


def test_newest_first_is_in_the_order_of_writing_and_not_of_editing(engine: SearchEngine) -> None:
    engine.index([document(n, "note") for n in range(1, 6)])
    engine.index([document(2, "note, corrected", changed_seq=50)])
    assert ids(ask(engine, "note", sort="newest")) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_pages_hold_every_hit_once(engine: SearchEngine, sort: str) -> None:
    engine.index([document(n, "word " * (n % 3 + 1)) for n in range(1, 48)])
    seen: list[int] = []
    cursor = None
    while True:
        hits = ask(engine, "word", sort=sort, limit=10, cursor=cursor)
        assert hits.total == 47
        assert hits.position == len(seen)
        seen += ids(hits)
        cursor = hits.next_cursor
        if cursor is None:
            break
        # What is written meanwhile doesn't move the pages.
        engine.index([document(100 + len(seen), "word word", created_at=NOW + timedelta(hours=1))])
    assert sorted(seen) == list(range(1, 48))


def test_pages_go_on_into_the_posts_with_most_of_the_words(engine: SearchEngine) -> None:
    posts = [document(n, "alpha beta") for n in range(1, 5)]
    engine.index(posts + [document(n, "alpha gamma") for n in range(5, 30)])
    seen: list[int] = []
    cursor = None
    while True:
        hits = ask(engine, "alpha beta", limit=10, cursor=cursor)
        seen += ids(hits)
        cursor = hits.next_cursor
        if cursor is None:
            break
    assert set(seen[:4]) == {1, 2, 3, 4}
    assert len(seen) == len(set(seen)) == hits.total


@pytest.mark.parametrize("cursor", ["x", "e30", "eyJhdCI6IngiLCJhc19vZiI6MX0", "\u00e9", "A" * 999])
def test_a_made_up_cursor_is_refused(engine: SearchEngine, cursor: str) -> None:
    engine.index([document(1, "word")])
    with pytest.raises(BadCursor):
        ask(engine, "word", cursor=cursor)


def test_facets_count_the_whole_answer(engine: SearchEngine) -> None:
    engine.index(
        [document(n, "thing", author_id=n % 2 + 1, channel_id=1 + n % 3) for n in range(1, 31)]
        + [document(40, "thing", root_id=1, has=("link",), pinned=True)]
    )
    hits = ask(engine, "thing", {1, 2, 3}, limit=5)
    assert hits.total == 31
    assert hits.facets["channel"] == {1: 11, 2: 10, 3: 10}
    assert hits.facets["author"] == {1: 16, 2: 15}
    assert hits.facets["has"] == {"link": 1}
    assert hits.facets["is"] == {"pinned": 1, "reply": 1}


def test_without_an_index_a_search_says_so(engine: SearchEngine) -> None:
    status = engine.status()
    assert not status.ready
    assert status.reason
    with pytest.raises(IndexUnavailable):
        ask(engine, "anything")


def test_an_index_begun_by_a_post_is_known_to_be_incomplete(engine: SearchEngine) -> None:
    engine.index([document(1, "first")])
    assert engine.status().ready
    assert engine.status().reason
    engine.rebuild([document(1, "first")])
    assert not engine.status().reason


def test_a_rebuild_holds_exactly_what_it_was_given(engine: SearchEngine) -> None:
    engine.index([document(1, "stale"), document(2, "kept")])
    steps: list[int] = []
    engine.rebuild((document(n, "kept") for n in (2, 3)), steps.append)
    assert ids(ask(engine, "stale")) == []
    assert set(ids(ask(engine, "kept"))) == {2, 3}
    assert steps[-1] == 2


def test_the_old_index_answers_while_a_new_one_is_built(engine: SearchEngine) -> None:
    engine.rebuild([document(1, "lighthouse")])

    def documents() -> Iterator[object]:
        assert ids(ask(engine, "lighthouse")) == [1]
        assert engine.status().rebuilding
        yield document(1, "lighthouse")
        yield document(2, "lighthouse")

    engine.rebuild(documents())  # type: ignore[arg-type]
    assert set(ids(ask(engine, "lighthouse"))) == {1, 2}
    assert not engine.status().rebuilding


def test_a_rebuild_that_fails_leaves_the_old_index(engine: SearchEngine) -> None:
    engine.rebuild([document(1, "steady")])

    def broken() -> Iterator[object]:
        yield document(2, "steady")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())  # type: ignore[arg-type]
    assert ids(ask(engine, "steady")) == [1]
    engine.rebuild([document(3, "steady")])
    assert ids(ask(engine, "steady")) == [3]


def test_the_status_knows_the_last_change_seen_of_each_channel(engine: SearchEngine) -> None:
    engine.rebuild([document(1, "a", changed_seq=4), document(2, "b", channel_id=2, changed_seq=9)])
    engine.index([document(1, "a", changed_seq=12)])
    assert engine.status().marks == {1: 12, 2: 9}


@pytest.mark.parametrize(
    "text", ["", "'", "\\", "a'b\\c:1", "\x00", "🙂" * 50, "a" * 5000, "x:y&z|!(("]
)
def test_any_text_can_be_indexed_and_asked_for(engine: SearchEngine, text: str) -> None:
    engine.index([document(1, f"{text} anchor")])
    assert ids(ask(engine, "anchor")) == [1]
    ask(engine, text)
    ask(engine, f'"{text}" {text}*')


def test_a_post_from_the_future_is_found_too(engine: SearchEngine) -> None:
    engine.index([document(1, "comet", created_at=NOW + timedelta(days=900))])
    assert ids(ask(engine, "comet")) == [1]
