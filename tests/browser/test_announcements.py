"""A manager must reach a department now: banners on any page, answers by key, a moving board."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Colleague, Office
from tests.browser.test_connection import Line

Window = Callable[..., Page]
People = dict[str, Colleague]
Screenshot = Callable[[Page, str], list[Path]]


@pytest.fixture
def people(office: Office) -> People:
    """A lead with two in a department that no other test has, and somebody elsewhere."""
    lead = office.person("Maren Visser", role="manager", title="Duty manager")
    department = f"Yard {lead.id}"
    made = {"lead": lead, "dora": office.person("Dora Elsewhere", department="Office")}
    for name in ("Ana Silva", "Ben Ito"):
        made[name.split()[0].lower()] = office.person(
            name, department=department, manager_id=lead.id, phone="+31 10 555 01"
        )
    return made


def alarm(page: Page) -> Locator:
    """The critical announcement that stands over the page."""
    return page.get_by_role("alert").filter(has=page.locator(".alarm-title"))


def stat(page: Page, name: str) -> Locator:
    """One of the board's numbers."""
    return page.locator(".stats > div").filter(has_text=name)


def compose(page: Page, people: People, title: str) -> None:
    """Write a critical announcement to the department, as one does with a keyboard."""
    page.goto("/announcements/new")
    desk.connected(page)
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Text", exact=True).fill("Park them, **lower** the boom, take the key.")
    page.get_by_role("radio", name="Critical").check()
    page.get_by_label("Why can't it wait?").fill("Two near misses")
    page.get_by_label("Which one").fill(f"Yard {people['lead'].id}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Remove Yard {people['lead'].id}")).to_be_visible()
    expect(page.get_by_role("button", name="Send to 2 people")).to_be_visible()


def confirm(page: Page) -> None:
    """Look once more, and send it."""
    page.get_by_role("button", name="Send to 2 people").click()
    page.wait_for_url("**/confirmation")
    page.evaluate(NOTE_WHEN_SENT)
    page.get_by_role("button", name="Send to 2 people").click()
    page.wait_for_url("**/board")


# Notes when a banner stood on the screen, by the page's own clock: after a frame with it was drawn.
WATCH_FOR_BANNER = """() => {
    window.bannerAt = new Promise(found => {
        const look = () => document.querySelector("#alarms .alarm-title")
            && requestAnimationFrame(() => setTimeout(() => found(Date.now())));
        new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
    });
}"""
NOTE_WHEN_SENT = """() => document.addEventListener(
    "submit", () => sessionStorage.setItem("sentAt", Date.now()), true
)"""
LONGEST_WAIT = 5_000  # milliseconds; a bound for a busy machine, the record says how long it was


