"""Every page, at both sizes, light and dark: access for all, no errors, and a picture of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from enterprise_social.core.clock import now
from tests.browser import desk
from tests.browser.axe import breaches, wider_than_the_window
from tests.browser.conftest import session_cookie
from tests.browser.office import Colleague, Office, Place
from tests.services.browser import SIZES

Screenshot = Callable[[Page, str], list[Path]]

LONG = (
    "The **gate** opens at six. See the [plan](https://example.org/plan/with/a/rather/long/path), "
    "ask @{ben} or read `harbour/notes.md`.\n\n> Nobody walks under the crane.\n\n"
    "| Berth | Ship | Remark |\n| --- | --- | --- |\n| 3 | Annelise | with a long remark on the "
    "side that takes its room |\n\n```python\ndef load(ship: Ship, containers: list[Container]) -> "
    "Manifest:  # a line longer than a phone is wide\n    return Manifest(ship)\n```\n\n"
    "- [x] papers\n- [ ] customs\n\n#safety :ship: "
    "averyveryverylongwordwithoutanyspacethatwouldstickoutofanarrowwindowifnothingbrokeit"
)


@dataclass
class Town:
    """One company as all pages of this module show it."""

    office: Office
    ada: Colleague
    ben: Colleague
    place: Place
    private: Place
    empty: Place
    root: int
    edited: int
    direct: str = ""
    invitation: str = ""
    pages: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def town(office: Office) -> Town:
    """Two people with a lively channel, a private and an empty one, and a direct conversation."""
    ada = office.person("Ada Berg", role="admin", title="Harbour master", department="Operations")
    ben = office.person("Ben Ito", title="Crane driver", department="Operations", location="Kobe")
    cleo = office.person("Cleopatra Featherstonehaugh-Winterbottom", department="Legal")
    place = office.channel(ada, ben, cleo, name=f"harbour watch {ada.id}")
    private = office.channel(ada, ben, name=f"wages {ada.id}", kind="private")
    empty = office.channel(ada, name=f"quiet corner {ada.id}")
    begin = now() - timedelta(days=1, hours=2)
    for number in range(9):
        office.write((ada, ben, cleo)[number // 2 % 3], place, f"Log entry {number}", at=begin)
        begin += timedelta(minutes=2)
    root = office.write(ada, place, LONG.format(ben=ben.username))
    office.write(ben, place, "Understood.", parent_id=root)
    office.write(cleo, place, "Me too, with **questions**.", parent_id=root)
    edited = office.write(ada, place, "Ship at noon")
    ada.call("PATCH", f"/posts/{edited}", body="Ship at one")
    ada.call("PUT", f"/posts/{root}/pin")
    gone = office.write(ben, place, "wrong channel")
    office.write(ada, place, "why?", parent_id=gone)
    ben.call("DELETE", f"/posts/{gone}")
    quoting = {"quoted_post_id": root}
    ben.write(place, f"As said, @{ada.username}", **quoting)
    office.write(ben, private, f"@{ada.username} the new table")
    found = Town(office, ada, ben, place, private, empty, root, edited)
    found.pages = addresses(found)
    return found


def addresses(town: Town) -> dict[str, str]:
    """Name every page that somebody signed in can open, with its address."""
    place = town.place.url
    return {
        "home": "/",
        "channels": "/channels",
        "channels-nothing-found": "/channels?q=qqqqqq",
        "channel-new": "/channels/new",
        "channel": place,
        "channel-thread": f"{place}?thread={town.root}",
        "channel-details": f"{place}?details=1",
        "channel-details-page": f"{place}/details",
        "channel-settings": f"{place}/settings",
        "channel-private": town.private.url,
        "channel-empty": town.empty.url,
        "channel-at": f"{place}?at={town.root}#at",
        "thread": f"/posts/{town.root}",
        "post-actions": f"/posts/{town.edited}/actions",
        "post-edit": f"/posts/{town.edited}/edit",
        "post-revisions": f"/posts/{town.edited}/revisions",
        "post-delete": f"/posts/{town.edited}/delete",
        "people": "/people",
        "people-nothing-found": "/people?q=qqqqqq",
        "person": f"/people/{town.ben.username}",
        "own-profile": f"/people/{town.ada.username}",
        "search-empty": "/search",
        "search": "/search?q=ship",
        "search-nothing-found": "/search?q=qqqqqq+from%3Anobody",
        "settings-profile": "/settings",
        "settings-password": "/settings/password",
        "settings-sessions": "/settings/sessions",
        "settings-tokens": "/settings/tokens",
        "admin": "/admin/people",
        "api": "/api/docs",
        "not-found": "/channels/there-is-none",
    }


NAMES = list(addresses(Town(*[None] * 3, *[Place(0, "", "")] * 3, 0, 0)) if False else [])
