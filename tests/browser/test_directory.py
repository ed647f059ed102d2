"""The directory and skills in the browser: somebody is found by what they can, and misspelt."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office

pytestmark = pytest.mark.parametrize("size", ["desktop"], indirect=True)
Window = Callable[..., Page]
Screenshot = Callable[[Page, str], list[Path]]
COLLEAGUES = {
    "Tomasz Wróbel": ("Crane driver", "Terminals", "Gdańsk"),
    "Amara Okonkwo": ("Head of Road Operations", "Road", "Felixstowe"),
    "Deniz Aydın": ("Head of Fleet Planning", "Planning", "İzmir"),
    "Sara Кузнецова": ("Lawyer", "Law", "Rotterdam"),
    "Kofi Mensah": ("Crane technician", "Terminals", "Felixstowe"),
}


def test_a_colleague_is_found_by_skill_and_by_a_misspelt_name(
    own_office: Office, window: Window, screenshot: Screenshot
) -> None:
    office, url = own_office, own_office.server.url
    people = {
        name: office.person(name, title=title, department=department, location=location)
        for name, (title, department, location) in COLLEAGUES.items()
    }
    tomasz, amara = people["Tomasz Wróbel"], people["Amara Okonkwo"]
    people["Kofi Mensah"].call("PUT", "/me/skills", skills=["Crane repair"])
    root = office.person("Root Admin", role="admin")

    # He says what he can; a word that is known is suggested.
    mine = window(tomasz, "/settings/skills", url=url)
    desk.connected(mine)
    box = mine.get_by_label("Add a skill")
    box.press_sequentially("crane")
    expect(mine.get_by_role("option", name=re.compile("Crane repair"))).to_be_visible()
    box.press("Enter")
    expect(box).to_have_value("Crane repair")
    mine.get_by_role("button", name="Add").click()
    expect(mine.get_by_role("list", name="Your skills")).to_contain_text("Crane repair")
    screenshot(mine, "skills-own")
    assert breaches(mine) == []

    for size in ("desktop", "phone"):
        page = window(amara, "/people", url=url, size=size)
        desk.connected(page)
        shown = page.locator("#main").get_by_role("link", name=re.compile("Tomasz Wróbel"))
        others = page.locator("#main").get_by_role("link", name=re.compile("Deniz Aydın"))
        mark = desk.same_page(page)
        expect(others).to_be_visible()
        screenshot(page, "directory")
        # While she types, the list follows; misspelt, it says so.
        page.get_by_label("Find someone").press_sequentially("worbel")
        expect(shown).to_be_visible()
        expect(others).to_be_hidden()
        expect(page.get_by_role("status").filter(has_text="Close to")).to_be_visible()
        page.get_by_label("Find someone").fill("kuznetsova")
        expect(page.get_by_role("link", name=re.compile("Sara"))).to_be_visible()
        page.get_by_label("Find someone").fill("")
        expect(others).to_be_visible()
        page.get_by_label("Any skill").select_option("Crane repair")
        expect(others).to_be_hidden()
        expect(shown).to_be_visible()
        expect(page.get_by_role("status").filter(has_text="2 people")).to_be_visible()
        assert breaches(page) == []
        assert wider_than_the_window(page) == []
        page.get_by_role("link", name="Cards").click()
        expect(page.locator(".person-card")).to_have_count(2)
        screenshot(page, "directory-cards")
        assert breaches(page) == []
        assert wider_than_the_window(page) == []
        page.get_by_role("link", name="Tomasz Wróbel").click()
        expect(page.get_by_role("heading", name="Tomasz Wróbel")).to_be_visible()
        desk.not_reloaded(page, mark)
        if size == "desktop":
            page.get_by_text("Vouch for this").click()
            page.get_by_label("Why you vouch for Crane repair").fill("Had ours back in an hour")
            page.get_by_role("button", name="Vouch", exact=True).click()
        expect(page.get_by_text("Had ours back in an hour")).to_be_visible()
        expect(page.get_by_role("link", name=re.compile("1 colleague"))).to_be_visible()
        screenshot(page, "skills")
        assert breaches(page) == []
        page.get_by_role("link", name=re.compile("1 colleague")).click()
        expect(page.get_by_role("list", name="Words of colleagues")).to_contain_text("Amara")
        screenshot(page, "skill")
        assert breaches(page) == []
        # The look is remembered.
        page.goto("/people?q=lna+qqqq")
        expect(page.get_by_text("Nobody matches")).to_be_visible()
        page.goto("/people")
        expect(page.locator(".person-card").first).to_be_visible()
        page.close()

    # An admin makes two words one.
    tomasz.call("PUT", "/me/skills", skills=["Crane repair", "Mending cranes"])
    admin = window(root, "/admin", url=url)
    admin.get_by_role("navigation", name="Administration").get_by_text("Skills").click()
    screenshot(admin, "admin-skills")
    admin.get_by_role("link", name=re.compile("Mending cranes")).click()
    admin.get_by_label("Merge into").fill("Crane repair")
    expect(admin.get_by_role("option", name=re.compile("Crane repair"))).to_be_visible()
    admin.get_by_label("Merge into").press("Escape")
    assert breaches(admin) == []
    screenshot(admin, "admin-skill")
    admin.get_by_role("button", name="Merge", exact=True).click()
    expect(admin.get_by_role("heading", name="Crane repair")).to_be_visible()
    expect(admin.get_by_text("also: Mending cranes")).to_be_visible()
    mine.goto(f"/people/{tomasz.username}")
    expect(mine.locator(".skill-list > li")).to_have_count(1)
