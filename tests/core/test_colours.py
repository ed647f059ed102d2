"""An accent colour is made into tokens that can be read wherever they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_social.core import colours

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"


def test_the_contrast_is_that_of_the_guidelines() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert colours.contrast("#0b666d", "#0b666d") == 1


@given(st.integers(0, 0xFFFFFF))
def test_of_every_colour_the_nearest_that_fits_is_readable_everywhere(number: int) -> None:
    accent = colours.nearest_that_fits(f"#{number:06x}")
    assert colours.fits(accent)
    assert [each for each in colours.checks(accent) if each.ratio < each.least] == []


def test_a_colour_that_fits_stays_as_it_is() -> None:
    assert colours.nearest_that_fits("#0b666d") == "#0b666d"
    assert not colours.fits("#63c5c9")


def test_the_surfaces_are_those_of_the_style_sheet() -> None:
    css = TOKENS.read_text()
    for name in ("canvas", "canvas-rail", "canvas-raised", "hover", "selected"):
        found = re.search(rf"--{name}:\s*light-dark\((#\w+), (#\w+)\)", css)
        assert found is not None, name
        light, dark = found.groups()
        # A surface that is nearer to the text than all that are checked would be missed.
        assert colours.contrast("#000000", light) >= min(
            colours.contrast("#000000", each) for each in colours.LIGHT_GROUNDS
        )
        assert colours.contrast("#ffffff", dark) >= min(
            colours.contrast("#ffffff", each) for each in colours.DARK_GROUNDS
        )


def test_every_token_that_is_replaced_is_one_of_the_style_sheet() -> None:
    css = TOKENS.read_text()
    for token in colours.palette("#7a1f5c"):
        assert f"--{token}:" in css


@pytest.mark.parametrize("text", ["", "red", "#12345", "#1234567", "#00000g", "url(x)", "#٠٠٠٠٠٠"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        colours.parse(text)


def test_short_and_upper_case_colours_are_read() -> None:
    assert colours.parse(" #0AF ") == "#00aaff"
    assert colours.parse("0B666D") == "#0b666d"
