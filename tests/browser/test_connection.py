"""A bad line: nothing typed is lost, nothing is sent twice, and the page catches up by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser import desk
from tests.browser.conftest import session_cookie
from tests.browser.office import Office

Window = Callable[..., Page]

# What a stream shows, but for what comes and goes with the pointer.
SHOWN = """stream => [...stream.children].map(child => {
    const copy = child.cloneNode(true);
    copy.querySelectorAll(".post-tools, .code-copy").forEach(e => e.remove());
    copy.querySelectorAll("time").forEach(e => e.removeAttribute("title"));
    copy.removeAttribute("style");
    return copy.outerHTML.replace(/\\s+/g, " ");
})"""


class Line:
    """The network of a page, to be cut and mended with the live connection that is open."""

    def __init__(self, page: Page) -> None:
        """Stand between ``page`` and its server; call before it opens anything."""
        self._page = page
        self._sockets: list[WebSocketRoute] = []
        page.route_web_socket(re.compile("/socket.io/"), self._opened)

    def _opened(self, socket: WebSocketRoute) -> None:
        self._sockets.append(socket)
        socket.connect_to_server()

    def cut(self) -> None:
        """Break the connection and let none come up."""
        self._page.context.set_offline(True)
        for socket in self._sockets:
            socket.close(code=1001)
        self._sockets.clear()

    def mend(self) -> None:
        """Let connections come up again."""
        self._page.context.set_offline(False)


def test_a_post_written_while_the_server_is_down_goes_out_when_it_is_back(
    own_office: Office, window: Window
) -> None:
    ada, ben = own_office.pair()
    place = own_office.channel(ada, ben)
    server = own_office.server
    here = window(ada, place.url, url=server.url)
    there = window(ben, place.url, url=server.url)
    desk.connected(here)
    desk.connected(there)
    mark = desk.same_page(here)
    server.kill()
    desk.say(here, "into the dark")
    waiting = here.locator(".post.is-pending, .post.is-failed")
    expect(waiting).to_contain_text("into the dark")
    expect(waiting).to_contain_text("It goes out by itself")
    banner = here.locator("#connection")
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("What you write is kept")
    desk.say(here, "and a second one")
    expect(waiting).to_have_count(2)
    server.start()
    for page in (here, there):
        expect(desk.stream(page).locator(".post[data-post] .prose")).to_have_text(
            ["into the dark", "and a second one"], timeout=15_000
        )
    expect(waiting).to_have_count(0)
    expect(banner).to_be_hidden(timeout=15_000)
    desk.not_reloaded(here, mark)
    there.reload()
    expect(desk.stream(there).locator(".post")).to_have_count(2)


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_an_unsent_post_survives_closing_the_page(own_office: Office, window: Window) -> None:
    ada = own_office.person("Ada Berg")
    place = own_office.channel(ada)
    server = own_office.server
    page = window(ada, place.url, url=server.url)
    page.route("**/api/v1/channels/*/posts", lambda route: route.abort())
    desk.say(page, "not yet")
    expect(page.locator(".post.is-failed")).to_contain_text("not yet")
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(f"{server.url}{place.url}")
    expect(desk.post(desk.stream(again), "not yet")).to_have_count(1)
    expect(again.locator(".post.is-failed, .post.is-pending")).to_have_count(0)


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_post_whose_answer_was_lost_is_there_once(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    place = office.channel(ada)
    page = window(ada, place.url)
    desk.connected(page)
    sent: list[Any] = []

    def lose_the_first(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/channels/*/posts", lose_the_first)
    desk.say(page, "only once")
    expect(desk.post(desk.stream(page), "only once")).to_have_count(1)
    expect(page.locator(".post.is-failed, .post.is-pending")).to_have_count(0)
    assert len(sent) == 2
    assert sent[0]["client_id"] == sent[1]["client_id"]
    page.reload()
    expect(desk.stream(page).locator(".post")).to_have_count(1)


def test_a_page_catches_up_after_a_disconnect(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    for number in range(3):
        office.write(ben, place, f"early {number}")
    edited = office.write(ada, place, "first wording")
    deleted = office.write(ada, place, "taken back")
    replied = office.write(ada, place, "any news?")
    ben.read(place)
    page = window(None)
    line = Line(page)
    page.context.add_cookies([session_cookie(office.server.url, ben.cookie)])  # type: ignore[list-item]
    page.goto(place.url)
    desk.connected(page)
    mark = desk.same_page(page)
    line.cut()
    desk.connected(page, wanted=False)
    expect(page.locator("#connection")).to_be_visible()
    ada.call("PATCH", f"/posts/{edited}", body="second wording")
    ada.call("DELETE", f"/posts/{deleted}")
    ada.write(place, "quite some", parent_id=replied)
    ada.write(place, "for all to see", parent_id=replied, also_in_channel=True)
    ada.call("PUT", f"/posts/{replied}/pin")
    ada.write(place, "while you were away")
    line.mend()
    expect(desk.post(desk.stream(page), "while you were away")).to_be_visible()
    expect(desk.post(desk.stream(page), "second wording")).to_be_visible()
    expect(desk.post(desk.stream(page), "taken back")).to_have_count(0)
    expect(page.locator("#connection")).to_be_hidden()
    desk.not_reloaded(page, mark)
    ben.read(place)
    fresh = window(ben, place.url)
    desk.connected(fresh)
    assert desk.stream(page).evaluate(SHOWN) == desk.stream(fresh).evaluate(SHOWN)


def test_a_draft_survives_a_reload_and_is_on_the_other_device(
    office: Office, window: Window
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    page = window(ada, place.url)
    desk.box(page).fill("at once")
    page.reload()
    expect(desk.box(page)).to_have_value("at once")
    with page.expect_response("**/draft"):
        desk.box(page).fill("a longer thought\nover two lines")
    other = window(ada, place.url)
    expect(desk.box(other)).to_have_value("a longer thought\nover two lines")
    page.get_by_role("button", name="Send").click()
    expect(desk.post(desk.stream(page), "a longer thought")).to_have_count(1)
    page.reload()
    expect(desk.box(page)).to_have_value("")


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_a_page_from_before_the_last_sign_in_still_sends(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    page = window(ada, place.url)
    desk.connected(page)
    url = office.server.url
    again = session_cookie(url, office.new_cookie(ada))
    page.context.clear_cookies()
    page.context.add_cookies([again])  # type: ignore[list-item]
    desk.say(page, "still me")
    expect(desk.post(desk.stream(page), "still me")).to_have_count(1)
    someone_else = session_cookie(url, office.new_cookie(ben))
    page.context.clear_cookies()
    page.context.add_cookies([someone_else])  # type: ignore[list-item]
    desk.say(page, "not as Ben")
    expect(page.locator(".post.is-failed")).to_contain_text("You are signed out")
    there = window(ben, place.url)
    expect(desk.post(desk.stream(there), "still me")).to_have_count(1)
    expect(there.get_by_text("not as Ben")).to_have_count(0)
