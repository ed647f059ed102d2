"""Everything by keyboard, with the focus where one expects it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.office import Office

Window = Callable[..., Page]
pytestmark = pytest.mark.parametrize("size", ["desktop"], indirect=True)


def test_ctrl_k_jumps_to_a_channel_and_one_may_write_at_once(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben, name=f"harbour {ben.id}")
    page = window(ben, "/people")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name=re.compile("Jump to"))
    expect(field).to_be_focused()
    page.keyboard.type(f"harbour {ben.id}")
    option = page.locator("#jump").get_by_role("option", selected=True)
    expect(option).to_contain_text(place.name)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{office.server.url}{place.url}")
    expect(desk.box(page)).to_be_focused()
    page.keyboard.type("by hand")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("of the keys")
    page.keyboard.press("Enter")
    expect(desk.post(desk.stream(page), "by hand").locator(".prose")).to_have_text(
        re.compile("by hand\\s+of the keys")
    )
    expect(desk.box(page)).to_be_focused()
    expect(desk.box(page)).to_have_value("")


def test_escape_closes_the_jump_box_and_the_focus_goes_back(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    place = office.channel(ada)
    page = window(ada, place.url)
    desk.box(page).focus()
    page.keyboard.press("Control+k")
    expect(page.locator("#jump")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#jump")).to_be_hidden()
    expect(desk.box(page)).to_be_focused()


def test_the_arrow_edits_the_last_post_and_escape_leaves_it(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    office.write(ada, place, "earlier")
    office.write(ada, place, "my latest")
    office.write(ben, place, "somebody else")
    page = window(ada, place.url)
    desk.connected(page)
    desk.box(page).focus()
    page.keyboard.press("ArrowUp")
    editor = page.get_by_role("textbox", name="Edit your post")
    expect(editor).to_be_focused()
    expect(editor).to_have_value("my latest")
    page.keyboard.type(" change")
    page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    expect(desk.post(desk.stream(page), "my latest change")).to_have_count(0)
    desk.box(page).focus()
    page.keyboard.press("ArrowUp")
    expect(editor).to_be_focused()
    page.keyboard.type("!")
    page.keyboard.press("Enter")
    expect(desk.post(desk.stream(page), "my latest!")).to_have_count(1)
    expect(editor).to_have_count(0)


def test_posts_their_toolbar_and_their_menu(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    office.write(ben, place, "older one")
    office.write(ada, place, "newer one")
    page = window(ada, place.url)
    desk.connected(page)
    page.locator("#main [data-scroll]").focus()
    page.keyboard.press("k")
    newer = desk.post(desk.stream(page), "newer one")
    expect(newer).to_be_focused()
    page.keyboard.press("k")
    expect(desk.post(desk.stream(page), "older one")).to_be_focused()
    page.keyboard.press("j")
    expect(newer).to_be_focused()
    toolbar = newer.get_by_role("toolbar")
    reply = toolbar.get_by_role("button", name="Reply in thread")
    for _ in range(8):
        page.keyboard.press("Tab")
        if reply.evaluate("e => e === document.activeElement"):
            break
    expect(reply).to_be_focused()
    for name in ("Quote", "Copy link", "More"):
        page.keyboard.press("ArrowRight")
        expect(toolbar.get_by_role("button", name=name)).to_be_focused()
    page.keyboard.press("Enter")
    menu = page.get_by_role("menu", name="More for this post")
    expect(menu).to_be_visible()
    expect(menu.get_by_role("menuitem", name="Quote")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(toolbar.get_by_role("button", name="More")).to_be_focused()


def test_a_thread_by_r_and_away_with_escape(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    office.write(ben, place, "a question")
    page = window(ada, place.url)
    desk.connected(page)
    page.locator("#main [data-scroll]").focus()
    page.keyboard.press("k")
    page.keyboard.press("r")
    expect(desk.box(desk.thread(page))).to_be_focused()
    page.keyboard.type("an answer")
    page.keyboard.press("Enter")
    expect(desk.post(desk.thread(page), "an answer")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(desk.thread(page)).to_have_count(0)
    expect(page).to_have_url(f"{office.server.url}{place.url}")
    expect(desk.post(desk.stream(page), "a question")).to_be_focused()


def test_names_are_completed_while_writing(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    other = office.person(f"Zdenka Quist{ada.id}")
    place = office.channel(ada, other)
    page = window(ada, place.url)
    desk.box(page).focus()
    page.keyboard.type("ask @zden")
    option = page.get_by_role("option", name=re.compile(other.name))
    expect(option).to_be_visible()
    page.keyboard.press("Enter")
    expect(desk.box(page)).to_have_value(f"ask @{other.username} ")
    page.keyboard.press("Enter")
    mention = desk.post(desk.stream(page), "ask").locator(".at")
    expect(mention).to_have_attribute("data-person", str(other.id))


def test_the_skip_link_comes_first_and_the_question_mark_helps(
    office: Office, window: Window
) -> None:
    ada = office.person("Ada Berg")
    page = window(ada, "/people")
    desk.connected(page)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_alt_and_arrow_go_to_the_next_channel(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    first = office.channel(ada, name=f"aaa {ada.id}")
    second = office.channel(ada, name=f"bbb {ada.id}")
    page = window(ada, first.url)
    desk.connected(page)
    page.keyboard.press("Alt+ArrowDown")
    expect(page).to_have_url(f"{office.server.url}{second.url}")
    page.keyboard.press("Alt+ArrowUp")
    expect(page).to_have_url(f"{office.server.url}{first.url}")
