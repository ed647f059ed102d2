"""What the processes tell each other is read by those whom it concerns."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask

from enterprise_social.accounts.actions import create_access_token
from tests.making import make_channel, make_person


def test_nobody_reads_what_is_their_own_or_about_channels_that_nobody_here_hears(
    app: Flask, monkeypatch: Any
) -> None:
    transport = app.extensions["transport"]
    done: list[str] = []
    published: list[str] = []
    transport.add_command("note", lambda what: done.append(what))
    transport.add_command("send", lambda event, **_rest: done.append(event))

    class Redis:
        def publish(self, _channel: str, data: str) -> None:
            published.append(data)

    with app.app_context():
        ada = make_person()
        heard, unheard = make_channel(ada), make_channel(make_person())
        token = create_access_token(ada, "phone")[1]
        client = app.extensions["socketio"].test_client(app, auth={"token": token})
        app.extensions["live"].flush()
        monkeypatch.setattr(transport, "_redis", Redis())
        own = transport.name
        for name in (own, "another"):
            transport.name = name
            transport.control("note", {"what": name})
            for channel in (heard, unheard):
                payload = {"name": name}
                transport.emit(f"about {channel.id}", payload, f"channel:{channel.id}:json")
            transport.emit("to a person", {}, f"person:{ada.id}")
        transport.name = own
        done.clear()
        # A message as processes of before wrote it, and what is none.
        before = {"from": "another", "command": "note", "arguments": {"what": "as before"}}
        for data in (*published, json.dumps(before)):
            transport._carry_out({"data": data.encode()})
        monkeypatch.undo()
        client.disconnect()
    assert done == ["another", f"about {heard.id}", "to a person", "as before"]
