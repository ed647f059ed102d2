"""Following in the browser: a person, their storyline, a thread and a hashtag, with two windows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Colleague, Office

Window = Callable[..., Page]
Screenshot = Callable[[Page, str], list[Path]]


def test_a_storyline_is_followed_answered_and_found_by_its_hashtag(
    office: Office, window: Window, screenshot: Screenshot, size: str
) -> None:
    ana = office.person("Ana Kowalska", title="Crane driver")
    ben = office.person("Ben Osei", title="Dispatcher")
    tag = f"crane{size}"

    def look(page: Page, name: str) -> None:
        screenshot(page, f"following-{name}")
        assert breaches(page) == []
        assert wider_than_the_window(page) == []

    # Ben follows her from her profile; she is told, and lists him.
    reader = window(ben, f"/people/{ana.username}")
    writer = window(ana, f"/people/{ana.username}/storyline")
    desk.connected(reader)
    desk.connected(writer)
    reader.get_by_role("button", name="Follow Ana Kowalska").click()
    expect(reader.get_by_role("button", name="Following Ana Kowalska")).to_be_visible()
    look(reader, "profile")
    look(writer, "begin")
    reader.goto("/following")
    desk.connected(reader)
    expect(reader.get_by_text("Nothing new yet")).to_be_visible()
    look(reader, "nothing")

    # Her first post makes the storyline; he hears of it where he is.
    writer.get_by_label("First post").fill(f"The crane is back #{tag}")
    writer.get_by_role("button", name="Post").click()
    first = desk.post(writer, "The crane is back")
    expect(first).to_be_visible()
    pill = reader.locator(".new-pill")
    expect(pill).to_have_text("1 new post")
    pill.click()
    card = desk.post(reader, "The crane is back")
    expect(card).to_be_visible()
    expect(reader.get_by_text("You follow Ana Kowalska")).to_be_visible()
    look(reader, "new")

    # He answers beside it without being in it; her page shows so, and he sees her answer.
    reader.goto(f"/people/{ana.username}/storyline")
    desk.connected(reader)
    expect(desk.box(reader.locator("#main"))).to_have_count(0)
    look(reader, "storyline")
    reader.goto(address_of(first))
    desk.connected(reader)
    box = desk.box(reader.locator(".thread"))
    box.fill("Good to hear")
    reader.locator(".thread").get_by_role("button", name="Send").click()
    expect(first.locator(".replies")).to_contain_text("1 reply")
    ana.call("POST", f"/channels/{place_of(ana)}/posts", body="Thanks!", parent_id=post_id(first))
    with reader.expect_response(re.compile("/api/v1/notifications/read")):
        expect(desk.post(reader, "Thanks!")).to_be_visible()

    # What came while he was elsewhere is new among his threads, until he opens it.
    reader.goto("/threads")
    desk.connected(reader)
    ana.call("POST", f"/channels/{place_of(ana)}/posts", body="Again", parent_id=post_id(first))
    expect(reader.locator(".new-pill")).to_have_text("1 new post")
    reader.reload()
    desk.connected(reader)
    thread = reader.locator("[data-followed-thread]")
    expect(thread).to_contain_text("1 new")
    look(reader, "threads")
    thread.get_by_role("link", name="Reply to").click()
    expect(reader.locator(".thread").get_by_text("Again")).to_be_visible()
    with reader.expect_response(re.compile("/api/v1/notifications/read")):
        reader.reload()
    reader.goto("/threads")
    expect(thread).to_be_visible()
    expect(thread).not_to_contain_text("1 new")

    # The hashtag leads to its page, and from there on it is followed.
    reader.goto("/following")
    desk.connected(reader)
    reader.get_by_role("link", name=f"#{tag}").first.click()
    expect(reader.get_by_role("heading", name=f"#{tag}")).to_be_visible()
    reader.get_by_role("button", name=f"Follow #{tag}").click()
    expect(reader.get_by_role("button", name=f"Following #{tag}")).to_be_visible()
    look(reader, "hashtag")
    reader.goto("/following?show=hashtags")
    expect(reader.get_by_role("button", name=f"Following #{tag}")).to_be_visible()
    look(reader, "hashtags")
    writer.goto(f"/people/{ana.username}/followers")
    expect(writer.get_by_role("link", name=re.compile("Ben Osei"))).to_be_visible()
    look(writer, "followers")
    writer.goto("/notifications?show=following")
    expect(writer.get_by_text("Ben Osei follows you")).to_be_visible()


def post_id(post: Locator) -> int:
    """Return the id of a post on a page."""
    return int(post.get_attribute("data-post") or 0)


def address_of(post: Locator) -> str:
    """Return the address of a post's thread."""
    return f"/posts/{post_id(post)}"


def place_of(person: Colleague) -> int:
    """Return the channel of somebody's storyline."""
    return int(person.call("PUT", "/me/storyline")["id"])
