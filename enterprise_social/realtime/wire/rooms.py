"""Who is connected, for Socket.IO: its own book costs the square of the connections.

python-socketio keeps a two-way dictionary for each connection's room, and looks through the rooms
of all connections when one goes. Who hears of which channel is kept elsewhere (``seats``), so
all that is left to keep is which connection is whose.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from socketio import Manager


class Rooms(Manager):
    """A book of the connections of one namespace; the only room is one's own."""

    def get_participants(self, namespace: str, room: Any) -> Iterator[tuple[str, str]]:
        """Return the connection of one client, or of all."""
        book = self.rooms.get(namespace, {}).get(None, {})
        if room is None:
            yield from list(book.items())
        elif room in book:
            yield room, book[room]

    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        """Note a new client; that it is in its own room need not be noted. Raises ValueError."""
        if room is None:
            super().basic_enter_room(sid, namespace, None, eio_sid=eio_sid)
        elif room != sid:
            raise ValueError("rooms of channels are not kept here")

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Forget a client."""
        if room is None:
            self.rooms.get(namespace, {}).get(None, {}).pop(sid, None)

    def basic_disconnect(self, sid: str, namespace: str, **kwargs: Any) -> None:
        """Forget a client that went away."""
        self.basic_leave_room(sid, namespace, None)
        self.callbacks.pop(sid, None)
        for waiting in (self.pending_connect, self.pending_disconnect):
            if sid in waiting.get(namespace, ()):
                waiting[namespace].remove(sid)
                if not waiting[namespace]:
                    del waiting[namespace]

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """Return one's own room."""
        return [sid]
