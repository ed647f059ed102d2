"""Somebody is rude: reported, hidden, decided, appealed, overturned; and somebody is suspended."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import PASSWORD, Colleague, Office

Window = Callable[..., Page]
Screenshot = Callable[[Page, str], list[Path]]


def sound(page: Page) -> None:
    """Nothing on the page keeps anybody out, or is wider than the window."""
    assert breaches(page) == []
    assert wider_than_the_window(page) == []


def row(page: Page, text: str) -> Locator:
    """A case of the queue."""
    return page.locator(".case-row").filter(has_text=text)


def report(page: Page, text: str) -> None:
    """Report a post from its menu."""
    desk.choose(page, desk.post(desk.stream(page), text), "Report")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Report this post")).to_be_visible()
    dialog.get_by_role("radio", name="Insult or harassment").check()
    dialog.get_by_label("What should moderators know?").fill("Not how we talk here.")
    sound(page)
    dialog.get_by_role("button", name="Report").click()
    expect(page.locator("#toasts")).to_contain_text("Moderators look at it")


def open_case(page: Page, text: str) -> Locator:
    """Open a case beside the queue."""
    row(page, text).locator(".case-link").click()
    case = page.locator("#panel .case")
    expect(case).to_contain_text(text)
    return case


def test_a_rude_post_is_reported_hidden_decided_appealed_and_comes_back(
    office: Office, window: Window, screenshot: Screenshot
) -> None:
    ada, mira = office.person("Ada Lind", role="admin"), office.person("Mira Holt", role="admin")
    elif_, bogdan = office.person("Elif Sahin"), office.person("Bogdan Ionescu")
    place = office.channel(elif_, bogdan)
    said = f"Use your eyes, number {bogdan.id}"
    bogdan.write(place, said)
    judge, reader = window(ada, "/admin/moderation"), window(elif_, place.url)
    author = window(bogdan, place.url)
    for page in (judge, reader, author):
        desk.connected(page)
    report(reader, said)
    # It stands in the queue without anybody asking for it.
    expect(row(judge, said)).to_be_visible()
    screenshot(judge, "moderation-queue")
    sound(judge)
    case = open_case(judge, said)
    expect(case).to_contain_text("Not how we talk here.")
    screenshot(judge, "moderation-case")
    sound(judge)
    judge.keyboard.press("h")
    expect(judge.locator("#panel").get_by_role("button", name="Show it again")).to_be_visible()
    # Live for everybody; what it said is in nobody's page any more.
    for page in (reader, author):
        expect(page.get_by_text("Hidden while it is reviewed.")).to_be_visible()
        expect(desk.stream(page).get_by_text(said)).to_have_count(0)
    expect(reader.get_by_role("link", name="See why")).to_be_hidden()
    author.get_by_role("link", name="See why").click()
    expect(author.locator("#main")).to_contain_text("Only you and moderators see it")
    expect(author.locator("#main")).to_contain_text(said)
    sound(author)
    desk.connected(judge)
    judge.keyboard.press("r")
    expect(judge.get_by_role("radio", name="Remove the post")).to_be_checked()
    judge.get_by_label("What Bogdan is told beside the rule").fill("Please stay friendly.")
    judge.get_by_role("button", name="Decide and tell Bogdan").click()
    expect(judge.get_by_role("status").filter(has_text="Decided")).to_be_visible()
    expect(row(judge, said)).to_have_count(0)
    # That it is hidden was told before.
    expect(author.locator("[data-bell-count]").first).to_have_text("2")
    author.goto("/notifications")
    author.get_by_role("link", name="Moderators decided about what you wrote").click()
    expect(author.locator("#main")).to_contain_text("We argue about matters")
    expect(author.locator("#main")).to_contain_text("Please stay friendly.")
    assert "Elif" not in author.locator("#main").inner_text()
    screenshot(author, "moderation-decided")
    sound(author)
    author.get_by_label("Why do you see it otherwise?").fill("I quoted our safety poster.")
    author.get_by_role("button", name="Appeal").click()
    expect(author.locator("#main")).to_contain_text("Somebody else than who decided looks at it")
    # Whoever decided reads the appeal, and can't judge it.
    judge.goto("/admin/moderation?tab=appeals")
    case = open_case(judge, said)
    expect(case).to_contain_text("judged by somebody else than who decided")
    expect(case.get_by_role("button", name="Judge the appeal")).to_have_count(0)
    other = window(mira, "/admin/moderation?tab=appeals")
    desk.connected(other)
    case = open_case(other, said)
    case.get_by_role("radio", name="Take the decision back").check()
    case.get_by_role("button", name="Judge the appeal").click()
    expect(desk.post(desk.stream(reader), said)).to_be_visible()
    author.reload()
    expect(author.locator("#main")).to_contain_text("You were right")
    reader.goto("/moderation/transparency")
    expect(reader.get_by_role("heading", name="By reason")).to_be_visible()
    screenshot(reader, "moderation-transparency")
    sound(reader)
    suspended(window, place.url, ada, bogdan)


def suspended(window: Window, path: str, ada: Colleague, bogdan: Colleague) -> None:
    """Whoever is suspended is out at once, and hears at the door until when."""
    page = window(bogdan, path)
    desk.connected(page)
    made = ada.call("POST", f"/users/{bogdan.id}/profile-reports", reason="other")
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    ada.call(
        "POST",
        f"/moderation/cases/{made['case_id']}/decision",
        act="uphold",
        rule="other",
        sanction="suspend",
        until=until,
    )
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("E-mail").fill(bogdan.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("form")).to_contain_text("Your account is suspended until")
    sound(page)
