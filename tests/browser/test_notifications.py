"""The bell on every device, the page behind it, and choosing what rings it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office

Window = Callable[..., Page]


def rings(page: Page, count: int) -> None:
    """Wait until the bell says how many are unread."""
    place = page.locator(".bottom" if desk.is_phone(page) else "#rail").locator("[data-bell-count]")
    expect(place).to_have_text(str(count) if count else "")
    if count:
        expect(page).to_have_title(re.compile(rf"^\({count}\) "))
    else:
        expect(page).not_to_have_title(re.compile(r"^\("))


def test_a_mention_rings_on_both_devices_and_reading_it_on_one_ends_it_on_the_other(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    desktop = window(ben, "/notifications")
    phone = desktop.context.new_page()
    phone.goto(f"{office.server.url}/people")
    for page in (desktop, phone):
        desk.connected(page)
        rings(page, 1)
    root = ben.write(place, "Who has the key?")
    ada.write(place, "Not me", parent_id=root)
    mention = ada.write(place, f"@{ben.username} have you seen it?")
    for page in (desktop, phone):
        rings(page, 3)
    lines = desktop.locator(".note.is-new")
    expect(lines).to_have_count(3)
    first = lines.filter(has_text="mentioned you in")
    expect(first).to_contain_text("have you seen it?")
    first.get_by_text("Why did I get this?").click()
    expect(first).to_contain_text("Your name was mentioned")
    assert breaches(desktop) == []
    assert wider_than_the_window(desktop) == []
    # One by one, at the other device too; then back again.
    first.get_by_role("button", name="Mark as read").click()
    rings(phone, 2)
    desktop.get_by_role("button", name="Mark all read").click()
    rings(phone, 0)
    expect(desktop.locator(".note.is-new")).to_have_count(0)
    desktop.get_by_role("button", name="Undo").click()
    rings(phone, 2)
    # Opened is read, here and there.
    desktop.get_by_role("link", name=re.compile("replied to your post")).click()
    expect(desktop).to_have_url(re.compile(r"/posts/\d+"))
    rings(phone, 1)
    # What comes while one reads the thread is read at once.
    desk.connected(desktop)
    ada.write(place, "Look in the hall", parent_id=root)
    expect(desk.post(desk.thread(desktop), "Look in the hall")).to_be_visible()
    rings(phone, 1)
    desktop.goto(f"{office.server.url}{place.url}?at={mention}")
    expect(desk.post(desk.stream(desktop), "have you seen it?")).to_be_in_viewport()


def test_what_reaches_one_is_chosen_and_kept(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    root = office.write(ada, place, "Plan")
    page = window(ben, "/settings/notifications")
    desk.connected(page)
    push = page.get_by_label("Someone mentions me: Push")
    with page.expect_response("**/settings/notifications"):
        page.get_by_label("Someone mentions me: In app").uncheck()
    expect(page.locator("#saved")).to_be_visible()
    expect(push).to_be_disabled()
    expect(push).not_to_be_checked()
    with page.expect_response("**/settings/notifications"):
        page.get_by_label("My own hours").check()
    with page.expect_response("**/settings/notifications"):
        page.get_by_label("from", exact=True).fill("21:30")
        page.get_by_label("from", exact=True).blur()
    expect(page.get_by_label("Critical: Push")).to_be_disabled()
    assert breaches(page) == []
    assert wider_than_the_window(page) == []
    page.reload()
    expect(page.get_by_label("Someone mentions me: In app")).not_to_be_checked()
    expect(page.get_by_label("from", exact=True)).to_have_value("21:30")
    page.goto(f"{office.server.url}/posts/{root}")
    follow = page.get_by_role("button", name="Follow this thread")
    expect(follow).to_have_attribute("aria-pressed", "false")
    follow.click()
    expect(follow).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#toasts")).to_contain_text("You hear of replies")
    desk.connected(page)
    assert breaches(page) == []
    page.goto(f"{office.server.url}/people")
    desk.connected(page)
    before = ben.call("GET", "/notifications/counts")["threads"]
    ada.write(place, "Begin", parent_id=root)
    rings(page, before + 2)


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_behind_other_windows_one_tab_speaks_for_all(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    ben.call("PATCH", "/me/notification-settings", quiet_hours={"mode": "none"})
    first = window(ben, "/people", reuse=False)
    first.context.add_init_script(
        """try { localStorage.setItem("desktop-notices", "true"); } catch { /* an empty page */ }
        window.shown = [];
        window.Notification = class extends EventTarget {
            static permission = "granted";
            constructor(title, options) { super(); window.shown.push([title, options]); }
        };
        window.behind = is => {
            Object.defineProperty(document, "hidden", {get: () => is, configurable: true});
            document.dispatchEvent(new Event("visibilitychange"));
        };"""
    )
    first.reload()
    second = first.context.new_page()
    second.goto(f"{office.server.url}/people")
    for page in (first, second):
        desk.connected(page)
        rings(page, 1)
    first.evaluate("behind(true)")
    ada.write(place, f"@{ben.username} seen in the other tab")
    rings(first, 2)
    second.evaluate("behind(true)")
    ada.write(place, f"@{ben.username} the crane stands still")
    for page in (first, second):
        rings(page, 3)
        expect(page.locator('link[rel="icon"]')).to_have_attribute("href", re.compile("^data:"))
    first.wait_for_timeout(1000)  # for what must not come
    shown = [*first.evaluate("shown"), *second.evaluate("shown")]
    assert [(title, each["body"]) for title, each in shown] == [
        (f"Ada Berg mentioned you in #{place.slug}", "@Ben Ito the crane stands still")
    ]
    for page in (first, second):
        page.evaluate("behind(false)")
        expect(page.locator('link[rel="icon"]')).to_have_attribute("href", re.compile(r"icon\.svg"))
