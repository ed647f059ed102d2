"""An export with two admins in the browser, one's own data, and the page before erasing."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office


def test_an_export_with_two_admins(
    office: Office,
    window: Callable[..., Page],
    screenshot: Callable[[Page, str], list[Path]],
    size: str,
) -> None:
    asks, agrees = (office.person(f"{name} Admin", role="admin") for name in ("Vera", "Boris"))
    author = office.person("Ben Ito")
    place = office.channel(author, name=f"Export {size}")
    author.write(place, "what the lawyer asked for")

    def sound(page: Page, name: str) -> None:
        screenshot(page, name)
        assert breaches(page) == []
        assert wider_than_the_window(page) == []

    first = window(asks, "/admin/exports")
    first.get_by_role("link", name="Ask for an export").click()
    form = first.get_by_role("main")
    form.get_by_label("What it is for").fill("Case 12/2026")
    form.get_by_label("Channels", exact=True).fill("nothing of that name")
    form.get_by_role("button", name="Ask for it").click()
    expect(form.get_by_text("Nobody and nothing is called nothing of that name.")).to_be_visible()
    sound(first, "export-new")
    form.get_by_label("Channels", exact=True).fill(place.name)
    form.get_by_role("button", name="Ask for it").click()
    expect(first.get_by_text("It waits for somebody else")).to_be_visible()
    expect(first.get_by_role("button", name="Agree")).to_have_count(0)

    second = window(agrees, "/admin/exports")
    sound(second, "exports")
    second.get_by_role("link", name="Case 12/2026").first.click()
    sound(second, "export-decision")
    second.get_by_role("button", name="Agree").click()
    expect(second.get_by_role("button", name="Agree")).to_have_count(0)
    for page in (second, first):
        page.reload()
        button = page.get_by_role("button", name="Download")
        expect(button).to_be_visible(timeout=20_000)
        with page.expect_download() as download:
            button.click()
        with zipfile.ZipFile(download.value.path()) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            assert (manifest["reason"], manifest["counts"]["posts"]) == ("Case 12/2026", 1)
    sound(second, "export-ready")

    mine = window(author, "/settings/data")
    mine.get_by_role("button", name="Gather my data").click()
    expect(mine.get_by_role("button", name="Download")).to_be_visible(timeout=20_000)
    sound(mine, "own-data")

    second.goto(f"/admin/people/{author.id}/erasure")
    expect(second.get_by_role("heading", name="Erase Ben Ito")).to_be_visible()
    sound(second, "erasure")
    second.get_by_label("To be sure, write their username").fill(author.username)
    second.get_by_role("button", name="Erase for good").click()
    expect(second.get_by_text("Nothing of this person is left here")).to_be_visible(timeout=30_000)
    sound(second, "erased")
    first.goto(place.url)
    expect(first.get_by_text("Former colleague").first).to_be_visible()
