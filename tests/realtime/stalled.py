"""A client that connects and then reads nothing any more."""

from __future__ import annotations

import re
import socket

import httpx

from tests.bench.listeners import connect
from tests.realtime.listeners import Listener, settled
from tests.realtime.people import Person

LONG = "a long story of what went on here " * 560  # some 19,000 characters
SLOW = re.compile(r'sockets_turned_away_total\{why="slow"\} (\d+)')


def holds_nobody_up(writer: Person, slow: Person, other: Listener, channel_id: int) -> None:
    """Write until the one that doesn't read is let go; the other hears everything, in order."""
    client = connect(int(slow.url.rpartition(":")[2]), {**slow.auth, "format": "json"})
    before = let_go(slow)
    seqs = [writer.write(channel_id, LONG)["seq"] for _ in range(70)]
    other.wait("post_created", lambda data: data["seq"] == seqs[-1])
    heard = [d["seq"] for d in other.events("post_created") if d["channel_id"] == channel_id]
    assert heard == seqs
    settled(lambda: let_go(slow) > before, 15, "the slow one is let go")
    # What the kernel held for it comes, and then the end.
    assert len(rest_of(client.socket)) < 3_000_000
    ready = connect(int(slow.url.rpartition(":")[2]), slow.auth)
    ready.socket.close()


def let_go(person: Person) -> int:
    """Return how many sockets the person's process let go because they were slow."""
    found = SLOW.search(httpx.get(f"{person.url}/metrics", timeout=10).text)
    return int(found[1]) if found else 0


def rest_of(line: socket.socket) -> bytes:
    """Read to the end."""
    data, part = b"", b""
    line.settimeout(10)
    try:
        while part := line.recv(262_144):
            data += part
    except ConnectionResetError:
        pass
    line.close()
    return data
