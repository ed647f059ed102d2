"""Chromium for the browser journeys: people with a window each, and pictures of what they see."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Page,
    Playwright,
    sync_playwright,
)

from tests.services.missing import missing

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "has_touch": True,
        "is_mobile": True,
        "device_scale_factor": 2,
    },
}
# The shell is the same engine without the rest of a browser around it, for a third of the work.
SHELL = "chromium-headless-shell"
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
STORED = "local_storage,indexeddb,cache_storage,service_workers"
POLICY = re.compile(r"Content Security Policy|violates the following|Trusted Types", re.IGNORECASE)


def executable(*, whole: bool = False) -> str | None:
    """Return the path of a Chromium on this machine, or None; ``whole`` is more than its shell."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    names = WHOLE if whole else (SHELL, *WHOLE)
    found = next(filter(None, map(shutil.which, names)), None)
    return found or (str(mac) if mac.exists() else None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that drive a browser."""
    for item in items:
        if {"browser", "open_window"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers of this worker."""
    with sync_playwright() as driver:
        yield driver


def _launch(playwright: Playwright, program: str | None) -> Browser:
    if program is None:
        missing("Chromium")
    return playwright.chromium.launch(executable_path=program, args=ARGUMENTS)


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One running Chromium."""
    started = _launch(playwright, executable())
    yield started
    started.close()


class Contexts:
    """Browser contexts that may be used again, so that scripts and styles come from their cache.

    But for that cache a used one is as good as new: without pages, routes, cookies, permissions,
    and with nothing in its storage.
    """

    def __init__(self, browser: Browser) -> None:
        """Keep contexts of ``browser``."""
        self._browser = browser
        self._free: dict[tuple[str, str], list[BrowserContext]] = {}
        self._keys: dict[BrowserContext, tuple[str, str]] = {}
        self._hear: Callable[[str], None] = print

    def begin(self, hear: Callable[[str], None]) -> None:
        """Tell ``hear`` from now on what a browser complains of."""
        self._hear = hear

    def window(self, size: str, *, base_url: str = "", reuse: bool, **options: Any) -> Page:
        """Open a page in a context that nobody else uses, at a size, for the server at an address.

        With ``reuse`` the context serves again after ``give_back``: don't if something is done to
        it that can't be undone.
        """
        key = (size, base_url)
        if reuse and not options and self._free.get(key):
            return self._emptied(self._free[key].pop(), base_url)
        address = {"base_url": base_url} if base_url else {}
        context = self._browser.new_context(
            **{**SIZES[size], "locale": "en-GB", **address, **options}
        )
        context.set_default_timeout(20_000)
        context.on("weberror", lambda error: self._hear(f"{error.error}"))
        context.on("console", self._heard)
        if reuse and not options:
            self._keys[context] = key
        return context.new_page()

    def give_back(self, context: BrowserContext) -> None:
        """Close what is open in it, and itself where it is not to serve again."""
        if context not in self._keys:
            context.close()
            return
        for page in context.pages:
            page.close()
        context.unroute_all(behavior="ignoreErrors")
        context.set_offline(False)
        context.clear_permissions()
        context.clear_cookies()
        self._free.setdefault(self._keys[context], []).append(context)

    def close(self) -> None:
        """Close all that were given back."""
        for context in self._keys:
            context.close()

    def _emptied(self, context: BrowserContext, origin: str) -> Page:
        # Only now, when no script runs that could write once more.
        page = context.new_page()
        debugger = context.new_cdp_session(page)
        debugger.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": STORED})
        debugger.detach()
        return page

    def _heard(self, message: Any) -> None:
        if message.type == "error" and POLICY.search(message.text):
            self._hear(message.text)


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Contexts]:
    """The contexts of this worker's Chromium."""
    made = Contexts(browser)
    yield made
    made.close()


@pytest.fixture
def whole_contexts(playwright: Playwright) -> Iterator[Contexts]:
    """The contexts of a Chromium that can all that people's can, and is closed after the test."""
    started = _launch(playwright, executable(whole=True))
    yield Contexts(started)
    started.close()


@pytest.fixture
def open_window(request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """``open_window(size="desktop", base_url=…, **options)``: a page in a context of its own.

    ``size`` is ``desktop`` or ``phone``, the options are those of ``Contexts.window``; ``cookies``
    are put into it. A script error or a refusal by the content security policy in any window fails
    the test. Tests marked ``whole_browser`` are given windows of more than Chromium's shell.
    """
    whole = request.node.get_closest_marker("whole_browser") is not None
    contexts: Contexts = request.getfixturevalue("whole_contexts" if whole else "contexts")
    pages: list[Page] = []
    problems: list[str] = []
    contexts.begin(problems.append)

    def make(
        size: str = "desktop", *, cookies: Any = (), reuse: bool = False, **options: Any
    ) -> Page:
        pages.append(contexts.window(size, reuse=reuse, **options))
        if cookies:
            pages[-1].context.add_cookies(cookies)
        return pages[-1]

    yield make
    for context in {page.context: None for page in pages}:
        contexts.give_back(context)
    assert problems == [], "errors in the browser"


@pytest.fixture
def screenshot() -> Callable[[Page, str], list[Path]]:
    """``screenshot(page, name)`` writes the page in light and dark below ``.artifacts``.

    Only where ``PICTURES`` is set: they are for people to look at and take a third of the time.
    """

    def take(page: Page, name: str) -> list[Path]:
        if not os.environ.get("PICTURES"):
            return []
        folder = ARTIFACTS / "screenshots"
        folder.mkdir(parents=True, exist_ok=True)
        viewport = page.viewport_size
        size = "phone" if viewport and viewport["width"] < 600 else "desktop"
        files = []
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            file = folder / f"{name}-{size}-{scheme}.png"
            page.screenshot(path=file, animations="disabled")
            files.append(file)
        page.emulate_media(color_scheme=None, reduced_motion=None)
        return files

    return take


@pytest.fixture
def accessible(browser: Browser) -> Callable[[Page], None]:
    """``accessible(page)`` fails where axe finds a breach of WCAG 2.2 AA on the page."""
    script = (Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js").read_text()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

    def check(page: Page) -> None:
        try:
            # By the debugger, not as a script element: the page's policy stays as it is.
            page.evaluate(f"() => {{ {script} }}")
        except Error as error:
            raise RuntimeError("axe could not be loaded") from error
        found = page.evaluate("(tags) => axe.run({runOnly: {type: 'tag', values: tags}})", tags)
        breaches = [
            f"{breach['id']}: {breach['help']}: {node['target']}"
            for breach in found["violations"]
            for node in breach["nodes"]
        ]
        assert breaches == []

    return check
