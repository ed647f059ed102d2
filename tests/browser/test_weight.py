"""How much comes over the wire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import desk
from tests.browser.office import Office

Window = Callable[..., Page]
KILOBYTE = 1024
PAGE_OF_50 = 120 * KILOBYTE
PARTS = {"Script", "Stylesheet", "Font"}
FIRST_LOAD = 250 * KILOBYTE


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_channel_of_fifty_posts_and_the_first_load(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    body = "Box **MSKU 4471** is on 3, @{} look: `crane 2`, [plan](https://example.org)\n\n- one\n"
    for number in range(50):
        office.write(ada if number % 3 else ben, place, body.format(ben.username))
    page = window(None, "about:blank")
    weights: dict[str, tuple[str, int]] = {}
    kinds: dict[str, tuple[str, str]] = {}
    debugger = page.context.new_cdp_session(page)
    debugger.send("Network.enable")

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = (event["type"], event["response"]["url"])

    def finished(event: dict[str, Any]) -> None:
        kind, url = kinds[event["requestId"]]
        # From the second page on it comes from the browser's own cache, with no bytes.
        size = int(event["encodedDataLength"])
        if size >= weights.get(url, (kind, 0))[1]:
            weights[url] = (kind, size)

    debugger.on("Network.responseReceived", answered)
    debugger.on("Network.loadingFinished", finished)
    page.goto("/login")
    page.get_by_label("E-mail").fill(ben.email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    # The next address would cut off what is still under way.
    page.wait_for_url(lambda url: "/login" not in url, wait_until="networkidle")
    page.goto(place.url, wait_until="networkidle")
    desk.connected(page)
    html = page.request.get(place.url, headers={"Accept-Encoding": "identity"}).body()
    assert html.count(b"data-post=") == 50
    assert len(html) <= PAGE_OF_50
    parts = {url: size for url, (kind, size) in weights.items() if kind in PARTS}
    # The page's own parts are all among them, and none was told to be empty.
    assert any("app.js" in url for url in parts)
    assert any("tokens.css" in url for url in parts)
    assert all(size > 0 for size in parts.values()), parts
    assert sum(parts.values()) <= FIRST_LOAD, parts
