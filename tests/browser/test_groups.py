"""A group by rule in the browser: made in rows, called in a channel, and let into another."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office

Window = Callable[..., Page]
Screenshot = Callable[[Page, str], list[Path]]


def check(page: Page) -> None:
    assert breaches(page) == []
    assert wider_than_the_window(page) == []


def test_a_group_is_made_by_a_rule_called_and_fills_a_channel(
    office: Office, window: Window, screenshot: Screenshot, size: str
) -> None:
    crew = f"Quay {size}"
    boss = office.person("Maren Visser", role="manager", department="Board")
    lan = office.person("Lan Nguyễn", department=crew, location="Lyon")
    office.person("Tomasz Wróbel", department=crew, location="Gdańsk")
    place = office.channel(boss, lan)

    page = window(boss, "/people/groups")
    desk.connected(page)
    page.get_by_role("link", name="New group").first.click()
    page.get_by_label("Name", exact=True).fill(f"Night {size}")
    page.get_by_text("Whoever a rule finds").click()
    rows = page.locator(".rule-row")
    rows.nth(0).get_by_label("Value").fill(crew.lower())
    preview = page.locator("[data-rule-preview]")
    expect(preview).to_contain_text("2 people would be in it now")
    rows.nth(1).get_by_label("Field").select_option("location")
    rows.nth(1).get_by_label("Value").fill("lyon")
    expect(preview).to_contain_text("1 person would be in it now")
    expect(preview).to_contain_text("Lan Nguyễn")
    screenshot(page, "group-new")
    check(page)
    page.get_by_role("button", name="Write it as text").click()
    text = page.get_by_label("The rule as text")
    expect(text).to_have_value(f'department is "{crew.lower()}" and location is lyon')
    text.fill(f'department is "{crew}" and location is')
    expect(preview).to_contain_text("a value")
    text.fill(f'department is "{crew}"')
    expect(preview).to_contain_text("2 people would be in it now")
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_role("heading", name=f"Night {size}")).to_be_visible()
    expect(page.get_by_text("Tomasz Wróbel")).to_be_visible()
    screenshot(page, "group")
    check(page)
    page.get_by_role("link", name="Groups").first.click()
    expect(page.get_by_role("link", name=re.compile(f"Night {size}"))).to_be_visible()
    screenshot(page, "groups")
    check(page)

    reader = window(lan, "/people")
    desk.connected(reader)
    page.goto(place.url)
    desk.connected(page)
    box = desk.box(page.locator("#main"))
    box.click()
    box.press_sequentially("@night")
    page.get_by_role("option", name=re.compile(f"@night-{size}.*2 people")).click()
    box.press_sequentially("the crane stands")
    page.locator("#main").get_by_role("button", name="Send").click()
    said = desk.post(page, "the crane stands")
    expect(said.get_by_role("link", name=f"@night-{size}")).to_be_visible()
    screenshot(page, "group-called")
    rail = reader.locator(f'[data-rail-channel="{place.id}"]')
    expect(rail).to_have_attribute("data-mentions", "1")
    reader.goto(place.url)
    expect(desk.post(reader, "the crane stands")).to_have_class(re.compile("is-mention"))

    page.goto(f"{place.url}/details")
    field = page.get_by_label("Add a group")
    field.press_sequentially(f"night-{size}")
    page.get_by_role("option", name=re.compile(f"@night-{size}")).click()
    page.locator("#fill").get_by_role("button", name="Add").click()
    expect(
        page.locator("#groups").get_by_role("link", name=re.compile(f"Night {size}"))
    ).to_be_visible()
    expect(page.locator("#members")).to_contain_text("Tomasz Wróbel")
    screenshot(page, "group-in-channel")
    check(page)
    page.get_by_role("button", name=f"Remove @night-{size}").click()
    page.get_by_role("button", name="Take it out").click()
    expect(page.locator("#members")).not_to_contain_text("Tomasz Wróbel")
    expect(page.locator("#members")).to_contain_text("Lan Nguyễn")
