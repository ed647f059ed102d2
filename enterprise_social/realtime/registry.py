"""Which sockets of this process belong to whom, so that rights can be taken from them at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

FORMS = ("html", "json")


@dataclass(eq=False, slots=True)
class Client:
    """One connected socket."""

    sid: str
    person_id: int
    person_name: str
    session_id: int | None
    form: str  # "html" or "json"
    # The channels that a page says it shows; None where it hasn't said, as one of before this.
    shows: frozenset[int] | None = None
    channel_ids: set[int] = field(default_factory=set)
    typed_at: float = 0.0
    # The channel of the comments that it shows, without being a member.
    looks_at: int | None = None
    gone: bool = False
    watches: int = 0
    watches_since: float = 0.0

    def looks_into(self, channel_id: int) -> bool:
        """Tell whether the socket's page shows a channel, so that it wants to have its HTML."""
        return self.shows is None or channel_id in self.shows or channel_id == self.looks_at

    def may_type_now(self, every_seconds: float = 1.0) -> bool:
        """Tell whether enough time has passed since the last sign of typing, and note it."""
        moment = time.monotonic()
        if moment - self.typed_at < every_seconds:
            return False
        self.typed_at = moment
        return True

    def may_watch_now(self, most: int = 30, per_seconds: float = 10.0) -> bool:
        """Tell whether the socket may name other people to watch once more, and count it."""
        moment = time.monotonic()
        if moment - self.watches_since > per_seconds:
            self.watches_since, self.watches = moment, 0
        self.watches += 1
        return self.watches <= most


class Registry:
    """The connected sockets of this process by person."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_sid: dict[str, Client] = {}
        self._by_person: dict[int, dict[str, Client]] = {}
        self.closed = False

    def close(self) -> Sequence[Client]:
        """Take nobody in any more, and return who is in."""
        with self._lock:
            self.closed = True
            return list(self._by_sid.values())

    def add(self, client: Client) -> int:
        """Add a socket and return how many its person has now; 0 where it is known already."""
        with self._lock:
            if client.sid in self._by_sid:
                return 0
            self._by_sid[client.sid] = client
            theirs = self._by_person.setdefault(client.person_id, {})
            theirs[client.sid] = client
            return len(theirs)

    def remove(self, sid: str) -> Client | None:
        """Forget a socket and return it, where it was known."""
        with self._lock:
            client = self._by_sid.pop(sid, None)
            if client is None:
                return None
            theirs = self._by_person.get(client.person_id, {})
            theirs.pop(sid, None)
            if not theirs:
                self._by_person.pop(client.person_id, None)
        client.gone = True
        return client

    def get(self, sid: str) -> Client | None:
        """Return the socket of that id, or None."""
        return self._by_sid.get(sid)

    def of_person(self, person_id: int) -> Sequence[Client]:
        """Return somebody's sockets."""
        with self._lock:
            return list(self._by_person.get(person_id, {}).values())

    def all(self) -> Sequence[Client]:
        """Return every socket."""
        with self._lock:
            return list(self._by_sid.values())

    def __len__(self) -> int:
        return len(self._by_sid)
