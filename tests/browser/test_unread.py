"""What is new elsewhere shows in the rail, and goes on every tab once it is read."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.office import Office

Window = Callable[..., Page]
UNREAD = re.compile(r"\bis-unread\b")


def test_dots_and_counts_come_and_go_on_both_tabs(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    quiet, busy = office.channel(ada, ben), office.channel(ada, ben)
    first = window(ben, quiet.url)
    second = first.context.new_page()
    second.goto(f"{office.server.url}{quiet.url}")
    desk.connected(first)
    desk.connected(second)
    ada.write(busy, "plain words")
    for tab in (first, second):
        expect(desk.rail_row(tab, busy.id)).to_have_class(UNREAD)
        expect(desk.rail_row(tab, busy.id).locator(".count")).to_have_text("")
    ada.write(busy, f"@{ben.username} look here")
    for tab in (first, second):
        expect(desk.rail_row(tab, busy.id).locator(".count")).to_have_text("1")
        expect(tab).to_have_title(re.compile(r"^\(\d\) "))
        group = tab.locator('[data-rail-group="unread"]')
        expect(group.locator(f'[data-rail-channel="{busy.id}"]')).to_have_count(1)
    second.goto(f"{office.server.url}{busy.url}")
    mention = desk.post(desk.stream(second), "look here")
    expect(mention).to_be_in_viewport()
    expect(mention).to_have_class(re.compile(r"\bis-mention\b"))
    for tab in (first, second):
        expect(desk.rail_row(tab, busy.id)).not_to_have_class(UNREAD)
        expect(desk.rail_row(tab, busy.id).locator(".count")).to_have_text("")
        expect(tab).not_to_have_title(re.compile(r"^\("))


def test_what_arrived_while_away_is_marked_when_the_channel_opens(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    page = window(ben, place.url)
    desk.connected(page)
    with page.expect_response("**/channels/*/read"):
        ada.write(place, "seen at once")
    expect(desk.post(desk.stream(page), "seen at once")).to_be_in_viewport()
    expect(desk.rail_row(page, place.id)).not_to_have_class(UNREAD)
    page.goto("/people")
    ada.write(place, "missed")
    page.goto(place.url)
    following = page.locator("#new ~ .post").first
    expect(following).to_contain_text("missed")
    expect(page.locator("#new")).to_be_in_viewport()


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_post_that_comes_while_reading_above_moves_nothing(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    for number in range(40):
        office.write(ada, place, f"line {number}")
    page = window(ben, place.url)
    desk.connected(page)
    scroller = page.locator("#main [data-scroll]")
    scroller.evaluate("e => { e.scrollTop = -500; }")
    shown = desk.post(desk.stream(page), "line 20")
    shown.scroll_into_view_if_needed()
    before = desk.top(shown)
    ada.write(place, "fresh")
    pill = page.locator("#main .new-pill")
    expect(pill).to_have_text("1 new post")
    assert desk.top(shown) == pytest.approx(before, abs=1)
    pill.click()
    expect(desk.post(desk.stream(page), "fresh")).to_be_in_viewport()
    expect(pill).to_be_hidden()
