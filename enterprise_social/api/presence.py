"""How people are: presence, one's own status, and whom one blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Flag, Moment, Nullable, Text
from enterprise_social.api.wire import listing
from enterprise_social.core.access import find
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.errors import Invalid
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.core.paging import Page
from enterprise_social.people import actions
from enterprise_social.people.models import Person, Status
from enterprise_social.people.queries.presence import blocked_people, status_of

MOST = 200
STATUS = Body(
    {
        "emoji": Text(200, summary="Its characters, or its shortcode such as `:palm_tree:`."),
        "text": Text(400),
        "until": Nullable(Moment("When the status ends by itself.")),
        "dnd_until": Nullable(Moment("Until when not to be disturbed.")),
        "hidden": Flag("Appear offline to everyone."),
    }
)


@call(
    "GET",
    "/presence",
    "Read how people are",
    answer="[Presence]",
    query={"user_ids": Text(4000, summary=f"Up to {MOST} ids, joined by commas.")},
)
def list_presence(viewer: Person, *, user_ids: str = "") -> dict[str, Any]:
    """People whom the caller may not know of are left out.

    Over a socket, `watch {user_ids}` answers the same and `presence_changed` tells of changes.
    """
    try:
        ids = {identity_of(part.strip()) for part in user_ids.split(",") if part.strip()}
    except ValueError:
        raise Invalid(errors={"user_ids": [_("Ids joined by commas are expected.")]}) from None
    if len(ids) > MOST:
        raise Invalid(errors={"user_ids": [_("At most %(most)d people.", most=MOST)]})
    people = current_app.extensions["presence"].hub.read(viewer.id, ids)
    return listing(Page(people, None), dict)


@call("GET", "/me/status", "Read one's own status", answer="OwnStatus")
def get_status(viewer: Person) -> dict[str, Any]:
    """What has ended is over by the clock, and null here."""
    return _document(status_of(viewer.id))


@call("PATCH", "/me/status", "Say how one is", answer="OwnStatus", body=STATUS)
def patch_status(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't sent stays; an empty `emoji` and `text` clear the status."""
    return _document(_change(viewer, given))


@call("GET", "/me/blocks", "List whom one blocks", answer="[User]")
def list_blocks(viewer: Person) -> dict[str, Any]:
    """All of them on one page, by name."""
    return listing(Page(blocked_people(viewer.id), None), documents.person_document)


@call("PUT", "/me/blocks/{user_id}", "Block somebody", refusals={404: "There is no such person."})
def put_block(viewer: Person, *, user_id: int) -> None:
    """Neither can write to the other, and nobody is told more than that they can't be reached."""
    actions.set_blocked(viewer, find(Person, user_id, viewer), True)


@call(
    "DELETE", "/me/blocks/{user_id}", "Unblock somebody", refusals={404: "There is no such person."}
)
def delete_block(viewer: Person, *, user_id: int) -> None:
    """Who isn't blocked stays so."""
    actions.set_blocked(viewer, find(Person, user_id, viewer), False)


@action
def _change(actor: Person, given: Mapping[str, Any]) -> Status:
    status = status_of(actor.id)
    if given.keys() & {"emoji", "text", "until"}:
        says = status.says(now())
        emoji = given.get("emoji", status.emoji if says else "")
        text = given.get("text", status.text if says else "")
        until = given.get("until", status.until if says else None)
        status = actions.set_status(actor, emoji, text, until=until)
    if "dnd_until" in given:
        status = actions.set_undisturbed(actor, given["dnd_until"])
    if "hidden" in given:
        status = actions.set_hidden(actor, given["hidden"])
    return status


def _document(status: Status) -> dict[str, Any]:
    moment = now()
    says = {"emoji": status.emoji, "text": status.text, "until": rfc3339(status.until)}
    undisturbed = status.undisturbed_until if status.undisturbed(moment) else None
    return {
        "status": says if status.says(moment) else None,
        "dnd_until": rfc3339(undisturbed),
        "hidden": status.hidden,
    }
