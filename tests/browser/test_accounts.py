"""Coming in, coming back, and being sent away."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import policy
from email.parser import BytesParser
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.office import PASSWORD, Office
from tests.services.process import until

Window = Callable[..., Page]


def mailed_link(folder: Path, address: str) -> str:
    """Wait for a mail to ``address`` and return the link in it."""
    found: list[str] = []

    def arrived() -> bool:
        for file in folder.glob("*.eml"):
            mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
            body = mail.get_body(("plain",))
            if body is not None and address in str(mail["To"]):
                found.extend(re.findall(r"https?://\S+", body.get_content()))
        return bool(found)

    until(arrived, 15, f"a mail to {address}")
    return found[-1]


def test_sign_in_leads_where_one_wanted_to_go(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    place = office.channel(ada)
    page = window(None, place.url)
    expect(page).to_have_url(re.compile(r"/login"))
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_label("Password").fill("not this one")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("E-mail")).to_have_value(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=place.name, exact=True)).to_be_visible()


def test_signing_out_closes_the_other_tab_too(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    place = office.channel(ada)
    page = window(ada, place.url)
    other = page.context.new_page()
    other.goto(f"{office.server.url}{place.url}")
    desk.connected(other)
    desk.box(other).fill("half a thought")
    if desk.is_phone(page):
        page.get_by_role("link", name="Open the menu").click()
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(f"{office.server.url}/login")
    expect(other).to_have_url(re.compile(r"/login\?next=%2Fchannels%2F"))
    other.reload()  # both tabs may have got a token at the same time
    other.get_by_label("E-mail").fill(ada.email)
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    expect(desk.box(other)).to_have_value("half a thought")


def test_a_sign_in_form_that_got_too_old_says_so_and_works(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    place = office.channel(ada)
    page = window(None, place.url)
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.context.clear_cookies()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Sign in once more")).to_be_visible()
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name=place.name, exact=True)).to_be_visible()


def test_an_invitation_by_link(office: Office, window: Window) -> None:
    admin = office.person("Vera Admin", role="admin")
    page = window(admin, "/admin/people")
    address = f"new.{admin.username}@example.org"
    form = page.get_by_role("region", name="Invite somebody")
    form.get_by_label("E-mail").fill(address)
    form.get_by_label("Name").fill("Nina New")
    form.get_by_role("button", name="Invite").click()
    expect(page.get_by_text(f"The invitation to {address}")).to_be_visible()
    there = window(None, mailed_link(office.server.data_dir / "mail", address))
    expect(there.get_by_label("E-mail")).to_have_value(address)
    expect(there.get_by_label("Your name")).to_have_value("Nina New")
    there.get_by_label("Choose a password").fill("a row of several words")
    there.get_by_role("button", name="Come in").click()
    expect(there.get_by_role("link", name="Nina New").locator("visible=true")).to_have_count(
        0 if desk.is_phone(there) else 1
    )
    expect(there).to_have_url(f"{office.server.url}/")
    page.goto("/people?q=Nina")
    expect(page.locator("#main").get_by_role("link", name="Nina New").first).to_be_visible()


def test_a_forgotten_password(office: Office, window: Window) -> None:
    ada = office.person("Ada Berg")
    elsewhere = window(ada, "/people")
    desk.connected(elsewhere)
    page = window(None, "/login")
    page.get_by_role("link", name="Forgotten?").click()
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_text("a mail with a link is on its way")).to_be_visible()
    link = mailed_link(office.server.data_dir / "mail", ada.email)
    page.goto(link)
    page.get_by_label("New password").fill("quite another sentence")
    page.get_by_role("button", name="Set the password").click()
    expect(elsewhere).to_have_url(re.compile(r"/login\?next=%2Fpeople"))
    expect(page).to_have_url(re.compile(r"/login"))
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_label("Password").fill("quite another sentence")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{office.server.url}/")
    page.goto(link)
    expect(page.get_by_label("New password")).to_have_count(0)


def test_deactivation_closes_the_page_within_a_second(office: Office, window: Window) -> None:
    admin, ben = office.person("Vera Admin", role="admin"), office.person("Ben Ito")
    place = office.channel(ben, admin)
    office.write(ben, place, "here since long")
    there = window(ben, place.url)
    desk.connected(there)
    page = window(admin, f"/admin/people?q={ben.email}")
    page.get_by_role("button", name=f"Deactivate {ben.name}").click()
    expect(page.get_by_role("button", name=f"Bring back {ben.name}")).to_be_visible()
    expect(there).to_have_url(re.compile(r"/login"), timeout=1000)
    expect(there.get_by_text("here since long")).to_have_count(0)
    there.goto(place.url)
    expect(there).to_have_url(re.compile(r"/login"))
    page.goto(place.url)
    expect(desk.post(desk.stream(page), "here since long")).to_be_visible()
