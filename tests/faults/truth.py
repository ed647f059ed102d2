"""What the server itself says when all is over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

from tests.faults.workspace import Colleague


class Truth:
    """Reads whole lists by the API, page after page."""

    def __init__(self, url: str, colleague: Colleague) -> None:
        self._url = f"{url}/api/v1"
        self._http = requests.Session()
        self._http.headers.update(colleague.headers)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def posts(self, channel_id: int) -> list[dict[str, Any]]:
        """Return a channel's posts and replies, oldest first."""
        return list(self._pages(f"/channels/{channel_id}/posts"))[::-1]

    def seq(self, channel_id: int) -> int:
        """Return the number of a channel's last change."""
        return int(self._get(f"/channels/{channel_id}")["seq"])

    def log(self, channel_id: int) -> list[dict[str, Any]]:
        """Return every change of a channel from its first one."""
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["seq"] if found else 0
            items = self._get(f"/channels/{channel_id}/events", after=after, limit=200)["items"]
            if not items:
                return found
            found += items

    def total(self, query: str) -> int:
        """Return how many posts a search counts; -1 while there is no index to ask."""
        asked = {"q": query, "limit": 1}
        answer = self._http.get(f"{self._url}/search", params=asked, timeout=30)
        return int(answer.json()["total"]) if answer.status_code == 200 else -1

    def search(self, query: str) -> set[int]:
        """Return the ids of all posts that a search finds, to its last page."""
        return {item["post"]["id"] for item in self._pages("/search", q=query, sort="newest")}

    def _pages(self, path: str, **asked: Any) -> Iterator[dict[str, Any]]:
        cursor: str | None = None
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = self._get(path, limit=200, **asked, **more)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _get(self, path: str, **asked: Any) -> dict[str, Any]:
        answer = self._http.get(self._url + path, params=asked, timeout=30)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document
