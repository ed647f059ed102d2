"""Sign-on by the organisation's provider, in a browser: in, out, and out by the provider."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.services.openid import OpenIdProvider
from tests.services.server import LiveServer


def come_in(page: Page, *, known: bool = False) -> None:
    page.get_by_role("link", name="Sign in with North Quay").click()
    if not known:
        page.get_by_label("Name").fill("ada")
        page.get_by_role("button", name="Continue").click()


def sign_out(page: Page) -> None:
    if desk.is_phone(page):
        page.get_by_role("link", name="Open the menu").click()
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("menuitem", name="Sign out").click()


def test_signing_in_and_out_by_the_provider(
    make_live_server: Callable[..., LiveServer],
    open_window: Callable[..., Page],
    tmp_path: Path,
) -> None:
    server = make_live_server()
    provider = OpenIdProvider(tmp_path, server.url).start()
    server.start(**provider.settings())
    server.create_person("ada@northquay.example", "Ada Lindqvist", "admin")
    try:
        for size in ("desktop", "phone"):
            page = open_window(size, base_url=server.url, reuse=False)
            page.goto("/people?q=lindqvist")
            assert breaches(page) == []
            come_in(page)
            expect(page).to_have_url(f"{server.url}/people?q=lindqvist")
            expect(page.get_by_role("link", name="Ada Lindqvist").first).to_be_visible()
            page.goto("/admin/sign-on")
            assert breaches(page) + wider_than_the_window(page) == []
            desk.connected(page)
            sign_out(page)
            expect(page.get_by_role("heading", name="Sign out here?")).to_be_visible()
            page.get_by_role("button", name="Yes, sign me out").click()
            expect(page).to_have_url(re.compile(f"{server.url}/login"))
            come_in(page)
            expect(page.locator("#rail")).to_be_attached()  # and no more the provider's page
            desk.connected(page)
            elsewhere = page.context.new_page()
            elsewhere.goto(f"{provider.issuer}/session/end")
            elsewhere.get_by_role("button", name="Yes, sign me out").click()
            # Nobody touched this page: the provider told the server, which closed its socket.
            expect(page).to_have_url(re.compile("/login"))
    finally:
        provider.stop()
