"""What people do on a page, told the way they would tell it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect


def is_phone(page: Page) -> bool:
    """Whether the window is as narrow as a phone."""
    viewport = page.viewport_size
    return bool(viewport and viewport["width"] < 600)


def stream(page: Page) -> Locator:
    """The channel's stream of posts."""
    return page.locator("#main [data-stream]")


def thread(page: Page) -> Locator:
    """The thread that is open beside the channel or as its own page."""
    return page.locator("[data-thread-view]")


def box(place: Page | Locator, name: str = "") -> Locator:
    """The message box of a view; ``name`` starts its label."""
    return place.get_by_role("textbox", name=re.compile(f"^{name or '(Message|Reply)'}"))


def post(place: Page | Locator, text: str) -> Locator:
    """The post that says ``text``, once the server has it."""
    return place.locator(".post[data-post]:not([hidden])").filter(has_text=text)


def connected(page: Page, wanted: bool = True) -> None:
    """Wait until the page hears of live changes, or until it has noticed that it doesn't."""
    page.evaluate(
        """async wanted => {
            const live = await import("es/core/live.js");
            const end = Date.now() + 10000;
            while (live.isConnected() !== wanted) {
                if (Date.now() > end) throw new Error(`connected is not ${wanted}`);
                await new Promise(done => setTimeout(done, 20));
            }
        }""",
        wanted,
    )


def say(page: Page, text: str, place: Page | Locator | None = None) -> None:
    """Write into the message box and send it by the button."""
    view = place if place is not None else page.locator("#main")
    box(view).fill(text)
    view.get_by_role("button", name="Send").click()


def choose(page: Page, which: Locator, action: str) -> None:
    """Choose an action of a post's menu, as the hand at this size does it."""
    if is_phone(page):
        which.locator(".post-more").click()
    else:
        which.hover()
        which.get_by_role("toolbar").get_by_role("button", name="More").click()
    menu = page.locator("#post-menu")
    expect(menu).to_be_visible()
    menu.get_by_role("menuitem", name=action, exact=True).click()


def open_thread(page: Page, which: Locator) -> Locator:
    """Open a post's thread and return it."""
    if is_phone(page):
        choose(page, which, "Reply in thread")
    else:
        which.hover()
        which.get_by_role("button", name="Reply in thread").click()
    found = thread(page)
    expect(found).to_be_visible()
    return found


def rail_row(page: Page, channel_id: int) -> Locator:
    """The channel's line in the rail (on a phone it is there, in the drawer)."""
    return page.locator(f'#rail [data-rail-channel="{channel_id}"]')


def same_page(page: Page) -> Any:
    """Mark the document, to find out later that it was not loaded anew."""
    return page.evaluate("() => { window.__mark = Math.random(); return window.__mark; }")


def not_reloaded(page: Page, mark: Any) -> None:
    """Fail where the document was loaded anew since ``same_page``."""
    assert page.evaluate("() => window.__mark") == mark


def top(element: Locator) -> float:
    """Where an element begins, in pixels from the window's upper edge."""
    return float(element.evaluate("e => e.getBoundingClientRect().top"))
