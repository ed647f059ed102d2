"""Two people talk: what one does, the other sees without loading anything anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from enterprise_social.feed.queries.rail import MOST_DIRECTS
from enterprise_social.posts.actions.writing import CONFIRM_ABOVE
from tests.browser import desk
from tests.browser.office import Office

Window = Callable[..., Page]


def test_one_joins_a_channel_and_posts_and_the_other_sees_it(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, name=f"quay {ada.id} of {ben.id}")
    there = window(ada, place.url)
    desk.connected(there)
    mark = desk.same_page(there)
    here = window(ben, "/channels")
    here.get_by_label("Find a channel").fill(place.name)
    here.get_by_role("link", name=place.name).locator("visible=true").first.click()
    expect(desk.box(here.locator("#main"))).to_have_count(0)
    here.get_by_role("button", name="Join channel").click()
    desk.say(here, "the **crane** is free")
    expect(desk.post(desk.stream(here), "the crane is free")).to_have_count(1)
    shown = desk.post(desk.stream(there), "the crane is free")
    expect(shown).to_be_in_viewport()
    expect(shown.locator("strong")).to_have_text("crane")
    expect(shown.locator(".who")).to_have_text(ben.name)
    desk.say(there, "thanks!")
    expect(desk.post(desk.stream(here), "thanks!")).to_be_in_viewport()
    expect(here.locator(".is-pending, .is-failed")).to_have_count(0)
    desk.not_reloaded(there, mark)


def test_a_reply_is_in_the_thread_and_if_asked_in_the_channel(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    root = office.write(ada, place, "who has the keys?")
    here, there = window(ada, place.url), window(ben, place.url)
    desk.connected(here)
    desk.connected(there)
    mine = desk.open_thread(there, desk.post(desk.stream(there), "who has the keys?"))
    expect(there).to_have_url(f"{office.server.url}{place.url}?thread={root}")
    desk.say(there, "I do", mine)
    expect(desk.post(mine, "I do")).to_be_visible()
    count = desk.post(desk.stream(here), "who has the keys?").locator(".replies")
    expect(count).to_contain_text("1 reply")
    expect(desk.post(desk.stream(here), "I do")).to_have_count(0)
    count.click()
    theirs = desk.thread(here)
    expect(desk.post(theirs, "I do")).to_be_visible()
    mine.get_by_label(f"Also send to #{place.slug}").check()
    desk.say(there, "at the gate", mine)
    expect(desk.post(theirs, "at the gate")).to_be_visible()
    shown = desk.post(desk.stream(here), "at the gate")
    expect(shown).to_have_count(1)
    expect(shown.locator(".in-channel")).to_contain_text("who has the keys?")
    expect(mine.get_by_label(f"Also send to #{place.slug}")).not_to_be_checked()
    expect(count).to_contain_text("2 replies")


def test_an_edit_is_seen_with_its_history(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    here, there = window(ada, place.url), window(ben, place.url)
    desk.connected(there)
    desk.say(here, "meeting at nine")
    own = desk.post(desk.stream(here), "meeting at")
    desk.choose(here, own, "Edit")
    editor = here.get_by_role("textbox", name="Edit your post")
    expect(editor).to_have_value("meeting at nine")
    editor.fill("meeting at ten")
    here.get_by_role("button", name="Save").click()
    shown = desk.post(desk.stream(there), "meeting at ten")
    expect(shown).to_be_visible()
    expect(desk.post(desk.stream(there), "nine")).to_have_count(0)
    shown.get_by_role("link", name="edited").click()
    expect(there.locator("#main")).to_contain_text("meeting at nine")


def test_a_deleted_post_goes_and_undo_brings_it_back(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    office.write(ben, place, "before")
    office.write(ada, place, "wrong window")
    office.write(ben, place, "after")
    here, there = window(ada, place.url), window(ben, place.url)
    desk.connected(here)
    desk.connected(there)
    desk.choose(here, desk.post(desk.stream(here), "wrong window"), "Delete")
    for page in (here, there):
        expect(desk.post(desk.stream(page), "wrong window")).to_have_count(0)
    here.get_by_role("button", name="Undo").click()
    for page in (here, there):
        expect(desk.stream(page).locator(".post .prose")).to_have_text(
            ["before", "wrong window", "after"]
        )


def test_a_post_with_replies_leaves_its_place_when_it_is_deleted(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    root = office.write(ada, place, "secret plan")
    office.write(ben, place, "what plan?", parent_id=root)
    here, there = window(ada, place.url), window(ben, place.url)
    desk.connected(there)
    desk.choose(here, desk.post(desk.stream(here), "secret plan"), "Delete")
    gone = desk.stream(there).locator(f'[data-post="{root}"]')
    expect(gone).to_contain_text("This post was deleted.")
    expect(gone).to_contain_text("1 reply")
    expect(there.get_by_text("secret plan")).to_have_count(0)


def test_typing_shows_until_the_post_comes(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    here, there = window(ada, place.url), window(ben, place.url)
    desk.connected(here)
    desk.connected(there)
    line = there.locator("#main [data-typing]")
    desk.box(here.locator("#main")).press_sequentially("soon")
    expect(line).to_have_text("Ada Berg is typing")
    expect(here.locator("#main [data-typing]")).to_have_text("")
    here.get_by_role("button", name="Send").click()
    expect(desk.post(desk.stream(there), "soon")).to_be_visible()
    expect(line).to_have_text("")


def test_calling_a_whole_channel_is_asked_about_first(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    place = office.channel(ada, *(office.person(f"Guest {n}") for n in range(CONFIRM_ABOVE)))
    here = window(ada, place.url)
    desk.connected(here)
    desk.say(here, "@channel the gate is shut")
    question = here.get_by_role("dialog", name=f"Tell {CONFIRM_ABOVE + 1} people?")
    expect(question).to_be_visible()
    question.get_by_role("button", name="Cancel").click()
    expect(desk.box(here.locator("#main"))).to_have_value("@channel the gate is shut")
    expect(desk.stream(here).locator(".post")).to_have_count(0)
    here.locator("#main").get_by_role("button", name="Send").click()
    question.get_by_role("button", name=f"Send to {CONFIRM_ABOVE + 1} people").click()
    expect(desk.post(desk.stream(here), "the gate is shut")).to_have_count(1)
    expect(here.locator(".is-pending, .is-failed")).to_have_count(0)


def test_new_posts_of_ones_channels_are_told_on_the_home_page(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    pair = ada.call("POST", "/conversations", user_ids=[ben.id])["id"]
    first = ada.write(place, "an old one")
    here = window(ben, "/")
    desk.connected(here)
    told = here.get_by_role("link", name="new post")
    expect(told).to_have_count(0)
    ada.call("POST", f"/channels/{pair}/posts", body="to you alone")
    ada.write(place, "a reply", parent_id=first)
    ada.write(place, "fresh from the gate")
    expect(told).to_have_text("1 new post")
    ben.write(place, "mine")
    ada.write(place, "and more of it")
    expect(told).to_have_text("2 new posts")
    mark = desk.same_page(here)
    told.click()
    expect(desk.post(here.locator("#main"), "and more of it")).to_be_visible()
    expect(desk.post(here.locator("#main"), "fresh from the gate")).to_be_visible()
    expect(told).to_have_count(0)
    desk.not_reloaded(here, mark)


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_what_was_deleted_is_neither_new_nor_answered(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    ben.read(place)
    gone = ada.write(place, "wrong channel")
    ada.write(place, "why?", parent_id=gone)
    ada.call("DELETE", f"/posts/{gone}")
    ada.write(place, "the right one")
    here = window(ben, place.url)
    stream = desk.stream(here)
    line = stream.locator(".new-line")
    expect(line).to_have_count(1)
    assert desk.top(line) > desk.top(stream.locator(f'[data-post="{gone}"]'))
    stream.locator(f'[data-post="{gone}"]').hover()
    tools = stream.locator(f'[data-post="{gone}"]').get_by_role("toolbar")
    expect(tools.get_by_role("button", name="Copy link")).to_be_visible()
    expect(tools.get_by_role("button", name="Reply in thread")).to_be_hidden()
    desk.post(stream, "the right one").hover()
    expect(stream.get_by_role("button", name="Reply in thread")).to_be_visible()


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_the_conversation_that_was_written_in_last_stands_first(
    office: Office, window: Window
) -> None:
    ben = office.person("Ben Ito")
    others = [office.person(f"Cid {n:02}") for n in range(MOST_DIRECTS + 2)]
    pairs = []
    for other in others:
        pairs.append(ben.call("POST", "/conversations", user_ids=[other.id])["id"])
        ben.call("POST", f"/channels/{pairs[-1]}/posts", body="Good morning")
    here = window(ben, "/")
    desk.connected(here)
    names = here.locator('[data-rail-group="directs"] .rail-item .truncate')
    listed = [other.name for other in reversed(others)]
    expect(names).to_have_text(listed[:MOST_DIRECTS])
    expect(here.locator("#rail").get_by_role("link", name="All messages")).to_be_visible()
    others[5].call("POST", f"/channels/{pairs[5]}/posts", body="Morning!")
    expect(names.first).to_have_text(others[5].name)
    others[0].call("POST", f"/channels/{pairs[0]}/posts", body="And from me")
    expect(names.first).to_have_text(others[0].name)
