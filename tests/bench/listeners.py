"""A process with some connected clients; says when each of them received each marked message.

A Socket.IO client (protocol 5 over Engine.IO 4, WebSocket only, RFC 6455 frames) that does no more
than is needed, so that 500 of them leave the machine to the server. Plan as JSON in the first line
of standard input; prints ``ready`` when all are connected. The lines ``active`` and ``away`` let
all say so; at any other, or the end, it prints the receipts as JSON, with the times at which each
client had news of presence.
"""

from __future__ import annotations

import base64
import json
import os
import re
import selectors
import socket
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

MARK = re.compile(rb"bench-mark-(\d+)-")
TEXT = 0x81  # a final frame of text
COMPRESSED = 0x40
STATES = ("active", "away")
SAYS = '42["presence",{{"state":"{}"}}]'
OFFER = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
NEWS = b'42["presence_changed"'


@dataclass
class Client:
    """One connection."""

    socket: socket.socket
    data: bytearray = field(default_factory=bytearray)
    news: list[float] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    # What undoes permessage-deflate (RFC 7692), where it was agreed to.
    inflate: Any = None

    def send(self, text: str) -> None:
        """Send a short text frame, masked with zeros as a client may."""
        payload = text.encode()
        head = bytes([TEXT, 0x80 | len(payload)])
        if len(payload) > 125:
            head = bytes([TEXT, 0x80 | 126]) + len(payload).to_bytes(2, "big")
        self.socket.sendall(head + b"\0\0\0\0" + payload)

    def frames(self) -> list[bytes]:
        """Return the whole frames that have come."""
        found, data, at = [], self.data, 0
        while len(data) - at >= 2:
            length, start = data[at + 1] & 0x7F, at + 2
            if length == 126:
                length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if len(data) < start + length:
                break
            payload = bytes(data[start : start + length])
            if data[at] & COMPRESSED and self.inflate is not None:
                payload = self.inflate.decompress(payload + b"\0\0\xff\xff")
            found.append(payload)
            at = start + length
        del data[:at]
        return found


def connect(port: int, auth: dict[str, Any] | None, offer: str = "") -> Client:
    """Open a WebSocket, sign in and wait until the server has put the client into its rooms."""
    line = socket.create_connection(("127.0.0.1", port), timeout=30)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    key = base64.b64encode(os.urandom(16)).decode()
    line.sendall(
        (
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{offer}\r\n"
        ).encode()
    )
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.recv(4096)
    if b" 101 " not in data.split(b"\r\n", 1)[0]:
        raise ConnectionError(data[:200].decode("latin-1"))
    head, _end, rest = data.partition(b"\r\n\r\n")
    client = Client(line, bytearray(rest))
    if b"permessage-deflate" in head:
        client.inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    client.send("40" + (json.dumps(auth) if auth else ""))
    while True:
        for frame in client.frames():
            if frame.startswith(b"44"):
                raise ConnectionError(frame.decode())
            if b'"ready"' in frame:
                return client
        part = line.recv(65536)
        if not part:
            raise ConnectionError("closed before it was ready")
        client.data += part


def main() -> None:
    """Connect, listen, report."""
    plan = json.loads(sys.stdin.readline())
    ways = plan["auths"]
    numbers = range(plan.get("first", 0), plan.get("first", 0) + plan["clients"])
    offer = OFFER if plan.get("deflate") else ""
    with ThreadPoolExecutor(plan.get("at_once", 1)) as pool:
        made = pool.map(lambda n: connect(plan["port"], ways[n % len(ways)], offer), numbers)
        clients = list(made)
    watched = json.dumps({"user_ids": plan.get("watch", [])})
    for client in clients if plan.get("watch") else ():
        client.send(f'42["watch",{watched}]')
        client.send(SAYS.format("active"))
    receipts: dict[int, list[float]] = {}
    watch = selectors.DefaultSelector()
    for client in clients:
        watch.register(client.socket, selectors.EVENT_READ, client)
    watch.register(sys.stdin, selectors.EVENT_READ, None)
    print("ready", flush=True)
    lost = 0
    while True:
        for key, _events in watch.select():
            if key.data is None:
                word = sys.stdin.readline().strip()
                if word in STATES:
                    for client in clients:
                        client.send(SAYS.format(word))
                    continue
                news = [client.news for client in clients]
                json.dump({"receipts": receipts, "lost": lost, "presence": news}, sys.stdout)
                return
            client = key.data
            part = client.socket.recv(262_144)
            moment = time.perf_counter()
            if not part:
                lost += 1
                watch.unregister(client.socket)
                continue
            client.data += part
            for frame in client.frames():
                if frame == b"2":
                    client.send("3")
                    continue
                if frame.startswith(NEWS):
                    client.news.append(moment)
                for mark in MARK.findall(frame):
                    # A status is told again with whatever else changes of somebody.
                    if mark not in client.seen:
                        client.seen.add(mark)
                        receipts.setdefault(int(mark), []).append(moment)


if __name__ == "__main__":
    main()
