"""The socket endpoint: who connects is put into the rooms of their channels by the server."""

from __future__ import annotations

import logging
import random
import time
from typing import Any

from flask import Flask, current_app, request
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO

from enterprise_social.accounts import identity
from enterprise_social.channels.queries import channel_ids_of, cut_off
from enterprise_social.core import outages
from enterprise_social.core.db import db
from enterprise_social.core.shared import gevent_patched
from enterprise_social.notifications.queries.lists import unread_count
from enterprise_social.people.queries.presence import blocked_ids
from enterprise_social.realtime.announcements import Announcements
from enterprise_social.realtime.followers import Followers
from enterprise_social.realtime.presence_events import Presence
from enterprise_social.realtime.registry import FORMS, Client, Registry
from enterprise_social.realtime.seats import channel_room
from enterprise_social.realtime.transport import SocketTransport
from enterprise_social.realtime.wire.server import Endpoint

log = logging.getLogger(__name__)
# Of a process with a thread each: it has some more, which requests need.
MOST_WITH_THREADS = 1400
# Of those that have not said yet whose they are: a handshake costs little, and keeps something.
MOST_UNANSWERED = 1000
MOST_SHOWN = 50
RECONNECT_SPREAD_MS = 3000
GOODBYE_SECONDS = 3.0


def register(app: Flask) -> None:
    """Attach the endpoint to ``app`` and give the bus its transport."""
    socketio = Endpoint(
        app,
        async_mode="gevent" if gevent_patched() else "threading",
        ping_interval=25,
        ping_timeout=20,
        max_http_buffer_size=100_000,
        manage_session=False,
        logger=False,
        engineio_logger=False,
    )
    limits(app, socketio)
    registry = Registry()
    transport = SocketTransport(app, socketio, registry)
    app.extensions["registry"] = registry
    app.extensions["presence"] = Presence(app, socketio, transport)
    app.extensions["announcements"] = Announcements(app, socketio, transport)
    app.extensions["followers"] = Followers(app, transport, registry)
    transport.add_command(
        "recheck_looking",
        lambda person_id: transport.seats.keep_lookers(registry.of_person(person_id)),
    )
    app.extensions["transport"] = transport
    app.extensions["live"].transport = transport
    socketio.on_event("connect", connect)
    socketio.on_event("disconnect", disconnect)
    socketio.on_event("typing", typing)
    socketio.on_event("presence", presence)
    socketio.on_event("watch", watch)
    socketio.on_event("receipt", receipt)
    socketio.on_event("look", look)
    socketio.on_event("show", show)
    # An exception in a handler must not end the connection without a word in the log.
    socketio.default_exception_handler = _failed


def limits(app: Flask, socketio: SocketIO) -> None:
    """Set how many connections there may be."""
    engine = socketio.server.eio
    engine.most = app.config["SOCKETS"]
    if socketio.async_mode == "threading":
        engine.most = min(engine.most, MOST_WITH_THREADS)
    engine.most_of_address = app.config["SOCKETS_OF_ADDRESS"]
    engine.most_unanswered = MOST_UNANSWERED
    engine.proxies = app.config["TRUSTED_PROXIES"]


def connect(auth: Any = None) -> None:
    """Sign a socket in and put it into its rooms; anyone else is refused."""
    try:
        _connect(auth)
    except outages.DATABASE_AWAY as error:
        # Taken in by halves it would be in no room, and wait for ever for what it never gets.
        outages.note(error)
        _transport().forget(_sid())
        raise Refused("unavailable", later()) from None


def _connect(auth: Any) -> None:
    if _registry().get(_sid()) is not None:
        # An event that a client named so: whom its socket speaks for was settled before.
        return
    given = auth if isinstance(auth, dict) else {}
    form = given.get("format", "json")
    if form not in FORMS:
        raise Refused("format")
    signed_in = identity.socket_identity(given.get("token"))
    if signed_in is None:
        raise Refused("unauthorized")
    person, session_id = signed_in
    client = Client(_sid(), person.id, person.name, session_id, form, given_ids(given.get("shows")))
    transport = _transport()
    transport.listen()
    theirs = _registry().add(client)
    if not theirs:
        return  # the same at the same moment
    if _registry().closed:
        _transport().forget(client.sid)
        raise Refused("stopping", later())
    if theirs > current_app.config["SOCKETS_OF_PERSON"]:
        _transport().forget(client.sid)
        raise Refused("too many connections", later(times=10))
    channels = _enter_rooms(client)
    # Entered first and checked then, so that a removal or sign-out in between wins.
    db.session.rollback()
    present = channel_ids_of(client.person_id)
    transport.seats.take_out(client, *(channels.keys() - present.keys()))
    if identity.socket_identity(given.get("token")) is None:
        _transport().forget(client.sid)
        raise Refused("unauthorized")
    ready = {
        "user_id": client.person_id,
        "channels": present,
        "blocked": blocked_ids(client.person_id),
        "unread": unread_count(client.person_id),
        "retry_in_ms": _socketio().server.eio.retry_ms(),
    }
    _socketio().emit("ready", ready, to=client.sid)


def disconnect(*_reason: Any) -> None:
    """Forget a socket that went away.

    A client may send an event of this name as well: a socket that is still connected but forgotten
    would go on hearing what is no longer its to hear.
    """
    if not _socketio().server.manager.is_connected(_sid(), "/"):
        _transport().forget(_sid())
        _presence().gone(_sid())


