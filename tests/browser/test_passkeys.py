"""A passkey, by Chromium's own virtual authenticator: made, and signed in with."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.office import PASSWORD, Office
from tests.services.server import LiveServer

OpenWindow = Callable[..., Page]
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named_office(sqlite_template: Path, tmp_path: Path) -> Iterator[Office]:
    """A server that goes by a name: browsers make passkeys for no bare address."""
    folder = tmp_path / "named"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "enterprise-social.db")
    server = LiveServer(folder)
    server.url = server.env["BASE_URL"] = f"http://localhost:{server.port}"
    office = Office(server)
    server.start()
    yield office
    office.close()
    server.stop()


def with_authenticator(page: Page) -> Any:
    """Give the browser a device with a fingerprint reader that always says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable", {"enableUI": False})
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return devtools, made["authenticatorId"]


def allow(device: Any, yes: bool) -> None:
    """Let the device answer by itself, or have nobody touch it."""
    devtools, name = device
    devtools.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": name, "enabled": yes}
    )


def test_a_passkey_is_made_and_opens_the_door_without_a_password(
    named_office: Office, open_window: OpenWindow, screenshot: Callable[[Page, str], Any]
) -> None:
    for size in ("desktop", "phone"):
        ada = named_office.person("Ada Berg")
        page = open_window(size, base_url=named_office.server.url)
        device = with_authenticator(page)
        allow(device, False)
        page.goto("/login?next=/settings/security")
        page.get_by_label("E-mail").fill(ada.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        allow(device, True)
        expect(page.get_by_role("heading", name="Passkeys")).to_be_visible()
        page.get_by_label("Name of the new passkey").fill("Blue phone")
        page.get_by_role("button", name="Add a passkey").click()

        codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
        expect(codes).to_have_count(10)
        assert breaches(page) == []
        assert wider_than_the_window(page) == []
        screenshot(page, "recovery-codes")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save as a file").click()
        saved = download.value.path().read_text()
        assert all(code in saved for code in codes.all_text_contents())
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_text("Blue phone", exact=True).first).to_be_visible()
        expect(page.get_by_text("10 codes are left.")).to_be_visible()
        assert breaches(page) == []
        assert wider_than_the_window(page) == []
        screenshot(page, "security")

        allow(device, False)
        page.context.clear_cookies()
        page.goto("/login?next=/people")
        screenshot(page, "login-with-passkey")
        # The button's question ends the one that stands behind the e-mail field.
        with page.expect_response("**/login/challenge"):
            page.get_by_role("button", name="Use a passkey").click()
        allow(device, True)
        expect(page).to_have_url(re.compile("/people$"))

        # And behind the password, where the password alone opens nothing.
        page.context.clear_cookies()
        allow(device, False)
        page.goto("/login")
        page.get_by_label("E-mail").fill(ada.email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="One more step")).to_be_visible()
        assert breaches(page) == []
        screenshot(page, "second-step")
        page.goto("/people")
        expect(page).to_have_url(re.compile("/login"))
        page.goto("/login/step")
        allow(device, True)
        page.get_by_role("button", name="Use a passkey").click()
        expect(page).to_have_url(re.compile("/$"))
