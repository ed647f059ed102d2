"""Every page, at both sizes, light and dark: access for all, no errors, and a picture of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.browser import desk
from tests.browser.axe import SCRIPT, breaches, wider_than_the_window
from tests.browser.conftest import session_cookie
from tests.browser.town import Town
from tests.services.browser import SIZES

Screenshot = Callable[[Page, str], list[Path]]
Tab = Callable[[str], Page]

PAGES = {
    "home": "/",
    "channels": "/channels",
    "channels-nothing-found": "/channels?q=qqqqqq",
    "channel-new": "/channels/new",
    "channel": "{place}",
    "channel-thread": "{place}?thread={root}",
    "channel-details": "{place}?details=1",
    "channel-details-page": "{place}/details",
    "channel-settings": "{place}/settings",
    "channel-private": "{private}",
    "channel-empty": "{empty}",
    "channel-at": "{place}?at={root}#at",
    "thread": "/posts/{root}",
    "post-actions": "/posts/{edited}/actions",
    "post-edit": "/posts/{edited}/edit",
    "post-revisions": "/posts/{edited}/revisions",
    "post-delete": "/posts/{edited}/delete",
    "notifications": "/notifications",
    "notifications-none": "/notifications?show=announcements&unread=1",
    "settings-notifications": "/settings/notifications",
    "messages": "/messages",
    "messages-nothing-found": "/messages?q=qqqqqq",
    "conversation": "{pair}",
    "conversation-details": "{pair}?details=1",
    "conversation-group": "{group}?details=1",
    "conversation-new": "/messages/new",
    "conversation-new-chosen": "/messages/new?with={ben_id}&with={cleo_id}&q=a",
    "people": "/people",
    "people-nothing-found": "/people?q=qqqqqq",
    "org": "/people/org?around={ben}",
    "org-top": "/people/org?top=1",
    "org-list": "/people/org?top=1&view=list",
    "org-nobody": "/people/org?q=qqqqqq",
    "person": "/people/{ben}",
    "own-profile": "/people/{ada}",
    "search-empty": "/search",
    "search": "/search?q=ship",
    "search-nothing-found": "/search?q=qqqqqq+from%3Anobody",
    "announcements": "/announcements",
    "announcements-sent": "/announcements?show=sent",
    "announcement": "/announcements/{told}",
    "announcement-board": "/announcements/{told}/board",
    "announcement-calls": "/announcements/{told}/board/calls",
    "announcement-new": "/announcements/new",
    "settings-delegates": "/settings/delegates",
    "admin-announcements": "/admin/announcements",
    "settings-profile": "/settings",
    "settings-photo": "/settings/photo",
    "settings-skills": "/settings/skills",
    "settings-status": "/settings/status",
    "settings-password": "/settings/password",
    "settings-security": "/settings/security",
    "settings-security-app": "/settings/security/app",
    "settings-sessions": "/settings/sessions",
    "settings-tokens": "/settings/tokens",
    "admin": "/admin/people",
    "admin-security": "/admin/security",
    "admin-account": "/admin/people/{ben_id}/security",
    "api": "/api/v1/docs",
}
# Without the frame, before or instead of it.
BARE = {
    "login": "/login",
    "login-next": "/login?next=/people",
    "reset-request": "/password-resets",
    "reset-gone": "/password-resets/nothing-known",
    "invitation-gone": "/invitations/nothing-known",
}


@pytest.fixture(scope="module")
def tabs(browser: Browser, town: Town) -> Iterator[Callable[..., Page]]:
    """``tabs(size, person)``: a tab that one test after the other uses, with what it complained of.

    The complaints are in ``page.complaints``.
    """
    opened: dict[tuple[str, bool], Page] = {}

    def tab(size: str, known: bool) -> Page:
        if (size, known) not in opened:
            url = town.office.server.url
            context = browser.new_context(**SIZES[size], locale="en-GB", base_url=url)
            context.set_default_timeout(20_000)
            context.add_init_script(path=SCRIPT)
            if known:
                context.add_cookies([session_cookie(url, town.ada.cookie)])  # type: ignore[list-item]
            opened[size, known] = context.new_page()
        return opened[size, known]

    yield tab
    for page in opened.values():
        page.context.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console said during the test."""
    return []


def look(page: Page, path: str, name: str, complaints: list[str], screenshot: Screenshot) -> None:
    """Open a page and check what holds on every page."""

    def heard(message: ConsoleMessage) -> None:
        refused = "Failed to load resource" in message.text and message.location["url"] == page.url
        if message.type in ("error", "warning") and not refused:
            complaints.append(message.text)

    page.on("console", heard)
    page.on("pageerror", lambda error: complaints.append(f"{error}"))
    page.goto(path)
    if page.locator("#rail").count():
        desk.connected(page)
    screenshot(page, name)
    found = breaches(page)
    assert not found, "\n".join(found)
    viewport = page.viewport_size
    assert viewport is not None
    if desk.is_phone(page):
        page.set_viewport_size({"width": 360, "height": viewport["height"]})
    assert wider_than_the_window(page) == []
    page.set_viewport_size(viewport)
    page.remove_listener("console", heard)
    assert complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_page(
    name: str,
    size: str,
    tabs: Callable[..., Page],
    town: Town,
    complaints: list[str],
    screenshot: Screenshot,
) -> None:
    look(tabs(size, True), PAGES[name].format(**town.at), name, complaints, screenshot)


@pytest.mark.parametrize("name", BARE)
def test_page_before_signing_in(
    name: str,
    size: str,
    tabs: Callable[..., Page],
    complaints: list[str],
    screenshot: Screenshot,
) -> None:
    page = tabs(size, False)
    answers: list[int] = []
    page.once("response", lambda answer: answers.append(answer.status))
    look(page, BARE[name], name, complaints, screenshot)