def typing(data: Any = None) -> dict[str, Any]:
    """Tell the others in a channel that somebody types, at most once a second."""
    client = _registry().get(_sid())
    channel_id = data.get("channel_id") if isinstance(data, dict) else None
    parent_id = data.get("parent_id") if isinstance(data, dict) else None
    if not isinstance(channel_id, int) or not isinstance(parent_id, int | None):
        return {"ok": False, "error": "bad request"}
    if client is None or channel_id not in client.channel_ids:
        return {"ok": False, "error": "not a member"}
    if client.may_type_now() and not cut_off(channel_id):
        payload = {
            "channel_id": channel_id,
            "parent_id": parent_id,
            "user_id": client.person_id,
            "name": client.person_name,
        }
        for form in FORMS:
            room = channel_room(channel_id, form)
            _transport().send_to_others("typing", payload, room, client.sid)
    return {"ok": True}


def presence(data: Any = None) -> dict[str, Any]:
    """Note that somebody is active or away, at this tab or device."""
    return _still_here(_presence().sign(_registry().get(_sid()), data))


def watch(data: Any = None) -> dict[str, Any]:
    """Let a client hear of the presence of the people that it shows."""
    return _still_here(_presence().watch(_registry().get(_sid()), data))


def receipt(data: Any = None) -> dict[str, Any]:
    """Note that announcements have come to a client, or were on its screen."""
    announcements: Announcements = current_app.extensions["announcements"]
    return announcements.receipt(_registry().get(_sid()), data)


def look(data: Any = None) -> dict[str, Any]:
    """Let a client hear of the comments that it shows, or with null of none any more."""
    client = _registry().get(_sid())
    channel_id = data.get("channel_id") if isinstance(data, dict) else 0
    if channel_id is not None and not (type(channel_id) is int and 0 < channel_id < 2**63):
        return {"ok": False, "error": "bad request"}
    if client is None:
        return {"ok": False, "error": "not connected"}
    if not client.may_watch_now():
        return {"ok": False, "error": "too often"}
    if not _transport().seats.look_at(client, channel_id):
        return {"ok": False, "error": "not found"}
    return _still_here({"ok": True})


def show(data: Any = None) -> dict[str, Any]:
    """Let a page have the HTML of what changes in the channels that it shows, and of no others.

    Of the others that its person is in it hears ``changed``, which is all that a rail needs. What
    comes before the answer may be either, so a page asks for what it misses then.
    """
    client = _registry().get(_sid())
    shows = given_ids(data.get("channel_ids") if isinstance(data, dict) else None)
    if shows is None:
        return {"ok": False, "error": "bad request"}
    if client is None:
        return {"ok": False, "error": "not connected"}
    _transport().sending.show(client, shows)
    return {"ok": True}


def later(times: int = 1) -> dict[str, int]:
    """Return what a client is told that is to come again: when, by chance."""
    spread: int = times * _socketio().server.eio.retry_ms()
    return {"retry_in_ms": random.randint(spread // 10, spread)}  # noqa: S311


def given_ids(given: Any) -> frozenset[int] | None:
    """Return the ids of a short list that a client sent, None where it is something else."""
    if not isinstance(given, list) or len(given) > MOST_SHOWN:
        return None
    if not all(type(each) is int and 0 < each < 2**63 for each in given):
        return None
    return frozenset(given)


def _still_here(answer: dict[str, Any]) -> dict[str, Any]:
    """Forget a socket that went away while it was answered: it would stay here for ever."""
    if _registry().get(_sid()) is None:
        _presence().gone(_sid())
    return answer


def say_goodbye(app: Flask) -> None:
    """Tell all sockets to come back soon, spread over some seconds, and close them.

    The connection is dropped below Socket.IO and Engine.IO: after their own words of parting
    clients take it for meant and would not come back by themselves.
    """
    registry: Registry = app.extensions["registry"]
    socketio: SocketIO = app.extensions["socketio"]
    app.extensions["presence"].close()
    longest = max(RECONNECT_SPREAD_MS, socketio.server.eio.retry_ms())
    for client in registry.close():
        wait = random.randint(200, longest)  # noqa: S311 - spreads load, hides nothing
        socketio.emit("bye", {"retry_in_ms": wait}, to=client.sid)
    engine = socketio.server.eio
    # Taken from the queue is not yet sent; and whoever polls fetches it with the next request.
    until = time.monotonic() + GOODBYE_SECONDS
    socketio.sleep(0.2)
    while time.monotonic() < until and any(
        connection.unsent for connection in list(engine.sockets.values())
    ):
        socketio.sleep(0.1)
    for connection in list(engine.sockets.values()):
        connection.close(wait=False, abort=True, reason=engine.reason.SERVER_DISCONNECT)


def _enter_rooms(client: Client) -> dict[int, int]:
    channels = channel_ids_of(client.person_id)
    _transport().seats.put_in(client, *channels)
    return channels


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _registry() -> Registry:
    found: Registry = current_app.extensions["registry"]
    return found


def _presence() -> Presence:
    found: Presence = current_app.extensions["presence"]
    return found


def _transport() -> SocketTransport:
    found: SocketTransport = current_app.extensions["transport"]
    return found


def _socketio() -> SocketIO:
    return current_app.extensions["socketio"]


def _failed(error: Exception) -> dict[str, Any]:
    log.error("a socket handler failed", exc_info=error)
    return {"ok": False, "error": "internal error"}
