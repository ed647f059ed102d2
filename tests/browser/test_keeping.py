"""Retention, a legal hold and the audit log in the browser: set, held, gone live, checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from enterprise_social.core.clock import now
from enterprise_social.records.actions.retention import begin_run
from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office


def test_what_is_past_its_time_goes_before_everybodys_eyes_unless_it_is_held(
    office: Office,
    window: Callable[..., Page],
    screenshot: Callable[[Page, str], list[Path]],
    size: str,
) -> None:
    admin = office.person("Vera Admin", role="admin")
    ada, ben = office.pair()
    yard = office.channel(ada, ben, name=f"night yard {size}")
    long_ago = now() - timedelta(days=40)
    root = office.write(ada, yard, "who has the keys", at=long_ago)
    office.write(ben, yard, "the forklift is broken", at=long_ago + timedelta(minutes=1))
    office.write(ada, yard, "I have them", parent_id=root)
    office.write(ada, yard, "good morning")

    def right(page: Page, name: str) -> None:
        screenshot(page, name)
        assert breaches(page) == []
        assert wider_than_the_window(page) == []

    reader = window(ben, yard.url)
    desk.connected(reader)
    expect(desk.post(reader, "the forklift is broken")).to_be_visible()
    page = window(admin, "/admin/holds")
    right(page, "holds-none")
    page.get_by_label("Matter").fill(f"Case 7 {size}")
    page.get_by_label("Reason").fill("The insurance asked for it.")
    page.get_by_label("Person", exact=True).fill(ben.username)
    page.get_by_label("Channel", exact=True).fill(yard.name)
    page.get_by_role("button", name="Place the hold").click()
    expect(page.get_by_text(f"Case 7 {size}")).to_be_visible()
    right(page, "holds")
    page.goto("/admin/retention")
    right(page, "retention")
    rule = page.locator("form").filter(has_text="A rule for a channel")
    rule.get_by_label("Channel").fill(yard.name)
    rule.get_by_label("Keep its posts for so many days").fill("30")
    rule.get_by_role("button").click()
    expect(page.get_by_text("1 post would be removed for good")).to_be_visible()
    expect(page.get_by_text("1 post would disappear, but is kept")).to_be_visible()
    right(page, "retention-preview")
    page.get_by_label("I have seen what would go.").check()
    page.get_by_role("button", name="Set it").click()
    expect(page.get_by_text("30 days").last).to_be_visible()
    with office.app.app_context():
        begin_run()
    # Nothing is loaded anew: the open page hears of it.
    expect(desk.post(reader, "the forklift is broken")).to_have_count(0, timeout=20_000)
    expect(reader.get_by_text("who has the keys")).to_have_count(0)
    expect(desk.post(reader, "good morning")).to_be_visible()
    expect(reader.locator(f"#main [data-post='{root}']")).to_contain_text("1 reply")
    page.goto("/admin/audit")
    page.get_by_role("button", name="Check now").click()
    checked = re.compile("Being checked|The log is whole")
    expect(page.get_by_role("heading", name=checked)).to_be_visible()
    expect(page.get_by_text("placed a legal hold").first).to_be_visible()
    whole = page.get_by_role("heading", name="The log is whole")
    for _turn in range(60):
        if whole.is_visible():
            break
        page.goto("/admin/audit")
    expect(whole).to_be_visible()
    page.locator(".audit-list summary").first.click()
    right(page, "audit")
