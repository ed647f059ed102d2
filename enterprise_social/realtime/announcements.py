"""Announcements on the wire: whoever is connected has one at once, and tells when it was seen.

A process looks up which of its own connected people are recipients: twenty thousand recipients
cost no more than those who are here. What pages report is gathered and written together.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from typing import Any

from flask import Flask
from flask_socketio import SocketIO

from enterprise_social.announcements import actions
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.queries.banners import banner_facts
from enterprise_social.announcements.queries.lists import connected_recipients, unreached_among
from enterprise_social.core.db import db
from enterprise_social.core.fragments import cached_fragment
from enterprise_social.realtime.registry import Client, Registry
from enterprise_social.realtime.transport import SocketTransport

log = logging.getLogger(__name__)
GATHER_SECONDS = 0.25
MOST_AT_ONCE = 50
KINDS = ("delivered", "seen")


class Announcements:
    """Carries announcements to the sockets of this process, and their receipts back."""

    def __init__(self, app: Flask, socketio: SocketIO, transport: SocketTransport) -> None:
        self._app = app
        self._socketio = socketio
        self._registry: Registry = app.extensions["registry"]
        self._lock = threading.Lock()
        self._receipts: dict[str, set[tuple[int, int]]] = {kind: set() for kind in KINDS}
        self._gathering = False
        transport.add_command("announce", self.announce)
        transport.add_command("announcement_ended", self.ended)
        transport.after_looking.append(self.catch_up)

    def announce(self, announcement_id: int, person_ids: Collection[int] | None = None) -> None:
        """Bring an announcement to its connected recipients, or to those of them that are named."""
        clients = self._clients(person_ids)
        if not clients:
            return
        with self._app.app_context():
            announcement = db.session.get(Announcement, announcement_id)
            theirs = connected_recipients(announcement_id, clients, waiting=True)
            if announcement is None or not announcement.is_open or not theirs:
                db.session.remove()
                return
            facts = banner_facts(announcement)
            key = (announcement.id, announcement.version, announcement.state)
            html = str(cached_fragment(key, "announcements/_banner.html", announcement=facts))
            payload = facts.document()
            db.session.remove()
        for person_id in theirs:
            for client in clients[person_id]:
                shown = {**payload, "html": html} if client.form == "html" else payload
                self._socketio.emit("announcement_published", shown, to=client.sid)

    def catch_up(self) -> None:
        """Bring what came while this process could not hear it to whom it has not reached."""
        clients = self._clients(None)
        with self._app.app_context():
            missed = unreached_among(clients)
            db.session.remove()
        for announcement_id, person_ids in missed.items():
            self.announce(announcement_id, person_ids)

    def ended(self, announcement_id: int) -> None:
        """Have it taken from every screen; whoever had it hears no more than that."""
        clients = self._clients(None)
        with self._app.app_context():
            theirs = connected_recipients(announcement_id, clients)
            db.session.remove()
        for person_id in theirs:
            for client in clients[person_id]:
                payload = {"announcement_id": announcement_id}
                self._socketio.emit("announcement_ended", payload, to=client.sid)

    def receipt(self, client: Client | None, data: Any) -> dict[str, Any]:
        """Take a page's word that announcements have come, or were seen; written shortly after."""
        kind = data.get("kind") if isinstance(data, dict) else None
        ids = data.get("announcement_ids") if isinstance(data, dict) else None
        if kind not in KINDS or not _are_ids(ids):
            return {"ok": False, "error": "bad request"}
        if client is None:
            return {"ok": False, "error": "not connected"}
        with self._lock:
            self._receipts[kind].update((each, client.person_id) for each in ids or ())
            begin, self._gathering = not self._gathering, True
        if begin:
            self._socketio.start_background_task(self._write_soon)
        return {"ok": True}

    def write(self) -> None:
        """Write what was gathered."""
        with self._lock:
            gathered = {kind: sorted(receipts) for kind, receipts in self._receipts.items()}
            for receipts in self._receipts.values():
                receipts.clear()
            self._gathering = False
        with self._app.app_context():
            try:
                if gathered["delivered"]:
                    actions.record_delivered(gathered["delivered"])
                if gathered["seen"]:
                    actions.record_seen(gathered["seen"])
            finally:
                db.session.remove()

    def _write_soon(self) -> None:
        self._socketio.sleep(GATHER_SECONDS)
        try:
            self.write()
        except Exception:
            # The pages say it again with their next connection or view.
            log.exception("receipts of announcements were not written")

    def _clients(self, person_ids: Collection[int] | None) -> dict[int, list[Client]]:
        wanted = None if person_ids is None else set(person_ids)
        found: dict[int, list[Client]] = {}
        for client in self._registry.all():
            if wanted is None or client.person_id in wanted:
                found.setdefault(client.person_id, []).append(client)
        return found


def _are_ids(ids: Any) -> bool:
    return (
        isinstance(ids, list)
        and 0 < len(ids) <= MOST_AT_ONCE
        and all(type(each) is int and 0 < each < 2**63 for each in ids)
    )