def test_a_critical_announcement_reaches_a_department_until_the_all_clear(
    office: Office,
    people: People,
    window: Window,
    screenshot: Screenshot,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = office.channel(people["ana"], people["dora"])
    lead = window(people["lead"])
    ana, ben = window(people["ana"], place.url), window(people["ben"], "/people")
    dora = window(people["dora"], place.url)
    for page in (ana, ben, dora):
        desk.connected(page)
    compose(lead, people, "Stop all cranes")
    lead.get_by_role("radio", name="To acknowledge").check()
    expect(lead.locator("#draft-saved, .compose-preview").last).to_contain_text("Stop all cranes")
    screenshot(lead, "announcement-new")
    assert breaches(lead) == []
    assert wider_than_the_window(lead) == []
    for page in (ana, ben):
        page.evaluate(WATCH_FOR_BANNER)
    confirm(lead)
    desk.connected(lead)
    sent_at = int(lead.evaluate("sessionStorage.getItem('sentAt')"))
    for name, page in (("Ana", ana), ("Ben", ben)):
        expect(alarm(page)).to_contain_text("Stop all cranes")
        waited = page.evaluate("window.bannerAt") - sent_at
        with capsys.disabled():
            print(f"\nthe banner stood before {name} after {waited} ms")
        assert waited < LONGEST_WAIT
        # It takes its own height and covers nothing.
        over = page.locator("#alarms").bounding_box()
        main = page.locator("#main").bounding_box()
        assert over
        assert main
        assert main["y"] >= over["y"] + over["height"] - 1
    screenshot(ana, "announcement-banner")
    assert breaches(ana) == []
    assert wider_than_the_window(ana) == []
    expect(stat(lead, "Reached")).to_contain_text("100 %")
    # After a second on the screen it counts as seen, without anything being pressed.
    expect(stat(lead, "Seen")).to_contain_text("100 %")
    expect(stat(lead, "Acknowledged")).to_contain_text("0 people")
    screenshot(lead, "announcement-board")
    assert breaches(lead) == []
    other = window(people["ana"], "/announcements")
    expect(alarm(other)).to_be_visible()
    desk.connected(other)
    mark = desk.same_page(ana)
    ana.bring_to_front()
    ana.keyboard.press("Alt+a")
    expect(ana.get_by_role("button", name="I have read this")).to_be_focused()
    ana.keyboard.press("Enter")
    for page in (ana, other):
        expect(alarm(page)).to_have_count(0)
        expect(page.locator("#rail-body [data-announcements-total]")).to_be_hidden()
    expect(ana.locator("#main")).to_be_focused()
    expect(stat(lead, "Acknowledged")).to_contain_text("1 person")
    expect(lead.locator(".board-row")).to_have_count(1)
    expect(lead.locator(".board-row")).to_contain_text("Ben Ito")
    other.close()
    here = lead.url.removesuffix("/board")
    for path in ("", "/board", "/board/calls", "/board/recipients.csv"):
        answer = dora.request.get(here + path)
        assert answer.status == 404, path
    expect(dora.locator("#alarms")).to_be_hidden()
    assert "Stop all cranes" not in dora.content()
    lead.get_by_role("radio", name="The all-clear").check()
    lead.get_by_label("Title", exact=True).fill("Cranes are safe again")
    lead.get_by_role("button", name="Send to 2 people").click()
    lead.wait_for_url(lambda url: url.endswith("/board") and not url.startswith(here))
    for page in (ana, ben):
        expect(alarm(page)).to_have_count(1)
        expect(alarm(page)).to_contain_text("Cranes are safe again")
    alarm(ben).get_by_role("button", name="OK").click()
    expect(alarm(ben)).to_have_count(0)
    expect(ben.locator("#alarms")).to_be_hidden()
    desk.not_reloaded(ana, mark)
    expect(dora.locator("#alarms")).to_be_hidden()


@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_a_check_in_finds_who_needs_help_and_a_drill_says_that_it_is_one(
    people: People, window: Window, screenshot: Screenshot
) -> None:
    lead, ana = window(people["lead"]), window(people["ana"], "/people")
    dora = window(people["dora"], "/people")
    desk.connected(ana)
    desk.connected(dora)
    compose(lead, people, "Are you safe?")
    lead.get_by_role("radio", name="To answer").check()
    lead.get_by_label("Answer 1").fill("I am safe")
    lead.get_by_label("Answer 2").fill("I need help")
    lead.get_by_label("needs help").nth(1).check()
    lead.get_by_label("Who is told at once").fill(f"@{people['dora'].username}")
    lead.get_by_text("More", exact=True).click()
    lead.get_by_label("This is an exercise").check()
    confirm(lead)
    desk.connected(lead)
    expect(lead.get_by_text("This is an exercise.")).to_be_visible()
    expect(alarm(ana)).to_contain_text("Exercise")
    alarm(ana).get_by_role("button", name="I need help").click()
    expect(alarm(ana)).to_have_count(0)
    expect(lead.locator(".needs-help")).to_contain_text("Ana Silva")
    expect(lead.locator(".is-alerting")).to_contain_text("1")
    # Who answers for it hears so on any page, and sees who it is.
    call = dora.get_by_role("alert", name="Somebody needs help")
    expect(call).to_contain_text("Exercise: Ana Silva: I need help")
    screenshot(dora, "announcement-help")
    assert breaches(dora) == []
    call.get_by_role("link", name="Open the board").click()
    expect(dora.locator(".needs-help")).to_contain_text("Ana Silva")
    expect(dora.locator("#alarms")).to_be_hidden()
    # An answer may change while it is open; what is recorded is one's own to read.
    ana.goto(lead.url.removesuffix("/board"))
    ana.get_by_role("radio", name=re.compile("^I am safe")).check()
    ana.get_by_role("button", name="Change my answer").click()
    expect(ana.get_by_text("Your answer: I am safe")).to_be_visible()
    ana.get_by_text("What is recorded about you").click()
    expect(ana.get_by_text("Seen", exact=True)).to_be_visible()
    assert breaches(ana) == []
    expect(lead.locator(".needs-help")).to_have_count(0)
    assert breaches(lead) == []
    assert wider_than_the_window(lead) == []


@pytest.mark.parametrize("size", ["phone"], indirect=True)
def test_what_came_and_went_while_nothing_was_heard_is_caught_up(
    people: People, window: Window
) -> None:
    lead, ana = people["lead"], people["ana"]
    page = window(ana, "about:blank")
    line = Line(page)
    page.goto("/people")
    desk.connected(page)
    line.cut()
    desk.connected(page, wanted=False)
    sent = lead.call(
        "POST",
        "/announcements",
        title="While you were away",
        body="Once more.",
        audience=f"person is @{ana.username}",
        priority="critical",
        reason="Once more",
        requires_ack=True,
    )
    line.mend()
    expect(alarm(page)).to_contain_text("While you were away")
    expect(page.locator(".bottom [data-announcements-total]")).to_have_text("1")
    line.cut()
    desk.connected(page, wanted=False)
    lead.call("POST", f"/announcements/{sent['id']}/ending", ended_as="all_clear")
    line.mend()
    expect(page.locator("#alarms")).to_be_hidden()
    expect(page.locator(".bottom [data-announcements-total]")).to_be_hidden()


def test_comments_below_an_announcement_are_live_for_those_who_look(
    people: People, window: Window, screenshot: Screenshot
) -> None:
    lead = people["lead"]
    sent = lead.call(
        "POST",
        "/announcements",
        title="Berth 4 closes on Monday",
        body="For two weeks. *Berth 6* takes its ships.",
        audience=f"department is 'Yard {lead.id}'",
        priority="routine",
        requires_ack=False,
    )
    path = f"/announcements/{sent['id']}"
    ana, ben = window(people["ana"], path), window(people["ben"], path)
    for page in (ana, ben):
        desk.connected(page)
        expect(page.get_by_text("Nobody has said anything yet.")).to_be_visible()
    marks = {page: desk.same_page(page) for page in (ana, ben)}
    comments = {page: page.locator("#comments") for page in (ana, ben)}
    write = comments[ana].get_by_role("textbox", name="Write a comment")
    write.fill("Which **berth** takes the Aurora?")
    comments[ana].get_by_role("button", name="Send").click()
    asked = desk.post(comments[ben], "Which berth takes the Aurora?")
    expect(asked).to_be_visible()
    if desk.is_phone(ben):
        desk.choose(ben, asked, "Quote")
    else:
        asked.hover()
        asked.get_by_role("button", name="Reply in thread").click()
    comments[ben].get_by_role("textbox", name="Write a comment").fill("Number six.")
    comments[ben].get_by_role("button", name="Send").click()
    answered = desk.post(comments[ana], "Number six.")
    expect(answered.locator(".quote")).to_contain_text("Which berth takes the Aurora?")
    for page in (ana, ben):
        expect(comments[page].locator("[data-reply-count]")).to_have_text("2 comments")
        assert breaches(page) == []
        assert wider_than_the_window(page) == []
    screenshot(ana, "announcement-comments")
    for page in (ana, ben):
        desk.not_reloaded(page, marks[page])
    here = window(lead, path)
    here.get_by_role("button", name="Close comments").click()
    for page in (ana, ben, here):
        expect(page.locator("#comments")).to_contain_text("Comments are closed.")
        expect(page.locator("#comments").get_by_role("textbox")).to_have_count(0)
    expect(desk.post(comments[ana], "Number six.")).to_be_visible()
    here.get_by_role("button", name="Let people comment").click()
    expect(comments[ana].get_by_role("textbox", name="Write a comment")).to_be_visible()
