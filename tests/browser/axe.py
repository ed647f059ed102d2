"""Checks of a whole page that hold everywhere: access for all, no sideways scrolling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """([tags, only]) => axe.run({
    runOnly: only ? {type: "rule", values: [only]} : {type: "tag", values: tags},
    resultTypes: ["violations"],
})"""


def breaches(page: Page) -> list[str]:
    """Return what axe finds in light, and which colours contrast too little in dark."""
    # What a form leads to may be seen before its styles and scripts are there.
    page.wait_for_load_state("load")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    if not page.evaluate("() => 'axe' in window"):
        # By the debugger, not as a script element: the page's policy stays as it is.
        page.evaluate(f"() => {{ {SCRIPT.read_text()} }}")
    found = [_lines("light", page.evaluate(RUN, [TAGS, None]))]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found.append(_lines("dark", page.evaluate(RUN, [TAGS, "color-contrast"])))
    page.emulate_media(color_scheme=None, reduced_motion=None)
    return [line for lines in found for line in lines]


def _lines(scheme: str, answer: dict[str, Any]) -> list[str]:
    return [
        f"{scheme}: {breach['id']}: {breach['help']}: {node['target']} {node['html'][:120]}"
        for breach in answer["violations"]
        for node in breach["nodes"]
    ]


def wider_than_the_window(page: Page) -> list[str]:
    """Return what sticks out sideways, where the page or its main column scrolls sideways."""
    found: list[str] = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            const scrolls = [document.scrollingElement, ...document.querySelectorAll(
                "main, main .scroll, #panel, #panel .scroll")]
                .filter(e => e.scrollWidth > e.clientWidth + 1 && e.checkVisibility());
            if (!scrolls.length) return [];
            const wide = [...document.querySelectorAll("body *")].filter(e =>
                e.checkVisibility() && !e.closest("#rail")
                && e.getBoundingClientRect().right > width + 1);
            return [...scrolls, ...wide].slice(0, 8).map(e => e.outerHTML.slice(0, 120));
        }"""
    )
    return found
