"""Usernames made from names and addresses of many scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_social.core.text import PersonRef, render
from enterprise_social.people.usernames import LONGEST, is_username, make_username, username_key


@pytest.mark.parametrize(
    ("name", "email", "username"),
    [
        ("Maren Visser", "m@x.example", "maren.visser"),
        ("Łukasz Müller-Großmann", "l@x.example", "lukasz.muller.grossmann"),
        ("Nguyễn Thị Ánh", "n@x.example", "nguyen.thi.anh"),
        ("Þóra Ægisdóttir", "t@x.example", "thora.aegisdottir"),
        ("İbrahim Işık", "i@x.example", "ibrahim.isik"),
        ("Pat O’Brien", "p@x.example", "pat.obrien"),
        ("山田太郎", "taro.yamada+work@x.example", "taro.yamada"),
        ("山田太郎", "1234@x.example", "山田太郎"),
        ("Ольга Ким", "55@x.example", "ольга.ким"),
        ("สมชาย ใจดี", "1@x.example", "สมชาย.ใจดี"),
        ("Me", "me@x.example", "me2"),
        ("Channel", "c@x.example", "channel2"),
        ("Org", "c@x.example", "org2"),
        ("42", "42@x.example", "person"),
        ("--", "--@x.example", "person"),
        ("\u093f\u0915", "1@x.example", "person"),
        ("x_ _y_", "z@x.example", "x.y"),
    ],
)
def test_names_become_usernames_that_colleagues_can_type(
    name: str, email: str, username: str
) -> None:
    assert make_username(name, email, lambda _candidate: False) == username


def test_a_name_that_is_taken_gets_the_next_number() -> None:
    taken = {"maren.visser", "maren.visser2"}
    assert make_username("Maren Visser", "m@x.example", taken.__contains__) == "maren.visser3"


@given(st.text(max_size=200), st.emails())
def test_whatever_the_name_the_username_can_be_mentioned_in_full(name: str, email: str) -> None:
    username = make_username(name, email, lambda _candidate: False)
    assert is_username(username)
    assert len(username) <= LONGEST
    assert username_key(username) == username

    class Resolver:
        def people(self, usernames: set[str]) -> dict[str, PersonRef]:
            return {key: PersonRef(1, username, "Somebody") for key in usernames if key == username}

        def channels(self, slugs: set[str]) -> dict[str, object]:
            return {}

    rendered = render(f"thanks @{username} for this", Resolver())
    assert rendered.person_ids == (1,)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "a" * 65,
        "Maren",
        "a..b",
        ".a",
        "a.",
        "a b",
        "a@b",
        "me",
        "here",
        "123",
        "_",
        "a_",
        "é\u0301\u0301\u200d",
        "a/b",
        "preview",
        "аll",  # Cyrillic а
        "mаren.visser",
        "ａｌｌ",
    ],
)
def test_what_can_not_be_mentioned_is_no_username(value: str) -> None:
    assert not is_username(value)


@pytest.mark.parametrize("value", ["отдел", "it-отдел", "山田tarō", "ольга.k", "łukasz"])
def test_words_of_different_scripts_may_stand_side_by_side(value: str) -> None:
    assert is_username(value)
