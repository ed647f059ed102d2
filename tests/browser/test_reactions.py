"""Reacting with a mouse, a finger and the keyboard, while somebody else looks on."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office

Window = Callable[..., Page]


def chip(post: Locator, name: str) -> Locator:
    return post.locator(f'a.reaction[data-emoji="{name}"]')


def open_picker(page: Page, post: Locator) -> Locator:
    if desk.is_phone(page):
        post.locator(".post-more").tap()
        page.locator("#post-menu [data-post-action=react]").tap()
    else:
        post.hover()
        post.locator("[data-post-action=react]").click()
    picker = page.locator("#emoji-picker")
    expect(picker.get_by_role("option").first).to_be_visible()
    return picker


def test_two_people_react_and_see_each_other_do_it(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    office.write(ada, place, "the first of the day")
    post_id = office.write(ada, place, "who brings the cake?")
    page, other = window(ada, place.url), window(ben, place.url)
    mine, theirs = (desk.post(desk.stream(each), "cake") for each in (page, other))
    desk.connected(page)
    desk.connected(other)
    # By the picker, found by a word that is not its name.
    picker = open_picker(page, mine)
    assert breaches(page) == []
    search = picker.get_by_role("combobox")
    search.fill("hooray")
    expect(picker.get_by_role("option").first).to_have_attribute("data-name", "partying_face")
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        search.press(key)
    expect(picker).to_be_hidden()
    expect(chip(mine, "tada")).to_have_attribute("aria-pressed", "true")
    # The other one sees it, joins in by one tap, and takes it back by another.
    expect(chip(theirs, "tada")).to_have_attribute("aria-pressed", "false")
    press = chip(theirs, "tada").tap if desk.is_phone(other) else chip(theirs, "tada").click
    press()
    expect(chip(mine, "tada").locator(".reaction-count")).to_have_text("2")
    press()
    expect(chip(mine, "tada").locator(".reaction-count")).to_have_text("1")
    ben.call("PUT", f"/posts/{post_id}/reactions/heart")
    expect(chip(theirs, "heart")).to_have_attribute("aria-pressed", "true")
    expect(chip(mine, "heart")).to_have_attribute("aria-pressed", "false")
    if not desk.is_phone(page):
        chip(mine, "heart").hover()
        expect(page.locator("#reactors")).to_contain_text("Ben Ito")
        by_keyboard(page, mine)
    skin_tones(page, mine)
    # A fresh page knows whose they are.
    page.reload()
    mine = desk.post(desk.stream(page), "cake")
    expect(chip(mine, "tada")).to_have_attribute("aria-pressed", "true")
    expect(chip(mine, "heart")).to_have_attribute("aria-pressed", "false")
    assert breaches(page) == []
    assert wider_than_the_window(page) == []
    page.goto(f"/posts/{post_id}/reactions")
    expect(page.get_by_role("link", name="Ben Ito")).to_be_visible()
    assert breaches(page) == []
    assert wider_than_the_window(page) == []


def by_keyboard(page: Page, post: Locator) -> None:
    page.mouse.move(5, 5)
    # A double click beside the text is the first quick reaction; on a word it only selects it.
    before = chip(post, "tada").get_attribute("aria-pressed")
    post.locator(".prose").dblclick(position={"x": 20, "y": 10})
    assert page.evaluate("() => getSelection().toString().trim()")
    assert chip(post, "tada").get_attribute("aria-pressed") == before == "true"
    page.evaluate("() => getSelection().removeAllRanges()")
    post.locator("[data-reactions]").dblclick(position={"x": 400, "y": 8})
    expect(chip(post, "tada")).to_have_count(0)
    post.locator("[data-reactions]").dblclick(position={"x": 400, "y": 8})
    expect(chip(post, "tada")).to_have_attribute("aria-pressed", "true")
    post.focus()
    page.keyboard.press("+")
    expect(chip(post, "tada")).to_have_count(0)  # the first quick one: what was chosen last
    page.keyboard.press("+")
    expect(chip(post, "tada")).to_have_attribute("aria-pressed", "true")
    post.focus()
    page.keyboard.press(":")
    picker = page.locator("#emoji-picker")
    search = picker.get_by_role("combobox")
    expect(picker.get_by_role("option").first).to_be_visible()
    expect(search).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    chosen = picker.locator('[role="option"][aria-selected="true"]')
    expect(chosen).to_have_count(1)
    expect(search).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "")
    page.keyboard.press("Escape")
    expect(picker).to_be_hidden()


def skin_tones(page: Page, post: Locator) -> None:
    picker = open_picker(page, post)
    picker.get_by_role("radio", name="Medium skin tone", exact=True).click()
    picker.get_by_role("combobox").fill("wave")
    option = picker.locator('[data-name="wave::skin-tone-4"]')
    expect(option.first).to_be_visible()
    option.first.click()
    expect(chip(post, "wave::skin-tone-4")).to_have_attribute("aria-pressed", "true")
    expect(chip(post, "wave::skin-tone-4")).to_have_text(re.compile("👋🏽"))


def test_the_message_box_has_the_same_picker(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    page = window(ada, place.url)
    box = desk.box(page)
    box.fill("on my way")
    page.get_by_role("button", name="Emoji", exact=True).click()
    picker = page.locator("#emoji-picker")
    expect(picker.get_by_role("option").first).to_be_visible()
    picker.get_by_role("combobox").fill("rocket")
    picker.get_by_role("combobox").press("Enter")
    expect(box).to_have_value("on my way🚀")
