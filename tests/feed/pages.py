"""A page as the browser holds it: applies live operations and tells what it shows."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag


class Page:
    """A page's DOM with the operations that static/js/core/live.js carries out on it."""

    def __init__(self, html: str) -> None:
        self.soup = BeautifulSoup(html, "lxml")

    def apply(self, messages: list[dict[str, Any]]) -> None:
        """Carry out the operations of live messages, in order."""
        for message in messages:
            for operation in message["ops"]:
                self._one(operation)

    def _one(self, operation: dict[str, str]) -> None:
        kind, _, identity = operation["target"].partition(":")
        if operation["op"] == "append":
            for container in self.soup.select(f'[data-{kind}="{identity}"]'):
                self._insert(container, operation["html"])
            return
        attribute = "channel-head" if kind == "channel" else kind
        for element in self.soup.select(f'[data-{attribute}="{identity}"]'):
            if operation["op"] == "remove":
                element.decompose()
            else:
                element.replace_with(self._parse(operation["html"]))

    def _insert(self, container: Tag, html: str) -> None:
        added = self._parse(html)
        for known in container.select(f'[data-post="{added["data-post"]}"]'):
            known.decompose()
        for post in container.select("[data-post]"):
            if _moment(post) > _moment(added):
                post.insert_before(added)
                return
        container.append(added)

    @staticmethod
    def _parse(html: str) -> Tag:
        element = BeautifulSoup(html, "html.parser").find()
        assert isinstance(element, Tag)
        return element

    def shows(self) -> list[str]:
        """Return every post and channel head in order, but for what the page groups by itself."""
        found = []
        for element in self.soup.select("[data-post], [data-channel-head]"):
            text = str(element).replace(" post-run", "")
            found.append(" ".join(text.split()))
        return found


def _moment(post: Tag) -> tuple[str, int]:
    return str(post["data-at"]).removesuffix("Z"), int(str(post["data-post"]))
