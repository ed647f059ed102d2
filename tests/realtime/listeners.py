"""Connected clients that remember what they hear: python-socketio and npm's socket.io-client.

Both offer the same few methods, so that every test of the protocol runs with both.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import socketio

Wanted = Callable[[Any], bool]
SECONDS = 15.0


@dataclass(frozen=True)
class Heard:
    """An event as it came in."""

    name: str
    data: Any


class Refused(Exception):
    """The server didn't take the connection; the text is its reason."""


class Listener:
    """What both kinds have in common: the memory, and waiting for what comes."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._news = threading.Condition()

    def emit(self, event: str, data: Any) -> Any:
        """Send an event and return its acknowledgement."""
        raise AssertionError

    def close(self) -> None:
        """Go away."""
        raise AssertionError

    def hear(self, name: str, data: Any = None) -> None:
        """Note what came in."""
        with self._news:
            self.heard.append(Heard(name, data))
            self._news.notify_all()

    def events(self, *names: str) -> list[Any]:
        """Return the data of all events of these names, in the order of their coming."""
        with self._news:
            return [heard.data for heard in self.heard if heard.name in names]

    def wait(self, name: str, wanted: Wanted = lambda _data: True, seconds: float = SECONDS) -> Any:
        """Return the data of the first event of that name that is wanted; wait for it to come."""

        def found() -> Heard | None:
            return next((h for h in self.heard if h.name == name and wanted(h.data)), None)

        with self._news:
            if not self._news.wait_for(lambda: found() is not None, seconds):
                names = [heard.name for heard in self.heard]
                raise TimeoutError(f"no such {name} within {seconds:g} s; heard {names}")
            heard = found()
        assert heard is not None
        return heard.data

    def wait_count(self, name: str, count: int, seconds: float = SECONDS) -> None:
        """Wait until events of that name have come ``count`` times."""
        with self._news:
            enough = self._news.wait_for(
                lambda: sum(h.name == name for h in self.heard) >= count, seconds
            )
        assert enough, f"{name} did not come {count} times"

    def connected(self) -> Listener:
        """Return itself once the server has taken the connection. Raises Refused."""
        with self._news:
            self._news.wait_for(
                lambda: any(h.name in ("ready", "connect_error") for h in self.heard), SECONDS
            )
            refusals = [h.data for h in self.heard if h.name == "connect_error"]
        if refusals:
            self.close()
            raise Refused(refusals[0])
        self.wait("ready")
        return self


class PythonListener(Listener):
    """python-socketio."""

    def __init__(self, url: str, auth: dict[str, Any], transport: str = "websocket") -> None:
        super().__init__()
        # The library forgets to close what a lost connection leaves behind.
        self._http = requests.Session()
        self._sockets: list[Any] = []
        self._client = socketio.Client(
            http_session=self._http,
            handle_sigint=False,
            reconnection_delay=0.2,
            reconnection_delay_max=0.5,
            randomization_factor=0,
        )
        self._client.on("*", lambda event, *data: self.hear(event, *data))
        self._client.on("connect", self._connected)
        self._client.on("disconnect", lambda reason: self.hear("disconnect", reason))
        self._client.on("connect_error", self._refused)
        with suppress(socketio.exceptions.ConnectionError):
            self._client.connect(url, auth=auth, transports=[transport], wait_timeout=SECONDS)

    def _connected(self) -> None:
        self._sockets.append(self._client.eio.ws)
        self.hear("connect")

    def _refused(self, data: Any = None) -> None:
        self._sockets.append(self._client.eio.ws)
        self.hear("connect_error", data.get("message") if isinstance(data, dict) else data)

    def emit(self, event: str, data: Any) -> Any:
        """Send an event and return its acknowledgement."""
        return self._client.call(event, data, timeout=SECONDS)

    def close(self) -> None:
        """Go away."""
        self._client.shutdown()
        self._http.close()
        for opened in filter(None, self._sockets):
            opened.shutdown()


class NodeListener(Listener):
    """The official client, in a Node.js process."""

    def __init__(
        self, folder: Path, url: str, auth: dict[str, Any], transport: str = "websocket"
    ) -> None:
        super().__init__()
        options = {"auth": auth, "transports": [transport], "reconnectionDelay": 200}
        options["reconnectionDelayMax"] = 500
        self._numbers = itertools.count(1)
        self._process = subprocess.Popen(
            ["node", "listen.mjs", url, json.dumps(options)],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            heard = json.loads(line)
            self.hear(heard["name"], heard.get("data"))

    def emit(self, event: str, data: Any) -> Any:
        """Send an event and return its acknowledgement."""
        number = next(self._numbers)
        assert self._process.stdin is not None
        self._process.stdin.write(
            json.dumps({"event": event, "data": data, "number": number}) + "\n"
        )
        self._process.stdin.flush()
        return self.wait("acknowledgement", lambda data: data["number"] == number)["answer"]

    def close(self) -> None:
        """Go away."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.wait(10)
        self._thread.join(5)
        if self._process.stdout is not None:
            self._process.stdout.close()


def settled(condition: Callable[[], bool], seconds: float, what: str) -> float:
    """Wait until something outside the clients is so; return how many seconds that took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.01)
    return time.monotonic() - begun
