"""A list of people in the browser: looked at, corrected, carried out, followed to its end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Office
from tests.integrations.lists import as_csv


def test_an_admin_brings_people_in_by_a_list(
    office: Office,
    window: Callable[..., Page],
    screenshot: Callable[[Page, str], list[Path]],
    size: str,
) -> None:
    admin = office.person("Vera Admin", role="admin")
    ben = office.person("Ben Ito", title="Loader", department="Terminals")
    rows = [
        ["Who", "E-mail", "Job title", "Department", "Manager", "Time zone"],
        ["Ben Ito", ben.email, "Head of loading and unloading", "Terminals", "", "Europe/Oslo"],
        ["Nora Ny", f"nora.{size}@example.org", "Loader", "Terminals", ben.email, ""],
        ["Lars Loop", f"lars.{size}@example.org", "", "", f"lena.{size}@example.org", ""],
        ["Lena Loop", f"lena.{size}@example.org", "", "", f"lars.{size}@example.org", ""],
        ["No Zone", f"zone.{size}@example.org", "", "", "", "Mars/Olympus Mons"],
        ["No Address", "not an address", "", "", "", ""],
    ]
    page = window(admin, "/admin/people")
    page.get_by_role("link", name="Bring in a list").click()
    screenshot(page, "people-import")
    assert breaches(page) == []
    file = {"name": "staff.csv", "mimeType": "text/csv", "buffer": as_csv(rows)}
    page.get_by_label("CSV file").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name="Upload and look").click()
    # The header "Who" is not a usual name: the form of columns corrects it.
    who = page.get_by_label("Who Ben Ito")
    expect(who).to_be_visible(timeout=20_000)
    who.select_option("name")
    page.get_by_role("button", name="Read it again").click()
    counts = page.get_by_role("navigation", name="What would come of it")
    expect(counts.get_by_role("link", name="1 New")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Lars Loop → Lena Loop → Lars Loop").first).to_be_visible()
    expect(page.get_by_text("There is no time zone “Mars/Olympus Mons”")).to_be_visible()
    screenshot(page, "people-import-problems")
    assert breaches(page) == []
    assert wider_than_the_window(page) == []
    counts.get_by_role("link", name="1 Changed").click()
    lines = page.get_by_role("region", name="Lines")
    expect(lines.get_by_text("Head of loading and unloading")).to_be_visible()
    screenshot(page, "people-import-changes")
    page.get_by_role("button", name="Carry it out").click()
    expect(page.get_by_text("2 lines are carried out.")).to_be_visible(timeout=20_000)
    screenshot(page, "people-import-done")
    assert breaches(page) == []
    page.goto("/admin/people?q=Nora+Ny")
    expect(page.get_by_text("Nora Ny").first).to_be_visible()
