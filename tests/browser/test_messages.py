"""Conversations and presence: begun, grown, seen in another window, and blocked."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser import desk
from tests.browser.office import Colleague, Office

Window = Callable[..., Page]


def open_messages(page: Page) -> None:
    """Go to the list of conversations the way one does at this size."""
    place = page.get_by_role(
        "navigation", name="Main pages" if desk.is_phone(page) else "Workspace"
    )
    place.get_by_role("link", name=re.compile("^Messages")).click()
    expect(page.get_by_role("heading", name="Messages", level=1)).to_be_visible()


def named(person: Colleague) -> re.Pattern[str]:
    """The end of what somebody's line is called."""
    return re.compile(f"@{re.escape(person.username)}$")


def dot(page: Page, person_id: int, place: str = "#main") -> Locator:
    """How somebody is shown there: active, away, dnd, or None for offline."""
    return page.locator(f'{place} .av[data-presence-of="{person_id}"]').first


def test_a_group_conversation_is_begun_and_the_others_hear_of_it(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair("Ada Berg", "Benedetta Itoh")
    cid = office.person("Cidalia Moreno")
    here, there = window(ada, "/"), window(ben, "/")
    desk.connected(there)
    mark = desk.same_page(here)
    open_messages(here)
    here.get_by_role("link", name="New conversation").locator("visible=true").first.click()
    finder = here.get_by_label("Add people by name")
    finder.fill(ben.username)
    here.locator("#main").get_by_role("button", name=named(ben)).click()
    expect(here.get_by_role("list", name="Chosen")).to_contain_text("Benedetta Itoh")
    finder.fill(cid.username)
    here.locator("#main").get_by_role("button", name=named(cid)).click()
    expect(here.get_by_role("list", name="Chosen")).to_contain_text("Cidalia Moreno")
    here.get_by_label("Your message").fill("the *three* of us")
    here.get_by_role("button", name="Send").click()
    expect(here).to_have_url(re.compile(r"/messages/\d+"))
    expect(desk.post(desk.stream(here), "the three of us")).to_be_visible()
    expect(here.get_by_role("heading", level=1)).to_contain_text("Benedetta Itoh, Cidalia Moreno")
    desk.not_reloaded(here, mark)
    # The other one's window learns of it by itself, with what is unread.
    channel_id = int(here.url.split("/messages/")[1].split("?")[0].split("#")[0])
    expect(desk.rail_row(there, channel_id).locator(".count")).to_have_text("1")
    expect(there.locator("#rail [data-messages-total]")).to_have_text("1")
    open_messages(there)
    there.locator("#main").get_by_role("link", name=re.compile("the three of us")).click()
    desk.say(there, "and a reply")
    expect(desk.post(desk.stream(here), "and a reply")).to_be_visible()
    # Named by one, called so for the other.
    ada.call("PATCH", f"/conversations/{channel_id}", name="Crane three")
    expect(there.get_by_role("heading", level=1)).to_have_text("Crane three")
    # A private channel is made of it: the other's window moves along.
    made = ada.call("POST", f"/conversations/{channel_id}/channel", name=f"crane {channel_id}")
    expect(there).to_have_url(re.compile(f"/channels/{made['slug']}"))
    assert cid.call("GET", f"/channels/{channel_id}")["kind"] == "private"


def test_do_not_disturb_and_status_are_seen_in_the_other_window(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    pair = ada.call("POST", "/conversations", user_ids=[ben.id])
    here, there = window(ben, "/"), window(ada, f"/messages/{pair['id']}")
    desk.connected(here)
    desk.connected(there)
    expect(dot(there, ben.id)).to_have_attribute("data-presence", "active")
    if desk.is_phone(here):
        here.get_by_role("link", name="Open the menu").click()
    here.locator("#rail").get_by_role("link", name="Your status").click()
    dialog = here.get_by_role("dialog", name="Your status")
    dialog.get_by_label("Emoji").fill(":palm_tree:")
    dialog.get_by_label("What you are up to").fill("Reading the manual")
    dialog.get_by_label("Do not disturb").select_option("2h")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(dot(there, ben.id)).to_have_attribute("data-presence", "dnd")
    word = there.locator(f'#main [data-presence-word="{ben.id}"]').first
    expect(word).to_contain_text("do not disturb until")
    status = there.locator(f'#main [data-status-of="{ben.id}"]')
    expect(status).to_have_text("🌴 Reading the manual")
    # A refused one says why and keeps what was typed.
    if desk.is_phone(here):
        here.get_by_role("link", name="Open the menu").click()
    here.locator("#rail").get_by_role("link", name="Your status").click()
    dialog.get_by_label("Do not disturb").select_option("at")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("Choose a time.")
    dialog.get_by_label("Do not disturb").select_option("off")
    dialog.get_by_label("Appear offline to everyone").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(dot(there, ben.id)).not_to_have_attribute("data-presence", re.compile(".+"))
    expect(word).to_contain_text("offline")


def test_who_is_blocked_cannot_write_and_is_told_no_more_than_that(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair("Ada Berg", "Ben Ito")
    pair = ada.call("POST", "/conversations", user_ids=[ben.id])
    here, there = window(ben, f"/messages/{pair['id']}"), window(ada, f"/messages/{pair['id']}")
    desk.connected(here)
    desk.connected(there)
    expect(dot(there, ben.id)).to_have_attribute("data-presence", "active")
    here.get_by_role("link", name="Details").locator("visible=true").first.click()
    here.get_by_role("button", name="Block Ada Berg").click()
    confirm = here.get_by_role("dialog")
    expect(confirm).to_contain_text("Block Ada Berg?")
    confirm.get_by_role("button", name="Block").click()
    expect(here.locator("#main")).to_contain_text("This person can't be reached.")
    expect(desk.box(here.locator("#main"))).to_have_count(0)
    expect(dot(there, ben.id)).not_to_have_attribute("data-presence", re.compile(".+"))
    # What is sent all the same stays, with the reason.
    desk.say(there, "are you there?")
    failed = there.locator("#main .is-failed, #main .is-pending")
    expect(failed).to_contain_text("This person can't be reached.")
    there.reload()
    expect(there.locator("#main")).to_contain_text("This person can't be reached.")
    expect(there.locator("#main")).not_to_contain_text("block", ignore_case=True)
    here.goto("/settings/status")
    here.get_by_role("button", name="Unblock Ada Berg").click()
    there.reload()
    desk.say(there, "hello again")
    expect(desk.post(desk.stream(there), "hello again")).to_be_visible()


def test_the_jump_box_opens_a_conversation_and_its_first_words_begin_it(
    office: Office, window: Window
) -> None:
    ada = office.person("Ada Berg")
    kei = office.person("Keiko Arakawa", time_zone="Pacific/Kiritimati")
    page = window(ada, "/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(f"@{kei.username}")
    expect(page.locator("#jump [role=option]").first).to_contain_text("Keiko Arakawa")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New conversation")).to_be_visible()
    page.get_by_label("Your message").fill("good morning")
    page.get_by_role("button", name="Send").click()
    expect(desk.post(desk.stream(page), "good morning")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(kei.name)
    # The next time it is the conversation itself.
    page.goto("/")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill(f"@{kei.username}")
    expect(page.locator("#jump [role=option]").first).to_contain_text("Keiko Arakawa")
    page.keyboard.press("Enter")
    expect(desk.post(desk.stream(page), "good morning")).to_be_visible()
