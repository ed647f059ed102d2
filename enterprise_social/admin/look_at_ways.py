"""The doctor's look at what carries announcements out: deliveries that fail, gateway, push key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flask import Flask
from sqlalchemy import func, select

from enterprise_social.announcements.models import Delivery
from enterprise_social.core.db import db
from enterprise_social.core.outgoing import NotAllowed, Unreachable, checked, split
from enterprise_social.push.vapid import FILE

# (state, what, mend) of a finding.
Seen = tuple[Literal["ok", "warning", "wrong"], str, str]


def look_at_gateway(app: Flask) -> Iterator[Seen]:
    """Tell whether requests may go to the gateway; nothing is sent to it."""
    url = app.config["GATEWAY_URL"]
    if not url:
        yield "ok", "none is set up: nobody is reached by telephone", ""
        return
    try:
        _parts, host, port = split(url)
        checked(host, port, app.config["OUTGOING_ALLOW"])
    except NotAllowed as error:
        yield (
            "wrong",
            str(error),
            "name its address in OUTGOING_ALLOW, if it is in your own network",
        )
    except Unreachable as error:
        yield "wrong", str(error), "correct GATEWAY_URL"
    else:
        yield "ok", f"{host} may be asked", ""


def look_at_push(app: Flask) -> Iterator[Seen]:
    """Tell whether the key for push messages is there and nobody else's to read."""
    path = app.config["DATA_DIR"] / FILE
    if not path.exists():
        yield "ok", "nobody has switched it on yet", ""
    elif path.stat().st_mode & 0o077:
        yield "wrong", f"{path} can be read by others", f"chmod 600 {path}"
    elif not app.config["BASE_URL"].startswith("https"):
        yield "warning", "browsers take push messages over https only", "set BASE_URL to https://…"
    else:
        yield "ok", "the key is there", ""


def look_at_deliveries(_app: Flask) -> Iterator[Seen]:
    """Count what waits to be carried out although it was tried, and say why."""
    columns = (Delivery.way, func.count(), func.max(Delivery.problem))
    waiting = select(*columns).where(Delivery.state == "queued", Delivery.problem != "")
    rows = db.session.execute(waiting.group_by(Delivery.way).order_by(Delivery.way)).all()
    if not rows:
        yield "ok", "nothing of an announcement is stuck", ""
    for way, count, problem in rows:
        yield (
            "warning",
            f"{count} by {way} wait: {problem}",
            "mend what it says; they go by themselves",
        )
