"""What is not mine leaves my page while I look at it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.office import Office

Window = Callable[..., Page]


def test_whoever_is_removed_from_a_private_channel_sees_nothing_more(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben, kind="private")
    office.write(ada, place, "between us")
    here, there = window(ada, f"{place.url}/details"), window(ben, place.url)
    desk.connected(there)
    expect(desk.post(desk.stream(there), "between us")).to_be_visible()
    here.get_by_label(f"Role of {ben.name}").select_option("removed")
    expect(there.get_by_text("between us")).to_have_count(0)
    expect(desk.rail_row(there, place.id)).to_have_count(0)
    expect(desk.box(there)).to_have_count(0)
    assert there.request.get(f"{office.server.url}{place.url}").status == 404
    ada.write(place, "now alone")
    there.goto("/")
    expect(there.get_by_text("now alone")).to_have_count(0)


def test_an_invitation_into_a_private_channel_appears_in_the_rail(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, kind="private")
    here, there = window(ada, f"{place.url}/details"), window(ben, "/people")
    desk.connected(there)
    here.get_by_label("Add someone").fill(ben.username)
    here.locator("#invite").get_by_role("button", name="Add").click()
    expect(here.locator("#members")).to_contain_text(ben.name)
    row = desk.rail_row(there, place.id)
    expect(row).to_have_count(1)
    ada.write(place, f"welcome @{ben.username}")
    expect(row.locator(".count")).to_have_text("1")
