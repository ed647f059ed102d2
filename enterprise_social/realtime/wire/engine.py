"""The Engine.IO server with our connections: one task looks after all of them."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import Any

import engineio
from engineio import packet

from enterprise_social.realtime.wire.connection import Connection
from enterprise_social.realtime.wire.line import Line

BEAT_SECONDS = 1.0
# After a word of parting, until the connection is cut.
PARTING_SECONDS = 5.0
# After so many at a stretch, others have a turn.
SLICE = 200


class Engine(engineio.Server):
    """Connections, their signs of life, and how many there may be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deflates = True
        # How many connections there may be from one address, and by all; 0 is any number.
        self.most_of_address = 0
        self.most = 0
        # How many may be open that have not said yet whose they are.
        self.most_unanswered = 0
        # How many proxies in front of this one name the address they were asked from.
        self.proxies = 0
        self.unanswered: set[str] = set()
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._addresses: Counter[str] = Counter()
        self._parting: list[tuple[float, Line]] = []
        self._looks_after = False

    def count(self, what: str) -> None:
        """Count something that happened to a connection, for the measurements."""
        self.counts[what] += 1

    def cut_later(self, line: Line) -> None:
        """Cut a connection that was said goodbye to, for one that doesn't close it."""
        self._parting.append((time.monotonic() + PARTING_SECONDS, line))

    def retry_ms(self) -> int:
        """Return over how many milliseconds those who are sent away should spread."""
        return min(10_000, max(1000, len(self.sockets)))

    def _handle_connect(
        self, environ: dict[str, Any], start_response: Any, transport: str, jsonp_index: Any = None
    ) -> Any:
        """Open a connection, or say when to come again where there are too many."""
        if not self._looks_after:
            self._looks_after = True
            self.start_background_task(self._service_task)
        address = self._address(environ)
        refusal = self._enter(address)
        if refusal is not None:
            return refusal
        connection = Connection(self, self.generate_id())
        connection.address = address
        self.unanswered.add(connection.sid)
        self.sockets[connection.sid] = connection
        try:
            return self._open(connection, environ, start_response, transport, jsonp_index)
        finally:
            if transport == "websocket":
                self.forget(connection)

    def _open(
        self,
        connection: Connection,
        environ: dict[str, Any],
        start_response: Any,
        transport: str,
        jsonp_index: Any,
    ) -> Any:
        sid = connection.sid
        facts = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingTimeout": int(self.ping_timeout * 1000),
            "pingInterval": int(self.ping_interval * 1000),
            "maxPayload": self.max_http_buffer_size,
        }
        connection.send(packet.Packet(packet.OPEN, facts))
        if self._trigger_event("connect", sid, environ, run_async=False) is False:
            self.forget(connection)
            return self._unauthorized()
        connection.schedule_ping()
        if transport == "websocket":
            return connection.handle_get_request(environ, start_response)
        connection.connected = True
        return self._ok(connection.poll(), jsonp_index=jsonp_index)

    def forget(self, connection: Connection) -> None:
        """Keep nothing more of a connection that is over."""
        self.sockets.pop(connection.sid, None)
        self.count_out(connection)

    def count_out(self, connection: Connection) -> None:
        """Count a connection out, once."""
        self.unanswered.discard(connection.sid)
        with self._lock:
            address, connection.address = connection.address, None
            if address is not None:
                self._addresses[address] -= 1
                if self._addresses[address] <= 0:
                    del self._addresses[address]

    def disconnect(self, sid: str | None = None) -> None:
        """Close a connection, or all of them, with a word of Engine.IO's."""
        for connection in [self.sockets.get(sid)] if sid else list(self.sockets.values()):
            if connection is not None:
                connection.close(wait=False, reason=self.reason.SERVER_DISCONNECT)
                if not connection.upgraded:
                    self.forget(connection)

    def _get_socket(self, sid: str) -> Connection:
        connection: Connection = self.sockets[sid]
        if connection.closed:
            raise KeyError("Socket is closed")
        return connection

    def _address(self, environ: dict[str, Any]) -> str:
        """Return who asks: the last address that a trusted proxy named."""
        named = [each.strip() for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        if self.proxies and len(named) >= self.proxies and named[-self.proxies]:
            return str(named[-self.proxies])
        return str(environ.get("REMOTE_ADDR", ""))

    def _enter(self, address: str) -> dict[str, Any] | None:
        """Count a connection in, or return the answer that there are too many."""
        with self._lock:
            of_address = self._addresses[address] + 1
            if self.most_of_address and of_address > self.most_of_address:
                return self._busy("address")
            if self.most and len(self.sockets) >= self.most:
                return self._busy("full")
            if self.most_unanswered and len(self.unanswered) >= self.most_unanswered:
                return self._busy("unanswered")
            self._addresses[address] = of_address
        return None

    def _busy(self, why: str) -> dict[str, Any]:
        """Answer 503 (RFC 9110, section 15.6.4) with the time after which to come again."""
        self.count(f"refused_{why}")
        wait = self.retry_ms()
        return {
            "status": "503 Service Unavailable",
            "headers": [
                ("Content-Type", "application/json"),
                ("Retry-After", str(-(-wait // 1000))),
            ],
            "response": json.dumps({"retry_in_ms": wait}).encode(),
        }

    def _service_task(self) -> None:
        """Look after all connections, once a second."""
        self.service_task_event = self.create_event()
        while not self.service_task_event.wait(timeout=BEAT_SECONDS):
            try:
                self.beat(time.monotonic())
            except Exception:
                self.logger.exception("connections could not be looked after")

    def beat(self, moment: float) -> None:
        """Ask who is due for a sign of life, and let go of who is gone."""
        for number, connection in enumerate(list(self.sockets.values()), 1):
            connection.beat(moment)
            if connection.closed and not connection.upgraded:
                self.forget(connection)
            if number % SLICE == 0:
                self.sleep(0)
        while self._parting and self._parting[0][0] <= moment:
            self._parting.pop(0)[1].cut()
