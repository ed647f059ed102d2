"""A guest's view, the mark beside what they say, and the page that says who may what and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office
from tests.making import bring_in

Window = Callable[..., Page]
Screenshot = Callable[[Page, str], list[Path]]


def check(page: Page) -> None:
    assert breaches(page) == []
    assert wider_than_the_window(page) == []


def test_a_guest_sees_their_channel_and_its_people_and_an_admin_sees_why(
    office: Office, window: Window, screenshot: Screenshot, size: str
) -> None:
    ann, ben = office.pair(f"Ann Okafor {size}", f"Benedikt Sommer {size}")
    root = office.person(f"Root Keeper {size}", role="admin")
    guest = office.person(f"Gitte Holm {size}", role="guest", title="Surveyor")
    yard = office.channel(ann, name=f"survey {size}")
    inner = office.channel(ben, ann, name=f"inner {size}")
    office.write(ann, yard, "Welcome, the plans are here")
    office.write(ben, inner, f"Welcome, halcyon {size}")
    with office.app.app_context():
        bring_in(db.session.get_one(Channel, yard.id), db.session.get_one(Person, guest.id))

    page = window(guest, "/")
    desk.connected(page)
    screenshot(page, "guest-home")
    check(page)
    page.goto("/channels")
    expect(page.locator(".channel-row")).to_have_count(1)
    expect(page.get_by_role("link", name="New channel")).to_have_count(0)
    screenshot(page, "guest-channels")
    page.goto("/people")
    listed = page.locator("#main").get_by_role("link", name=size)
    expect(listed.filter(visible=True)).to_have_count(2)
    expect(page.get_by_role("link", name="Org chart")).to_have_count(0)
    screenshot(page, "guest-people")
    check(page)
    assert page.goto(inner.url).status == 404
    assert page.goto(f"/people/{ben.username}").status == 404
    page.goto(f"/search?q=halcyon+{size}")
    expect(page.locator("#main")).not_to_contain_text(f"Welcome, halcyon {size}")

    here = window(ann, yard.url)
    desk.connected(here)
    page.goto(yard.url)
    desk.connected(page)
    desk.say(page, "The survey begins on Monday")
    said = desk.post(desk.stream(here), "The survey begins on Monday")
    expect(said.locator(".badge-guest")).to_have_text("Guest")
    screenshot(here, "guest-marked")
    here.goto(f"{yard.url}/details")
    expect(here.locator("#members .badge-guest")).to_have_count(1)

    admin = window(root, "/admin/rights?q=" + ann.email)
    screenshot(admin, "rights-found")
    check(admin)
    admin.get_by_role("link", name=f"Why Ann Okafor {size} may this").click()
    row = admin.locator("#right-audit")
    row.get_by_label("Why: Audit").fill("Yearly review")
    row.get_by_role("button", name="Grant").click()
    expect(row).to_contain_text("Yearly review")
    expect(row).to_contain_text(f"by Root Keeper {size}")
    screenshot(admin, "rights-why")
    check(admin)
    admin.goto("/admin/rights")
    expect(admin.get_by_role("link", name=f"Ann Okafor {size}", exact=True)).to_be_visible()
    screenshot(admin, "rights")
    check(admin)
