"""The organisation's own fields in the browser: defined, filled in, seen by some, noted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from enterprise_social.core.db import db
from enterprise_social.people.actions import update_person
from enterprise_social.people.models import Person
from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import Colleague, Office

pytestmark = pytest.mark.parametrize("size", ["desktop"], indirect=True)
Window = Callable[..., Page]
Screenshot = Callable[[Page, str], list[Path]]
SIZES = ("desktop", "phone")


def new_field(page: Page, name: str, kind: str, audience: str, choices: str = "") -> None:
    page.get_by_role("link", name="New field").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("What stands in it").select_option(kind)
    if choices:
        page.get_by_label("Choices, one a line").fill(choices)
    else:
        expect(page.get_by_label("Choices, one a line")).to_be_hidden()
    page.get_by_role("group", name="Who sees it").get_by_text(audience, exact=True).click()
    page.get_by_role("button", name="Add the field").click()
    expect(page.get_by_role("status").filter(has_text=name)).to_be_visible()


def manage(office: Office, person: Colleague, manager: Colleague) -> None:
    with office.app.app_context():
        update_person(None, db.session.get_one(Person, person.id), manager_id=manager.id)


def test_a_field_is_defined_filled_in_and_seen_by_those_whom_it_is_for(
    own_office: Office, window: Window, screenshot: Screenshot
) -> None:
    office, url = own_office, own_office.server.url
    ada = office.person("Ada Berg", role="admin")
    maren, ines = office.person("Maren Visser", phone="+47 22 00"), office.person("Ines Duarte")
    manage(office, maren, ines)

    # The admin defines two fields and puts the second one first.
    admin = window(ada, "/admin", url=url)
    admin.get_by_role("navigation", name="Administration").get_by_text("Fields").click()
    new_field(admin, "Size of the jacket", "choice", "Everyone", "Small\nLarge")
    new_field(admin, "Who to call", "text", "Their managers")
    rows = admin.locator(".field-list li .nm")
    expect(rows).to_contain_text(["Size of the jacket", "Who to call"])
    admin.get_by_role("button", name="Move Who to call up").click()
    expect(rows).to_contain_text(["Who to call", "Size of the jacket"])

    # The person fills them in; a colleague sees the one, the manager both.
    form = window(maren, "/settings", url=url, size="phone")
    desk.connected(form)
    form.get_by_label("Size of the jacket").select_option("Large")
    form.get_by_label("Who to call").fill("Jan, 555 0101")
    screenshot(form, "fields-form")
    form.get_by_role("button", name="Save", exact=True).last.click()
    expect(form.get_by_text("Your profile is saved.")).to_be_visible()
    profile = f"/people/{maren.username}"
    peer = window(office.person("Ben Ito"), profile, url=url)
    expect(peer.get_by_text("Large", exact=True)).to_be_visible()
    expect(peer.get_by_text("555 0101")).to_have_count(0)
    manager = window(ines, profile, url=url, size="phone")
    expect(manager.get_by_text("Jan, 555 0101")).to_be_visible()

    # What is no longer asked for is shown to nobody; what was changed stands in the history.
    admin.get_by_role("checkbox", name="Phone").uncheck()
    admin.get_by_role("button", name="Save", exact=True).click()
    expect(admin.get_by_text("The choice is saved.")).to_be_visible()
    peer.reload()
    expect(peer.get_by_text("+47 22 00")).to_have_count(0)
    admin.goto(profile)
    admin.get_by_role("link", name="History").click()
    table = admin.get_by_role("table")
    expect(table.get_by_role("row").filter(has_text="Who to call")).to_contain_text("555 0101")
    expect(table).to_contain_text("Maren Visser")

    # Archived and deleted, after being told what goes.
    admin.goto("/admin/fields")
    admin.get_by_role("button", name="Archive Who to call").click()
    expect(admin.get_by_role("heading", name="Archived")).to_be_visible()
    admin.get_by_role("link", name="Delete Who to call").click()
    expect(admin.get_by_text("What 1 person wrote in it is removed.")).to_be_visible()
    admin.get_by_role("button", name="Delete for good").click()
    expect(rows).to_have_count(1)


def test_the_pages_of_administration_are_fit_for_all_at_both_sizes(
    own_office: Office, window: Window, screenshot: Screenshot
) -> None:
    office, url = own_office, own_office.server.url
    ada = office.person("Ada Berg", role="admin")
    maren = office.person("Maren Visser", title="Duty manager")
    manage(office, maren, ada)
    definitions = [
        {"name": "Size of the jacket", "kind": "choice", "choices": ["Small", "Large"]},
        {"name": "Emergency contact", "kind": "text", "audience": "managers", "required": True},
        {"name": "What I learn just now", "kind": "long", "hint": "A line or two."},
        {"name": "Certified until", "kind": "date", "audience": "self", "editor": "admins"},
        {"name": "Buddy", "kind": "person"},
        {"name": "Rota", "kind": "link", "editor": "directory"},
    ]
    with office.app.app_context():
        from enterprise_social.people.actions import fields

        row = db.session.get_one(Person, maren.id)
        keys = [fields.define_field(None, **each).key for each in definitions]
        given = ["Large", "Jan", "Nets\nand knots", "2027-01-31", ada.username, "example.org/rota"]
        fields.set_values(None, row, dict(zip(keys, given, strict=True)))
        old = fields.define_field(None, name="Fax", kind="text")
        fields.set_field_archived(None, old, True)
    pages = {
        "admin-people": (ada, "/admin/people"),
        "admin-fields": (ada, "/admin/fields"),
        "admin-field-new": (ada, "/admin/fields/new"),
        "admin-field": (ada, "/admin/fields/1"),
        "admin-field-delete": (ada, "/admin/fields/1/delete"),
        "admin-history": (ada, f"/admin/people/{maren.id}/history"),
        "profile-fields": (maren, f"/people/{maren.username}"),
        "settings-fields": (maren, "/settings"),
    }
    wrong = []
    for size in SIZES:
        for name, (person, path) in pages.items():
            page = window(person, path, url=url, size=size)
            if name == "settings-fields":
                page.get_by_label("Buddy").scroll_into_view_if_needed()
            screenshot(page, name)
            # From the top: what a bar that stays covers in passing is no smaller for it.
            page.evaluate(
                "document.querySelectorAll('.scroll').forEach((one) => one.scrollTo(0, 0))"
            )
            wrong += [f"{name} {size}: {line}" for line in breaches(page)]
            wrong += [f"{name} {size}: {line}" for line in wider_than_the_window(page)]
            page.close()
    assert "\n".join(wrong) == ""
