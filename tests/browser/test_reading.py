"""Finding one's way through many posts: upward, into the middle, by search."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from enterprise_social.core.clock import now
from tests.browser import desk
from tests.browser.office import Colleague, Office, Place

Window = Callable[..., Page]
MANY = 130

# Adds up what moves without anybody having done anything.
WATCH_SHIFTS = """
window.__shift = 0;
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@pytest.fixture(scope="module")
def long_channel(office: Office) -> tuple[Colleague, Place, list[int]]:
    """A reader, and a channel of many posts of the last days with the posts' ids."""
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    begin = now() - timedelta(days=2)
    bodies = [f"entry {n:03}" + " of the log, with some more words" * (n % 4) for n in range(MANY)]
    ids = [
        office.write(ada if n % 7 else ben, place, body, at=begin + timedelta(minutes=9 * n))
        for n, body in enumerate(bodies)
    ]
    ben.read(place)
    return ben, place, ids


def test_older_posts_load_upward_without_a_jump(
    long_channel: tuple[Colleague, Place, list[int]], window: Window
) -> None:
    ben, place, ids = long_channel
    page = window(ben, place.url)
    stream = desk.stream(page)
    expect(desk.post(stream, "entry 129")).to_be_in_viewport()
    expect(desk.post(stream, "entry 000")).to_have_count(0)
    scroller = page.locator("#main [data-scroll]")
    for _ in range(40):
        loaded = stream.locator(".post").count()
        if loaded == MANY:
            break
        # To the upper edge of what is there; what loads above must leave the first post in place.
        scroller.evaluate("e => { e.scrollTop = -(e.scrollHeight - e.clientHeight) + 300; }")
        first = page.evaluate_handle(
            """() => {
                const upper = document.querySelector("#main [data-scroll]").getBoundingClientRect();
                return [...document.querySelectorAll("#main .post")]
                    .find(post => post.getBoundingClientRect().top > upper.top);
            }"""
        ).as_element()
        assert first is not None
        before = first.evaluate("e => e.getBoundingClientRect().top")
        page.wait_for_function(
            "loaded => document.querySelectorAll('#main .post').length > loaded", arg=loaded
        )
        assert first.evaluate("e => e.getBoundingClientRect().top") == pytest.approx(before, abs=1)
    shown = stream.locator(".post").evaluate_all("all => all.map(e => Number(e.dataset.post))")
    assert shown == ids
    days = stream.locator(".day").evaluate_all("all => all.map(e => e.dataset.day)")
    assert days == sorted(set(days))
    expect(page.get_by_text(f"This is the start of {place.name}")).to_have_count(1)


def test_a_permalink_opens_in_the_middle_and_reads_on_downward(
    long_channel: tuple[Colleague, Place, list[int]], window: Window
) -> None:
    ben, place, ids = long_channel
    page = window(ben, f"{place.url}?at={ids[60]}#at")
    stream = desk.stream(page)
    wanted = stream.locator(f'[data-post="{ids[60]}"]')
    expect(wanted).to_be_in_viewport(ratio=1)
    expect(wanted).to_have_class(re.compile(r"\bis-target\b"))
    for number in (59, 61):
        expect(stream.locator(f'[data-post="{ids[number]}"]')).to_be_in_viewport()
    expect(stream.locator(f'[data-post="{ids[-1]}"]')).to_have_count(0)
    scroller = page.locator("#main [data-scroll]")
    last = stream.locator(f'[data-post="{ids[-1]}"]')
    for _ in range(20):
        if last.count():
            break
        loaded = stream.locator(".post").count()
        scroller.evaluate("e => { e.scrollTop = 0; }")
        page.wait_for_function(
            "loaded => document.querySelectorAll('#main .post').length > loaded", arg=loaded
        )
    scroller.evaluate("e => { e.scrollTop = 0; }")
    expect(last).to_be_in_viewport()


