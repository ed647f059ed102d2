"""One event to many sockets: written once, sent in slices, thin for who doesn't look at it.

A page says which channels it shows. What changes in another channel is for its rail alone, so it
hears that something changed and no HTML; where that is many pages, once for all that changed within
half a second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from engineio.exceptions import SocketIsClosedError
from engineio.packet import MESSAGE, Packet
from flask_socketio import SocketIO
from socketio.packet import EVENT

from enterprise_social.realtime.registry import Client, Registry
from enterprise_social.realtime.seats import Seats

log = logging.getLogger(__name__)
NAMESPACE = "/"
# After so many, requests of other people have a turn: three thousand are a tenth of a second.
SLICE = 100
# Beyond so many who would hear of it, nobody is told who types.
MOST_TOLD_OF_TYPING = 300
# What a page can show of a channel, and what a room that types all at once may cost.
TYPING_A_SECOND = 5
# So many who only hear that something changed are told what happened within this time at once.
MANY, GATHER_SECONDS = 100, 0.5
FULL, THIN = "live", "changed"
THIN_FIELDS = ("seq", "first", "meta")


class Sending:
    """Sends to the sockets of this process."""

    def __init__(self, socketio: SocketIO, registry: Registry, seats: Seats) -> None:
        self._socketio = socketio
        self._registry = registry
        self._seats = seats
        # Two who send to the same sockets take turns: slices of both would mix their order.
        self._turn = threading.Lock()
        self._gathered: dict[int, list[dict[str, Any]]] = {}
        self._gathering = threading.Lock()
        self._second, self._typing = 0, Counter[str]()

    def to_room(self, event: str, payload: Any, room: str, skip: str | None = None) -> None:
        """Send to a person's sockets or to those that hear a channel in one form."""
        kind, _, rest = room.partition(":")
        if kind == "person":
            self.to(self._registry.of_person(int(rest)), event, payload, skip)
            return
        channel_id, _, form = rest.partition(":")
        if event == "typing" and not self._may_tell_of_typing(rest):
            return
        clients = self._seats.heard_by(int(channel_id), form)
        if form == "html":
            self._to_pages(int(channel_id), clients, event, payload, skip)
        elif event != "typing" or len(clients) <= MOST_TOLD_OF_TYPING:
            self.to(clients, event, payload, skip, of=int(channel_id))

    def to(
        self,
        clients: Iterable[Client],
        event: str,
        payload: Any,
        skip: str | None = None,
        *,
        of: int | None = None,
    ) -> None:
        """Send one event to these sockets; it is written once for all of them.

        What is ``of`` a channel goes to none that was taken out of it while others had their turn.
        """
        server = self._socketio.server
        packet = None
        with self._turn:
            for number, client in enumerate(clients, 1):
                connection_id = server.manager.eio_sid_from_sid(client.sid, NAMESPACE)
                if connection_id is None or client.sid == skip or client.gone:
                    continue
                if of is not None and of not in client.channel_ids:
                    continue
                packet = packet or self._packet(event, payload)
                try:
                    server._send_eio_packet(connection_id, packet)
                except SocketIsClosedError:
                    continue
                except Exception:
                    # The others are told all the same; this one asks for what it missed.
                    log.exception("a socket could not be told")
                if number % SLICE == 0:
                    self._socketio.sleep(0)

    def _to_pages(
        self, channel_id: int, clients: Iterable[Client], event: str, payload: Any, skip: str | None
    ) -> None:
        looking: list[Client] = []
        others: list[Client] = []
        # A page that says now what it shows is one of them, and told what was gathered, or not.
        with self._gathering:
            for client in clients:
                (looking if client.looks_into(channel_id) else others).append(client)
            thin = {name: payload[name] for name in THIN_FIELDS if name in payload}
            gathered = event == FULL and self._gather(channel_id, thin, len(others))
        if event == FULL:
            self.to(looking, event, payload, skip, of=channel_id)
            if not gathered:
                self.to(others, THIN, {"channel_id": channel_id, **thin}, of=channel_id)
        elif event != "typing":
            self.to([*looking, *others], event, payload, skip, of=channel_id)
        elif len(looking) <= MOST_TOLD_OF_TYPING:
            self.to(looking, event, payload, skip, of=channel_id)

    def _may_tell_of_typing(self, room: str) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._typing = second, Counter()
        self._typing[room] += 1
        return self._typing[room] <= TYPING_A_SECOND

    def _gather(self, channel_id: int, thin: dict[str, Any], hearers: int) -> bool:
        """Keep a change to be told with others; tell whether there are enough who hear of it."""
        waiting = self._gathered.get(channel_id)
        if waiting is not None:
            waiting.append(thin)
        elif hearers > MANY:
            self._gathered[channel_id] = [thin]
            try:
                self._socketio.start_background_task(self._tell_later, channel_id)
            except RuntimeError:
                # No thread is to be had: nobody would ever tell what is gathered.
                del self._gathered[channel_id]
                return False
        return waiting is not None or hearers > MANY

    def _tell_later(self, channel_id: int) -> None:
        self._socketio.sleep(GATHER_SECONDS)
        with self._gathering:
            changes = self._gathered.pop(channel_id, [])
        others = [
            client
            for client in self._seats.heard_by(channel_id, "html")
            if not client.looks_into(channel_id)
        ]
        self.to(others, THIN, {"channel_id": channel_id, "changes": changes}, of=channel_id)

    def show(self, client: Client, channel_ids: frozenset[int]) -> None:
        """Let a page have the HTML of these channels from now on.

        What was gathered until now is told to it at once: later it would be among those who look,
        and hear of it from nobody.
        """
        with self._gathering:
            fresh = channel_ids - (client.shows or frozenset())
            found = {each: [*self._gathered.get(each, ())] for each in fresh & client.channel_ids}
            client.shows = channel_ids
        for channel_id, changes in found.items():
            if changes:
                told = {"channel_id": channel_id, "changes": changes}
                self.to([client], THIN, told, of=channel_id)

    def _packet(self, event: str, payload: Any) -> Packet:
        written = self._socketio.server.packet_class(
            EVENT, namespace=NAMESPACE, data=[event, payload]
        )
        return Packet(MESSAGE, written.encode())
