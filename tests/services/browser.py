"""Chromium for the browser journeys: people with a window each, and pictures of what they see."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

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
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
POLICY = re.compile(r"Content Security Policy|violates the following|Trusted Types", re.IGNORECASE)


def executable() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (str(mac) if mac.exists() else None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give all browser tests to one worker: two browsers at a time slow each other down."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One running Chromium."""
    program = executable()
    if program is None:
        missing("Chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``open_window(size="desktop", base_url=…, **options)``: a page in a context of its own.

    ``size`` is ``desktop`` or ``phone``, the options are those of a Playwright context. A script
    error or a refusal by the content security policy in any window fails the test.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def heard(message: Any) -> None:
        if message.type == "error" and POLICY.search(message.text):
            problems.append(message.text)

    def make(size: str = "desktop", **options: Any) -> Page:
        context = browser.new_context(**{**SIZES[size], "locale": "en-GB", **options})
        context.set_default_timeout(10_000)
        context.on("weberror", lambda error: problems.append(f"{error.error}"))
        context.on("console", heard)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert problems == [], "errors in the browser"


@pytest.fixture
def screenshot() -> Callable[[Page, str], list[Path]]:
    """``screenshot(page, name)`` writes the page in light and dark below ``.artifacts``."""

    def take(page: Page, name: str) -> list[Path]:
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
