"""An installation where nobody is yet: from its server's link to the first colleague."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import breaches, wider_than_the_window
from tests.files.samples import image
from tests.services.server import LiveServer

pytestmark = pytest.mark.browser


def test_the_first_admin_comes_in_names_the_organisation_and_invites_somebody(
    size: str,
    make_live_server: Callable[..., LiveServer],
    open_window: Callable[..., Page],
    screenshot: Callable[[Page, str], list[Path]],
) -> None:
    server = make_live_server().start()
    link = re.search(r"http://\S+/setup/\S+", server.log.read_text())
    assert link is not None
    page = open_window(size, base_url=server.url)

    def looks_well(name: str) -> None:
        screenshot(page, name)
        assert breaches(page) == []
        assert wider_than_the_window(page) == []

    page.goto(link[0])
    looks_well("first-run")
    page.get_by_label("Your organisation").fill("Quay & Sons")
    page.get_by_label("Your name").fill("Ada Admin")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Choose a password").fill("several words in a row")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_text("1 of 7 done")).to_be_visible()
    looks_well("first-steps")

    page.get_by_role("main").get_by_role("link", name="Name and look").last.click()
    page.get_by_label("Accent colour").fill("#ffd400")
    page.get_by_label("The default colour").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The nearest colour that works is")).to_be_visible()
    page.get_by_label("Accent colour").fill("#7a1f5c")
    page.get_by_label("The default colour").uncheck()
    logo = {"name": "logo.png", "mimeType": "image/png", "buffer": image(300, 300)}
    page.locator("input[name=logo]").set_input_files([logo])  # type: ignore[list-item]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Everybody sees it with the next page they open.")).to_be_visible()
    expect(page.get_by_label("Accent colour")).to_have_value("#7a1f5c")
    accent = "getComputedStyle(document.querySelector('.btn-primary')).backgroundColor"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(accent) == "rgb(122, 31, 92)"
    looks_well("organisation")

    page.goto("/admin/people")
    page.get_by_label("E-mail").fill("ben@example.org")
    page.get_by_role("button", name="Invite", exact=True).click()
    invitation = page.get_by_label("Link of the invitation").input_value()
    other = open_window(size, base_url=server.url)
    other.goto(invitation)
    expect(other.get_by_role("heading", name="Welcome to Quay & Sons")).to_be_visible()
    page.goto(link[0])
    expect(
        page.get_by_role("heading", name="There is nothing here that you can see")
    ).to_be_visible()
    page.goto("/admin/health")
    expect(page.get_by_text("Nothing was given up")).to_be_visible()
    looks_well("health")
