"""Reading and writing with JavaScript off: every view is a plain page."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.office import PASSWORD, Office

Window = Callable[..., Page]


def test_signing_in_joining_and_writing(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada)
    office.write(ada, place, "the first **word**")
    page = window(None, "/channels", java_script_enabled=False)
    page.get_by_label("E-mail").fill(ben.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Find a channel").fill(place.name)
    page.get_by_role("button", name="Find", exact=True).click()
    page.locator("#main").get_by_role("link", name=place.name).first.click()
    expect(desk.post(desk.stream(page), "the first word").locator("strong")).to_have_text("word")
    page.get_by_role("button", name="Join channel").click()
    desk.say(page, "plain but *here*")
    written = desk.post(desk.stream(page), "plain but here")
    expect(written).to_have_count(1)
    expect(written).to_be_in_viewport()
    expect(desk.box(page)).to_have_value("")
    page.reload()
    expect(desk.stream(page).locator(".post")).to_have_count(2)


def test_threads_edits_and_deletion(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    office.write(ada, place, "any volunteers?")
    mine = office.write(ben, place, "waht?")
    page = window(ben, place.url, java_script_enabled=False)
    desk.post(desk.stream(page), "any volunteers?").locator(".post-more").click()
    page.get_by_role("link", name="Reply in thread").click()
    page.get_by_label(f"Also send to #{place.slug}").check()
    desk.say(page, "I can", desk.thread(page))
    expect(desk.post(desk.thread(page), "I can")).to_be_visible()
    page.goto(place.url)
    expect(desk.post(desk.stream(page), "I can").locator(".in-channel")).to_be_visible()
    expect(desk.post(desk.stream(page), "any volunteers?").first).to_contain_text("1 reply")
    own = desk.stream(page).locator(f'[data-post="{mine}"]')
    own.locator(".post-more").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("main").get_by_role("textbox").last.fill("what?")
    page.get_by_role("button", name="Save").click()
    expect(own).to_contain_text("what?")
    expect(own.get_by_role("link", name="edited")).to_have_count(1)
    own.locator(".post-more").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name=re.compile("Delete")).click()
    expect(own).to_have_count(0)


def test_older_posts_a_permalink_and_search(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    ids = [office.write(ada, place, f"note {number:02} zinc{place.id}") for number in range(60)]
    page = window(ben, place.url, java_script_enabled=False)
    expect(desk.post(desk.stream(page), "note 59")).to_be_in_viewport()
    page.get_by_role("link", name="Older posts").click()
    expect(desk.post(desk.stream(page), "note 00")).to_have_count(1)
    page.goto(f"{place.url}?at={ids[20]}#at")
    expect(desk.post(desk.stream(page), "note 20")).to_be_in_viewport()
    expect(desk.post(desk.stream(page), "note 19")).to_be_in_viewport()
    page.goto("/search")
    field = page.get_by_role("main").get_by_role("searchbox", name="Search")
    field.fill(f'"note 33" zinc{place.id}')
    page.get_by_role("main").get_by_role("button", name="Search").click()
    page.locator("[data-post-hit]").filter(has_text="33").click()
    expect(desk.post(desk.stream(page), "note 33")).to_be_in_viewport()


def test_the_phone_reaches_every_page_by_its_links(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    page = window(ben, "/", java_script_enabled=False)
    if desk.is_phone(page):
        page.get_by_role("link", name="Open the menu").click()
        expect(desk.rail_row(page, place.id)).to_be_in_viewport()
    desk.rail_row(page, place.id).click()
    expect(page.get_by_role("heading", name=place.name, exact=True)).to_be_visible()
    page.get_by_role("link", name="Details", exact=True).click()
    expect(page.get_by_role("heading", name=re.compile("^2 members"))).to_be_visible()
    page.get_by_label("Tell me about").select_option("none")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Tell me about")).to_have_value("none")
