"""Files between two windows: chosen, sent, seen, looked at; and what goes wrong on the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import desk
from tests.browser.office import Office
from tests.files import samples

Window = Callable[..., Page]
Picture = Callable[[Page, str], list[Path]]


def a_file(content: bytes, name: str, kind: str) -> dict[str, str | bytes]:
    """Return a file as it is chosen."""
    return {"name": name, "mimeType": kind, "buffer": content}


def choose(page: Page, *files: dict[str, str | bytes]) -> None:
    """Choose files by the button of the message box."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(list(files))  # type: ignore[arg-type]


def test_a_picture_is_sent_and_arrives_with_its_thumbnail_in_the_other_window(
    office: Office,
    window: Window,
    accessible: Callable[[Page], None],
    screenshot: Picture,
) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    here, there = window(ada, place.url), window(ben, place.url)
    desk.connected(here)
    desk.connected(there)
    choose(
        here,
        a_file(samples.image(1200, 800), "gate.png", "image/png"),
        a_file(samples.image(900, 900, "JPEG"), "yard.jpg", "image/jpeg"),
        a_file(samples.pdf("Lift plan"), "plan.pdf", "application/pdf"),
    )
    rows = here.locator(".attachment")
    expect(rows).to_have_count(3)
    rows.first.get_by_label("Description of the picture").fill("The gate at six")
    here.get_by_role("textbox", name=re.compile("^Message")).click()
    accessible(here)
    screenshot(here, "files-composer")
    here.locator("#main").get_by_role("button", name="Send").click()
    expect(here.locator(".attachment")).to_have_count(0)
    for page in (here, there):
        expect(page.get_by_role("img", name="The gate at six")).to_be_visible()
        expect(page.locator(".post-files img")).to_have_count(2)
        expect(page.get_by_role("link", name=re.compile("plan.pdf"))).to_be_visible()
    expect(there.locator(".is-pending, .is-failed")).to_have_count(0)
    accessible(there)
    screenshot(there, "files-post")
    there.get_by_role("img", name="The gate at six").click()
    viewer = there.get_by_role("dialog", name="Picture")
    expect(viewer.get_by_role("img", name="The gate at six")).to_be_visible()
    expect(viewer).to_contain_text("1 of 2")
    there.keyboard.press("ArrowRight")
    expect(viewer).to_contain_text("yard.jpg")
    accessible(there)
    screenshot(there, "files-viewer")
    there.keyboard.press("Escape")
    expect(viewer).to_be_hidden()


def test_a_large_file_goes_on_where_the_line_broke(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    here = window(ada, place.url)
    broken: list[str] = []

    def break_off(route: Route) -> None:
        broken.append(route.request.url)
        route.abort()

    here.route(re.compile("/content.offset=[1-9]"), break_off, times=1)
    content = bytes(range(256)) * 50_000  # 12.8 MB
    choose(here, a_file(content, "film.bin", "application/octet-stream"))
    desk.say(here, "the film")

    sent = desk.post(desk.stream(here), "film.bin")
    expect(sent).to_have_count(1, timeout=30_000)
    assert broken
    file = office_file(ada, place)
    assert ada.http.get(f"/files/{file['id']}/content").content == content


def office_file(person, place) -> dict[str, object]:
    """Return the newest file of a channel."""
    return person.call("GET", f"/channels/{place.id}/posts")["items"][0]["files"][0]


def test_what_is_refused_says_why_and_can_be_removed(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    here = window(ada, place.url)
    answers = iter((413, 201))

    def refuse_first(route: Route) -> None:
        if next(answers, 201) == 413:
            body = '{"detail": "A file may have at most 100 MB.", "status": 413}'
            route.fulfill(status=413, body=body, content_type="application/problem+json")
        else:
            route.continue_()

    here.route("**/api/v1/files", refuse_first)
    choose(here, a_file(b"x", "a.txt", "text/plain"))
    row = here.locator(".attachment")
    expect(row).to_contain_text("A file may have at most 100 MB.")
    row.get_by_role("button", name="Try again").click()
    expect(row).not_to_contain_text("at most")
    expect(row.get_by_role("progressbar")).to_be_hidden()
    row.get_by_role("button", name="Remove a.txt").click()
    expect(row).to_have_count(0)


def test_files_wait_in_the_message_box_over_a_reload(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    here = window(ada, place.url)
    choose(here, a_file(b"plan", "plan.txt", "text/plain"))
    expect(here.locator(".attachment progress")).to_be_hidden()
    here.reload()
    expect(here.locator(".attachment")).to_contain_text("plan.txt")
    here.locator("#main").get_by_role("button", name="Send").click()
    expect(desk.post(desk.stream(here), "plan.txt")).to_have_count(1)


@pytest.mark.parametrize("size", ["desktop"], indirect=True)
def test_files_on_their_way_go_on_while_one_looks_elsewhere(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place, other = office.channel(ada, ben), office.channel(ada)
    here = window(ada, place.url)
    held: list[Route] = []
    here.route("**/api/v1/files", lambda route: held.append(route))
    choose(here, a_file(b"plan", "plan.txt", "text/plain"))
    expect(here.locator(".attachment")).to_contain_text("plan.txt")
    desk.rail_row(here, other.id).click()
    expect(desk.box(here, f"Message #{other.slug}")).to_be_visible()
    expect(here.locator(".attachment")).to_have_count(0)
    desk.rail_row(here, place.id).click()
    expect(here.locator(".attachment")).to_contain_text("plan.txt")
    expect(here.locator(".attachment progress")).to_be_visible()
    desk.rail_row(here, other.id).click()
    expect(here.locator(".attachment")).to_have_count(0)
    with here.expect_response("**/api/v1/files"):
        held[0].continue_()
    desk.rail_row(here, place.id).click()
    # Without a file there would be no progress either.
    expect(here.locator(".attachment")).to_contain_text("plan.txt")
    expect(here.locator(".attachment progress")).to_be_hidden()
    here.locator("#main").get_by_role("button", name="Send").click()
    expect(desk.post(desk.stream(here), "plan.txt")).to_have_count(1)
    assert len(held) == 1, "it was sent once"


def test_a_dropped_file_and_a_pasted_picture_are_taken(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    here = window(ada, place.url)
    here.evaluate(
        """() => {
            const give = (type, name, target, kind) => {
                const data = new DataTransfer();
                data.items.add(new File(["x"], name, { type: kind }));
                const options = { bubbles: true, cancelable: true };
                const event = type === "drop"
                    ? new DragEvent(type, { ...options, dataTransfer: data })
                    : new ClipboardEvent(type, { ...options, clipboardData: data });
                document.querySelector(target).dispatchEvent(event);
            };
            give("drop", "dropped.txt", "#main [data-stream]", "text/plain");
            give("paste", "pasted.txt", "#main .composer textarea", "text/plain");
        }"""
    )
    expect(here.locator(".attachment")).to_have_count(2)


def test_without_a_script_a_form_sends_files(office: Office, window: Window) -> None:
    ada, ben = office.pair()
    place = office.channel(ada, ben)
    here = window(ada, place.url, java_script_enabled=False)
    here.locator("input[type=file]").set_input_files(
        a_file(b"plan", "plan.txt", "text/plain")  # type: ignore[arg-type]
    )
    here.get_by_role("textbox", name=re.compile("^Message")).fill("read it")
    here.locator("#main").get_by_role("button", name="Send").click()
    expect(here.get_by_role("link", name=re.compile("plan.txt"))).to_be_visible()
