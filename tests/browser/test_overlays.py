"""What opens over a page: dialogs, menus, panels, editors. Looked at like the pages themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.town import Town

Screenshot = Callable[[Page, str], list[Path]]
Window = Callable[..., Page]


def jump_box(page: Page) -> None:
    """Open the jump box with suggestions."""
    page.keyboard.press("Control+k")
    page.keyboard.type("harbour")
    expect(page.get_by_role("option").first).to_be_visible()


def shortcuts(page: Page) -> None:
    """Open the list of keys."""
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def own_menu(page: Page) -> None:
    """Open one's own menu."""
    drawer(page)
    page.get_by_role("button", name="Your menu").click()
    expect(page.get_by_role("menu", name="Your menu")).to_be_visible()


def drawer(page: Page) -> None:
    """On a phone, open the rail."""
    if desk.is_phone(page):
        page.get_by_role("link", name="Open the menu").first.click()
        expect(page.get_by_role("link", name="Close the menu")).to_be_in_viewport()


def post_menu(page: Page) -> None:
    """Open the menu of a post of one's own."""
    post = desk.post(desk.stream(page), "Ship at one")
    if desk.is_phone(page):
        post.locator(".post-more").click()
    else:
        post.hover()
        post.get_by_role("toolbar").get_by_role("button", name="More").click()
    expect(page.get_by_role("menu", name="More for this post")).to_be_visible()


def editor(page: Page) -> None:
    """Begin to edit a post."""
    desk.choose(page, desk.post(desk.stream(page), "Ship at one"), "Edit")
    expect(page.get_by_role("textbox", name="Edit your post")).to_be_focused()


def quote(page: Page) -> None:
    """Quote a post in the message box."""
    desk.choose(page, desk.post(desk.stream(page), "Ship at one"), "Quote")
    expect(page.locator(".composer-quote")).to_be_visible()


def completion(page: Page) -> None:
    """Have a name completed."""
    desk.box(page.locator("#main")).press_sequentially("for @")
    expect(page.get_by_role("option").first).to_be_visible()


def unsent(page: Page) -> None:
    """Have a post refused."""
    page.route("**/api/v1/channels/*/posts", lambda route: route.fulfill(status=403))
    desk.say(page, "will be refused")
    expect(page.locator(".post.is-failed")).to_be_visible()


def toast(page: Page) -> None:
    """Have something said in passing."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.choose(page, desk.post(desk.stream(page), "Ship at one"), "Copy link")
    expect(page.locator(".toast")).to_be_visible()


def leaving(page: Page) -> None:
    """Be asked whether to leave."""
    page.get_by_role("link", name="Details", exact=True).click()
    page.get_by_role("button", name="Leave", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()


def filters(page: Page) -> None:
    """Open the filters of a search."""
    page.goto("/search?q=ship")
    if desk.is_phone(page):
        page.get_by_role("link", name="Filters").click()
    expect(page.get_by_role("heading", name="Filters")).to_be_in_viewport()


def mistakes(page: Page) -> None:
    """Leave out what a form needs."""
    page.goto("/channels/new")
    page.locator("form.page").evaluate("form => { form.noValidate = true; }")
    page.get_by_role("button", name="Create channel").click()
    expect(page.locator('[aria-invalid="true"]').first).to_be_focused()


OVERLAYS = {
    each.__name__: each
    for each in (
        *(jump_box, shortcuts, own_menu, drawer, post_menu, editor, quote, completion, unsent),
        *(toast, leaving, filters, mistakes),
    )
}


@pytest.mark.parametrize("name", OVERLAYS)
def test_open(name: str, size: str, town: Town, window: Window, screenshot: Screenshot) -> None:
    page = window(town.ada, town.place.url)
    desk.connected(page)
    OVERLAYS[name](page)
    screenshot(page, f"open-{name.replace('_', '-')}")
    # A menu stands in the browser's top layer and is reached from its button, not by landmarks.
    found = [line for line in breaches(page) if not line.startswith("light: region: ")]
    assert not found, "\n".join(found)
    assert wider_than_the_window(page) == []
