"""One server for all journeys, and a window for everyone who takes part."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.office import Colleague, Office
from tests.browser.town import Town, build
from tests.services.server import LiveServer

# Two cores that run several browsers at once may take longer than its five seconds.
expect.set_options(timeout=10_000)

OpenWindow = Callable[..., Page]


def open_office(template: Path, data_dir: Path) -> Iterator[Office]:
    """Start a server on a new database; close everything in the end."""
    data_dir.mkdir(parents=True)
    shutil.copy(template, data_dir / "enterprise-social.db")
    server = LiveServer(data_dir)
    office = Office(server)
    server.start()
    yield office
    office.close()
    server.stop()


@pytest.fixture(scope="session")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The server of all tests that leave it running; each makes its own people and channels."""
    yield from open_office(sqlite_template, tmp_path_factory.mktemp("office") / "data")


@pytest.fixture
def own_office(sqlite_template: Path, tmp_path: Path) -> Iterator[Office]:
    """A server of the test's own, to be killed."""
    yield from open_office(sqlite_template, tmp_path / "data")


@pytest.fixture(params=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> str:
    """1280×800 with a mouse, then 390×844 with fingers."""
    return str(request.param)


def session_cookie(url: str, value: str) -> dict[str, Any]:
    """Return the cookie that a browser keeps for somebody who has signed in."""
    host = urlsplit(url).hostname
    flags = {"httpOnly": True, "secure": False, "sameSite": "Lax", "expires": -1}
    return {"name": "es_session", "value": value, "path": "/", "domain": host, **flags}


@pytest.fixture
def window(open_window: OpenWindow, size: str, request: pytest.FixtureRequest) -> OpenWindow:
    """``window(person, path="/", **options)``: their browser at a page of the server.

    ``person`` may be None for somebody who isn't signed in; ``url`` is another server's address;
    ``reuse=False`` for a window with a context that no other test shall have after it.
    """

    def make(person: Colleague | None, path: str = "/", *, url: str = "", **options: Any) -> Page:
        options.setdefault("reuse", not url)
        url = url or request.getfixturevalue("office").server.url
        if person is not None:
            options["cookies"] = [session_cookie(url, person.cookie)]
        page = open_window(options.pop("size", size), base_url=url, **options)
        page.goto(path)
        return page

    return make


@pytest.fixture(scope="session")
def town(office: Office) -> Town:
    """A company with something of everything on the shared server; look, but change nothing."""
    return build(office)
