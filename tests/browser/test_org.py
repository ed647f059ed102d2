"""The org chart in the browser: walked by keys alone, with fingers, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from enterprise_social.core.db import db
from enterprise_social.people.actions import update_person
from enterprise_social.people.models import Person
from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Colleague, Office

Window = Callable[..., Page]
Screenshot = Callable[[Page, str], list[Path]]


@pytest.fixture
def people(office: Office) -> dict[str, Colleague]:
    """A chief, two heads with their own people, one of whom is Maren."""
    made: dict[str, Colleague] = {}

    def hire(name: str, manager: str = "", **facts: str) -> None:
        made[name] = office.person(name, **facts)
        if manager:
            with office.app.app_context():
                person = db.session.get_one(Person, made[name].id)
                update_person(None, person, manager_id=made[manager].id)

    hire("Ingrid Solheim", title="Chief executive", department="Board")
    hire("Joost van der Meer", "Ingrid Solheim", title="Head of Terminals", department="Terminals")
    hire("Amara Okonkwo", "Ingrid Solheim", title="Head of Road", department="Road")
    hire("Maren Visser", "Joost van der Meer", title="Duty manager", department="Terminals")
    hire("Tomasz Wróbel", "Joost van der Meer", title="Manager, Gdańsk", department="Terminals")
    hire("Lan Nguyễn", "Maren Visser", title="Data steward", department="Technology")
    for number in range(7):
        hire(f"Driver {number}", "Amara Okonkwo", title="Driver", department="Road")
    hire("Quill Loader", "Driver 3", title="Loader")
    return made


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("treeitem", name=re.compile(f"^{name}"))


def test_the_chart_is_walked_by_keys_alone(
    people: dict[str, Colleague], window: Window, screenshot: Screenshot
) -> None:
    page = window(people["Maren Visser"], "/people/org")
    desk.connected(page)
    screenshot(page, "org")
    maren = item(page, "Maren Visser")
    expect(maren).to_have_attribute("aria-level", "3")
    expect(maren).to_have_attribute("aria-expanded", "true")
    maren.focus()
    page.keyboard.press("ArrowRight")
    expect(item(page, "Lan Nguyễn")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(maren).to_have_attribute("aria-expanded", "false")
    expect(item(page, "Lan Nguyễn")).to_be_hidden()
    page.keyboard.press("Home")
    expect(item(page, "Ingrid Solheim")).to_be_focused()
    page.keyboard.press("End")
    other = item(page, "and 1 other")
    expect(other).to_be_focused()
    page.keyboard.press("Enter")
    amara = item(page, "Amara Okonkwo")
    expect(amara).to_be_focused()
    expect(amara).to_have_attribute("aria-setsize", "2")
    page.keyboard.press("ArrowRight")
    expect(amara).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    driver = item(page, "Driver 3")
    expect(driver).to_be_focused()  # who leads others stands first
    expect(driver).to_have_attribute("aria-level", "3")
    page.keyboard.type("driver 5")
    expect(item(page, "Driver 5")).to_be_focused()
    screenshot(page, "org-open")
    assert breaches(page) == []
    assert wider_than_the_window(page) == []
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")  # the name is over
    page.keyboard.press("-")
    expect(page.get_by_role("tree")).to_have_class(re.compile("zoom-90"))
    page.keyboard.press("0")
    page.keyboard.press("Shift+Enter")
    page.wait_for_url(f"**/people/org?around={people['Driver 5'].username}")
    here = page.get_by_role("treeitem", name=re.compile("^Driver 5"))
    expect(here).to_have_attribute("aria-current", "true")
    here.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Driver 5")).to_be_visible()
    page.get_by_role("link", name="Org chart").click()
    expect(page.get_by_role("tree")).to_be_visible()


def test_the_chart_opens_by_pointer_and_jumps_by_name(
    people: dict[str, Colleague], window: Window
) -> None:
    page = window(people["Ingrid Solheim"], "/people/org")
    desk.connected(page)
    toggle = item(page, "Amara Okonkwo").get_by_text("7 reports")
    toggle.click()
    expect(item(page, "Driver 6")).to_be_visible()
    toggle.click()
    expect(item(page, "Driver 6")).to_be_hidden()
    page.get_by_label("Jump to a person").last.fill(f"@{people['Quill Loader'].username}")
    page.keyboard.press("Enter")
    expect(item(page, "Quill Loader")).to_be_visible()
    page.get_by_role("link", name="List", exact=True).click()
    expect(page.get_by_role("link", name="Quill Loader")).to_be_visible()
    expect(page.get_by_role("tree")).to_have_count(0)
    assert breaches(page) == []


def test_the_chart_is_links_without_scripts(people: dict[str, Colleague], window: Window) -> None:
    page = window(people["Maren Visser"], "/people/org", java_script_enabled=False)
    page.get_by_role("link", name="Chart around Ingrid Solheim").click()
    page.get_by_role("link", name="Chart around Amara Okonkwo").click()
    expect(page.get_by_role("link", name="Driver 6", exact=True)).to_be_visible()