def test_a_post_is_found_and_opened_in_its_place(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    for number in range(30):
        office.write(ada, place, f"before it {number}")
    writer = window(ada, place.url)
    word = f"turbine{place.id}"
    desk.say(writer, f"The **{word}** of berth nine needs grease")
    expect(desk.post(desk.stream(writer), f"{word} of berth nine")).to_be_visible()
    for number in range(30):
        office.write(ben, place, f"after it {number}")
    page = window(ben, "/")
    if desk.is_phone(page):
        page.get_by_role("main").get_by_role("link", name="Search").click()
        field = page.get_by_role("main").get_by_role("searchbox", name="Search")
    else:
        page.get_by_role("searchbox", name="Search").first.click()
        field = page.get_by_role("combobox", name=re.compile("Jump to"))
    field.fill(f"{word} grease")
    field.press("Enter" if desk.is_phone(page) else "Shift+Enter")
    hit = page.locator("[data-post-hit]").filter(has_text=f"{word} of berth nine")
    expect(hit).to_have_count(1)
    expect(hit.locator("mark").first).to_have_text(re.compile(f"{word}|grease"))
    hit.click()
    expect(page).to_have_url(re.compile(rf"{place.url}\?at=\d+#at$"))
    found = desk.post(desk.stream(page), f"{word} of berth nine")
    expect(found).to_be_in_viewport(ratio=1)
    expect(desk.post(desk.stream(page), "before it 29")).to_be_in_viewport()
    expect(desk.post(desk.stream(page), "after it 0")).to_be_in_viewport()
    page.go_back()
    expect(page.locator("[data-post-hit]").filter(has_text=f"{word} of berth nine")).to_be_visible()


class LateScripts:
    """Scripts that come only when the page is drawn already, as they do on a slow line."""

    def __init__(self, page: Page) -> None:
        """Hold back the scripts of every page that is opened in the window."""
        self._page = page
        self._held: list[Route] = []
        self._drawn = False
        page.route("**/*.js", self._asked)

    def _asked(self, route: Route) -> None:
        if self._drawn:
            route.continue_()
        else:
            self._held.append(route)

    def open(self, path: str) -> None:
        """Open a page, and let its scripts go once it is drawn."""
        self._drawn = False
        self._page.goto(path, wait_until="commit")
        self._page.wait_for_function(
            "() => performance.getEntriesByName('first-contentful-paint').length"
        )
        self._page.wait_for_function("() => document.getElementById('viewer')")
        self._drawn = True
        for route in self._held:
            route.continue_()
        self._held.clear()


def shifted(page: Page, scripts: LateScripts, path: str) -> float:
    """Open a page and return by how much it moved while it was made ready."""
    scripts.open(path)
    desk.connected(page)
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return float(page.evaluate("() => window.__shift"))


def test_nothing_shifts_when_a_channel_opens(
    long_channel: tuple[Colleague, Place, list[int]], window: Window
) -> None:
    ben, place, ids = long_channel
    page = window(ben, "/people", reuse=False)
    page.context.add_init_script(WATCH_SHIFTS)
    scripts = LateScripts(page)
    for path in (place.url, f"{place.url}?at={ids[60]}#at", "/", "/channels", "/search?q=log"):
        assert shifted(page, scripts, path) < 0.02, path
    if not desk.is_phone(page):
        page.get_by_role("button", name="Fold the sidebar").click()
        assert shifted(page, scripts, "/search?q=log") < 0.02, "with the sidebar folded"
        expect(page.get_by_role("button", name="Unfold the sidebar")).to_be_visible()
        page.get_by_role("button", name="Unfold the sidebar").click()
        expect(desk.rail_row(page, place.id)).to_be_in_viewport()
    # The same when the rail or a list leads there without a new document.
    page.goto("/channels")
    page.evaluate("() => { window.__shift = 0; }")
    page.locator("#main").get_by_role("link", name=place.name, exact=False).first.click()
    expect(desk.post(desk.stream(page), "entry 129")).to_be_in_viewport()
    assert page.evaluate("() => window.__shift") < 0.02
