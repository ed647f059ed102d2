"""Clients as a careful program writes them: an outbox that repeats, and a view that catches up."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import requests
import socketio

from tests.faults.workspace import Colleague

ANSWER_SECONDS = 15
PAUSE_SECONDS = 0.1


@dataclass(frozen=True)
class Confirmed:
    """A post that the server said it has."""

    id: int
    channel_id: int
    seq: int
    client_id: str
    body: str


@dataclass(frozen=True)
class Draft:
    """A post to send; ``parent`` picks the thread among those that are confirmed."""

    channel_id: int
    client_id: str
    body: str
    is_reply: bool = False


class Sender(threading.Thread):
    """Sends its posts one after the other and each until it is confirmed."""

    def __init__(self, url: str, colleague: Colleague, drafts: Sequence[Draft]) -> None:
        super().__init__(name=f"sender-{colleague.id}", daemon=True)
        self.confirmed: list[Confirmed] = []
        self.repeated = 0
        self.already_there = 0
        self.refused: list[str] = []
        self.told_to_wait: list[int] = []
        self.drafts = drafts
        self._url = url
        self._colleague = colleague
        self._roots: dict[int, int] = {}

    def run(self) -> None:
        """Send everything."""
        with requests.Session() as http:
            http.headers.update(self._colleague.headers)
            for draft in self.drafts:
                self._send(http, draft)

    def _send(self, http: requests.Session, draft: Draft) -> None:
        document: dict[str, Any] = {"body": draft.body, "client_id": draft.client_id}
        parent = self._roots.get(draft.channel_id)
        if draft.is_reply and parent:
            document["parent_id"] = parent
        address = f"{self._url}/api/v1/channels/{draft.channel_id}/posts"
        while True:
            try:
                answer = http.post(address, json=document, timeout=ANSWER_SECONDS)
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code in (200, 201):
                break
            if answer is not None and answer.status_code < 500:
                self.refused.append(f"{answer.status_code} {answer.text[:200]}")
                return
            self.repeated += 1
            if answer is not None and answer.status_code == 503:
                self.told_to_wait.append(int(answer.headers.get("Retry-After", "0")))
            time.sleep(PAUSE_SECONDS)
        self.already_there += answer.status_code == 200
        post = answer.json()
        self._roots.setdefault(draft.channel_id, post["id"])
        self.confirmed.append(
            Confirmed(post["id"], draft.channel_id, post["seq"], draft.client_id, draft.body)
        )


class Follower:
    """A socket and what its owner sees, built from events and catch-up alone."""

    def __init__(
        self,
        url: str,
        colleague: Colleague,
        channel_ids: Sequence[int],
        transport: str = "websocket",
    ) -> None:
        self.view: dict[int, dict[int, str]] = {channel_id: {} for channel_id in channel_ids}
        self.known: dict[int, int] = dict.fromkeys(channel_ids, 0)
        self.live = 0
        self.caught_up = 0
        self.connections = 0
        self.goodbyes: list[int] = []
        self.disorder: list[str] = []
        self._url = url
        self._token = colleague.token
        self._transport = transport
        self._http = requests.Session()
        self._http.headers.update(colleague.headers)
        self._heard: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._socket = socketio.Client(
            reconnection_delay=0.1, reconnection_delay_max=0.5, handle_sigint=False
        )
        self._socket.on("*", self._hear)
        # The library lets go of a broken connection without closing it, also of one that broke
        # before it was signed in.
        self._lines: list[Any] = []
        opened = self._socket.eio.handlers["connect"]
        self._socket.eio.handlers["connect"] = lambda: (self._connected(), opened())

    def start(self) -> Follower:
        """Connect; later connections are made again by themselves."""
        self._thread.start()
        self._socket.connect(
            self._url,
            # By the header a proxy knows where this client belongs.
            headers={"Authorization": f"Bearer {self._token}"},
            auth={"token": self._token},
            transports=[self._transport],
            wait_timeout=30,
        )
        return self

    def stop(self) -> None:
        """Disconnect."""
        self._socket.shutdown()
        self._heard.put(("stop", None))
        self._thread.join(10)
        self._http.close()
        for line in self._lines:
            line.shutdown()

    def reaches(self, seqs: dict[int, int]) -> bool:
        """Tell whether the view has come to these numbers."""
        return all(self.known[channel_id] >= seq for channel_id, seq in seqs.items())

    def _connected(self) -> None:
        if self._socket.eio.ws is not None:
            self._lines.append(self._socket.eio.ws)

    def _hear(self, event: str, payload: Any = None) -> None:
        self._heard.put((event, payload))

    def _follow(self) -> None:
        while True:
            event, payload = self._heard.get()
            if event == "stop":
                return
            if event == "ready":
                self.connections += 1
                for channel_id, seq in payload["channels"].items():
                    if seq > self.known[int(channel_id)]:
                        self._catch_up(int(channel_id))
            elif event == "bye":
                self.goodbyes.append(payload["retry_in_ms"])
            elif "seq" in payload and payload["channel_id"] in self.known:
                self._take(payload)

    def _take(self, change: dict[str, Any]) -> None:
        known = self.known[change["channel_id"]]
        if change["seq"] == known + 1:
            self.live += 1
            self._apply(change)
        elif change["seq"] > known:
            self._catch_up(change["channel_id"])

    def _catch_up(self, channel_id: int) -> None:
        address = f"{self._url}/api/v1/channels/{channel_id}/events"
        while True:
            asked = {"after": self.known[channel_id], "limit": 200}
            try:
                answer = self._http.get(address, params=asked, timeout=ANSWER_SECONDS)
            except requests.RequestException:
                return  # the next connection's "ready" says again how far it is
            if answer.status_code != 200:
                return
            items = answer.json()["items"]
            if not items:
                return
            for item in items:
                if item["seq"] != self.known[channel_id] + 1:
                    self.disorder.append(f"{channel_id}: {self.known[channel_id]}, {item['seq']}")
                self.caught_up += 1
                self._apply({"channel_id": channel_id, **item})

    def _apply(self, change: dict[str, Any]) -> None:
        channel_id, post = change["channel_id"], change.get("post")
        self.known[channel_id] = change["seq"]
        if change["type"] == "post_deleted":
            self.view[channel_id].pop(change["post_id"], None)
        elif post is not None:
            self.view[channel_id][post["id"]] = post["body"]


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for something that others do; raises TimeoutError that says what."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)
