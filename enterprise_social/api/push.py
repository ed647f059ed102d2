"""Push messages: which browsers get them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g

from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Text
from enterprise_social.core.clock import rfc3339
from enterprise_social.people.models import Person
from enterprise_social.push import actions, queries, vapid
from enterprise_social.push.models import LONGEST_ENDPOINT

ENDPOINT = Text(LONGEST_ENDPOINT, summary="The address of the push service for this browser.")


@call("GET", "/me/push", "Read where one gets push messages", answer="PushDevices")
def get_push(viewer: Person) -> dict[str, Any]:
    """`key` is what a browser subscribes to (RFC 8292); `devices` are those that do."""
    devices = [
        {"id": each.id, "created_at": rfc3339(each.created_at), "used_at": rfc3339(each.used_at)}
        for each in queries.own(viewer)
    ]
    return {"key": vapid.vapid().public_key, "devices": devices}


@call(
    "PUT",
    "/me/push",
    "Get push messages in a browser",
    body=Body(
        {
            "endpoint": ENDPOINT,
            "p256dh": Text(200, summary="The browser's public key, in base64url."),
            "auth": Text(100, summary="The browser's secret, in base64url."),
        },
        required=("endpoint", "p256dh", "auth"),
    ),
)
def put_push(actor: Person, *, given: Mapping[str, Any]) -> None:
    """What `PushSubscription.toJSON()` gives. It ends with the session in which it was made."""
    actions.subscribe(
        actor,
        endpoint=given["endpoint"],
        p256dh=given["p256dh"],
        auth=given["auth"],
        session_id=g.get("session_id"),
    )


@call(
    "DELETE",
    "/me/push",
    "Get push messages in a browser no more",
    body=Body({"endpoint": ENDPOINT}, required=("endpoint",)),
)
def delete_push(actor: Person, *, given: Mapping[str, Any]) -> None:
    """Where it isn't known, nothing happens."""
    actions.unsubscribe(actor, given["endpoint"])
