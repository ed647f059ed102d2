"""One name for each emoji."""

from __future__ import annotations

import pytest

from enterprise_social.reactions.emoji import COMMON, characters_of, named


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("👍", "thumbsup"),
        ("👍\ufe0f", "thumbsup"),
        (":+1:", "thumbsup"),
        ("ThumbsUp", "thumbsup"),
        ("❤", "heart"),
        ("red_heart", "heart"),
        ("the_horns", "metal"),
        ("👍🏽", "thumbsup::skin-tone-4"),
        ("+1::skin-tone-2", "thumbsup::skin-tone-2"),
        ("heart::skin-tone-2", "heart"),
        ("👩🏿\u200d🚀", "woman_astronaut::skin-tone-6"),
        ("🏳\u200d🌈", "rainbow_flag"),
    ],
)
def test_an_emoji_has_one_name_however_it_is_written(written: str, name: str):
    found = named(written)
    assert found is not None
    assert found.name == name
    assert named(found.characters) == named(found.name) == found
    assert characters_of(found.name) == found.characters


def test_what_is_offered_at_first_has_its_own_name():
    assert [named(name).name for name in COMMON] == list(COMMON)  # type: ignore[union-attr]
