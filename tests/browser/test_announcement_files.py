"""Files in the form of an announcement: sent as they are chosen, kept by the draft, taken off."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office
from tests.files import samples

Window = Callable[..., Page]


def test_files_are_uploaded_kept_taken_off_and_read(office: Office, window: Window) -> None:
    lead = office.person("Files Lead", role="manager")
    department = f"Quay {lead.id}"
    ana = office.person("Files Ana", department=department, manager_id=lead.id)
    page = window(lead, "/announcements/new")
    desk.connected(page)
    page.get_by_label("Title", exact=True).fill("New berth plan")
    page.locator("#compose input[type=file]").set_input_files(
        [
            {"name": "berth.png", "mimeType": "image/png", "buffer": samples.image()},
            {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"plan"},
            {"name": "old.txt", "mimeType": "text/plain", "buffer": b"old"},
        ]
    )
    expect(page.locator("#compose input[type=hidden][name=file_ids]")).to_have_count(3)
    with page.expect_response("**/autosave"):
        page.get_by_role("button", name="Remove old.txt").click()
    assert breaches(page) == []
    assert wider_than_the_window(page) == []
    page.reload()
    expect(page.locator(".attachment-name")).to_have_text(["berth.png", "plan.txt"])
    page.get_by_label("Which one").fill(department)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Send to 1 person").click()
    page.wait_for_url("**/confirmation")
    page.get_by_role("button", name="Send to 1 person").click()
    page.wait_for_url("**/board")
    reader = window(ana, page.url.split("/board")[0].removeprefix(office.server.url))
    expect(reader.locator(".post-files")).to_contain_text("plan.txt")
    assert breaches(reader) == []
