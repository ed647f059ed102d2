"""One Engine.IO connection: by WebSocket without a thread that writes, or by long polling."""

from __future__ import annotations

import random
import threading
import time
from typing import Any

from engineio import exceptions, packet
from engineio.socket import Socket

from enterprise_social.realtime.wire import frames
from enterprise_social.realtime.wire.line import BadHandshake, Line, accept

# What may wait for a client that doesn't read; then it is let go, and asks for what it missed.
MOST_WAITING_BYTES = 1_048_576
MOST_WAITING_PACKETS = 1000
# What one connection may send: so much at once, and so much a second for long.
BURST, A_SECOND = 200, 20.0


class Connection(Socket):
    """What the server keeps of one client. Nothing in it waits to send."""

    def __init__(self, server: Any, sid: str) -> None:
        # Not the base's: it makes a queue, which is for a thread that writes.
        self.server = server
        self.sid = sid
        self.connected = self.upgrading = self.upgraded = False
        self.closing = self.closed = self._is_let_go = False
        self.session: dict[str, Any] = {}
        self.address: str | None = None
        self.last_ping: float | None = time.monotonic()
        self._ping_at = float("inf")
        self._lock = threading.Lock()
        self._line: Line | None = None
        # A WebSocket of this connection, from its handshake on; there may be one.
        self._coming: Line | None = None
        self._has_come = False
        # For whoever polls, and until the WebSocket is there.
        self._packets: list[packet.Packet] = []
        self._packet_bytes = 0
        self._news: Any = None
        self._allowance, self._allowed_at = float(BURST), self.last_ping

    @property
    def unsent(self) -> int:
        """How many packets or bytes were sent to the client and not yet taken."""
        return max(0, self._line.waiting) if self._line else len(self._packets)

    def send(self, pkt: packet.Packet) -> None:
        """Send a packet without waiting for the client; one too far behind is let go."""
        if self.closed:
            raise exceptions.SocketIsClosedError()
        line = self._line
        if line is None:
            line = self._keep(pkt)
        if line is not None:
            line.send(framed(pkt, line.deflates))
            if line.too_slow:
                self.let_go()
        elif len(self._packets) > MOST_WAITING_PACKETS or self._packet_bytes > MOST_WAITING_BYTES:
            self.let_go()

    def receive(self, pkt: packet.Packet) -> None:
        """Take a packet from the client, unless it sends too many."""
        if pkt.packet_type == packet.MESSAGE and not self._may_send():
            self.server.count("flooding")
            self.close(wait=False, abort=True, reason=self.server.reason.SERVER_DISCONNECT)
            return
        super().receive(pkt)

    def let_go(self) -> None:
        """End a connection whose client doesn't read."""
        with self._lock:
            if self._is_let_go:
                return
            self._is_let_go = True
            self._packets.clear()
        self.server.count("slow")
        # Beside: whoever sends to many must not wait for what follows from it.
        self.server.start_background_task(
            self.close, wait=False, abort=True, reason=self.server.reason.TRANSPORT_ERROR
        )

    def poll(self) -> list[packet.Packet]:
        """Wait for packets for a client that polls."""
        with self._lock:
            self._news = self._news or self.server.create_event()
            if self._packets or self.closed:
                self._news.set()
        if not self._news.wait(timeout=self.server.ping_interval + self.server.ping_timeout):
            raise exceptions.QueueEmpty()
        with self._lock:
            self._news.clear()
            found, self._packets, self._packet_bytes = self._packets, [], 0
        return found

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """End the connection; without ``abort`` after a word of Engine.IO's."""
        with self._lock:
            if self.closed or self.closing:
                return
            self.closing = True
        why = reason or self.server.reason.SERVER_DISCONNECT
        self.server._trigger_event("disconnect", self.sid, why, run_async=False)
        if not abort:
            self.send(packet.Packet(packet.CLOSE))
        self.closed = True
        self.server.count_out(self)
        line = self._line or self._coming
        if line is not None:
            line.end(frames.GOING_AWAY if abort else frames.NORMAL)
            self.server.cut_later(line)
        if self._news is not None:
            self._news.set()

    def schedule_ping(self) -> None:
        """Note that the client answered; the server's one task says when it is asked again."""
        if self.last_ping is not None:
            # Those who came back together are not asked together.
            wait = self.server.ping_interval * random.uniform(0.6, 1.0)  # noqa: S311
            self._ping_at = time.monotonic() + wait
            self.last_ping = None

    def beat(self, moment: float) -> None:
        """Ask the client for a sign of life when it is time to, and end one that gave none."""
        if self.closed or self.closing:
            return
        if self.last_ping is not None:
            if moment - self.last_ping > self.server.ping_timeout:
                self.close(wait=False, abort=True, reason=self.server.reason.PING_TIMEOUT)
        elif moment >= self._ping_at:
            self.last_ping = moment
            self.send(packet.Packet(packet.PING))

    def _may_send(self) -> bool:
        moment = time.monotonic()
        gained = (moment - self._allowed_at) * A_SECOND
        self._allowance = min(float(BURST), self._allowance + gained) - 1
        self._allowed_at = moment
        return self._allowance >= 0

    def _keep(self, pkt: packet.Packet) -> Line | None:
        """Keep a packet for the next poll, unless a WebSocket is there by now."""
        with self._lock:
            if self._line is None:
                self._packets.append(pkt)
                self._packet_bytes += len(pkt.encode())
                if self._news is not None:
                    self._news.set()
            return self._line

    def _upgrade_websocket(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Speak WebSocket until the connection ends, in the request's own thread."""
        with self._lock:
            if self._has_come:
                # Each takes a thread, and only connections are counted.
                return self.server._bad_request()
            self._has_come = True
        try:
            return self._speak(environ)
        finally:
            self._has_come = self.upgraded

    def _speak(self, environ: dict[str, Any]) -> Any:
        sock = environ.get("gunicorn.socket")
        if sock is None:
            return self.server._bad_request()
        try:
            deflates = accept(environ, sock, deflates=self.server.deflates)
        except BadHandshake:
            refusal = self.server._bad_request()
            refusal["headers"] = [*refusal["headers"], ("Sec-WebSocket-Version", "13")]
            return refusal
        line = Line(
            sock,
            self.server.start_background_task,
            largest=self.server.max_http_buffer_size,
            most_waiting=MOST_WAITING_BYTES,
            deflates=deflates,
        )
        try:
            if self._begins(line):
                self._listen(line)
                self.server.forget(self)
        finally:
            self._coming = None
            line.cut()
        # What gunicorn takes for the end of a connection.
        raise StopIteration

    def _begins(self, line: Line) -> bool:
        """Take the line into use; one that polled before says so first (Engine.IO 4, upgrade)."""
        with self._lock:
            self._coming = line
            is_over = self.closed or self.closing
        if is_over or (self.connected and not self._is_probed(line)):
            return False
        with self._lock:
            if self.closed or self.closing:
                return False
            self.connected = self.upgraded = True
            self.upgrading = False
            for waiting in self._packets:
                if waiting.packet_type != packet.NOOP:
                    line.send(framed(waiting, line.deflates))
            self._packets, self._packet_bytes = [], 0
            self._line = line
        return True

    def _is_probed(self, line: Line) -> bool:
        """Take the two words by which one that polled changes over; it has only so long for them.

        Polls go on until the second, so without a limit a silent one would keep its thread.
        """
        line.be_patient(self.server.ping_timeout)
        if line.read() == "2probe":
            self.upgrading = True
            line.send(frames.frame(frames.TEXT, b"3probe"))
            self._keep(packet.Packet(packet.NOOP))  # ends a poll that waits
            if line.read() == "5":
                line.be_patient(None)
                return True
        self.upgrading = False
        return False

    def _listen(self, line: Line) -> None:
        while (message := line.read()) is not None:
            if self.closed:
                continue
            try:
                self.receive(packet.Packet(encoded_packet=message))
            except exceptions.UnknownPacketError:
                continue
            except (exceptions.SocketIsClosedError, ValueError):
                break
            except Exception:
                self.server.logger.exception("a message could not be taken")
                break
        self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)


def framed(pkt: packet.Packet, deflated: bool) -> bytes:
    """Return a packet as a WebSocket's frame, which is made once for all who get it."""
    made: dict[bool, bytes] = pkt.__dict__.setdefault("frames", {})
    found = made.get(deflated)
    if found is None:
        encoded = pkt.encode()
        opcode = frames.BINARY if pkt.binary else frames.TEXT
        payload = encoded if isinstance(encoded, bytes) else encoded.encode()
        pack = frames.compressed if deflated and len(payload) >= frames.COMPRESSED_FROM else None
        found = made[deflated] = (pack or frames.frame)(opcode, payload)
    return found
