"""How long posts are kept, and what is on legal hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Moment, Nullable, Text, Whole
from enterprise_social.api.fields import identity as an_id
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.channels.models import Channel
from enterprise_social.core import settings
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import rfc3339
from enterprise_social.people.models import Person
from enterprise_social.records.actions import retention as actions
from enterprise_social.records.actions.holds import place_hold, release_hold
from enterprise_social.records.models import (
    LONGEST_DAYS,
    LONGEST_MATTER,
    LONGEST_REASON,
    LegalHold,
)
from enterprise_social.records.policy import may_hold, may_set_retention
from enterprise_social.records.queries.holds import holds_page
from enterprise_social.records.queries.retention import own_rules
from enterprise_social.records.settings import DELETED_DAYS, RETENTION_DAYS

REFUSALS = {403: "The caller is no admin, or the token lacks `admin`."}
DAYS = Nullable(Whole(1, LONGEST_DAYS, "Days; null is for ever."))


@call("GET", "/retention", "Read how long posts are kept", answer="Retention", refusals=REFUSALS)
def get_retention(viewer: Person) -> dict[str, Any]:
    """The default, how long what was deleted is kept, and channels with a rule of their own."""
    _require_admin(may_set_retention(viewer))
    rules = [{"channel_id": rule.channel_id, "days": rule.days} for rule, _c in own_rules(viewer)]
    return {
        "days": settings.get(RETENTION_DAYS),
        "deleted_days": settings.get(DELETED_DAYS),
        "channels": rules,
    }


@call(
    "PUT",
    "/channels/{channel_id}/retention",
    "Give a channel a rule of its own",
    body=Body({"days": DAYS}, required=["days"]),
    refusals={**REFUSALS, 404: "There is no such channel, or the caller may not know of it."},
)
def put_channel_retention(viewer: Person, *, channel_id: int, given: Mapping[str, Any]) -> None:
    """In force with the next run, at night: what is past its time is removed for good."""
    channel = find(Channel, channel_id, viewer)
    _require_admin(may_set_retention(viewer))
    actions.set_rule(viewer, channel, given["days"])


@call(
    "DELETE",
    "/channels/{channel_id}/retention",
    "Let a channel follow the default",
    refusals={**REFUSALS, 404: "There is no such channel, or the caller may not know of it."},
)
def delete_channel_retention(viewer: Person, *, channel_id: int) -> None:
    """Done twice it stays so."""
    channel = find(Channel, channel_id, viewer)
    _require_admin(may_set_retention(viewer))
    actions.clear_rule(viewer, channel.id)


@call("GET", "/holds", "List legal holds", answer="[LegalHold]", paged=True, refusals=REFUSALS)
def list_holds(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """Those that hold now before those that were released, the newest first."""
    _require_admin(may_hold(viewer))
    page = holds_page(viewer, cursor, limit)
    return listing(page, lambda line: _document(line.hold))


@call(
    "POST",
    "/holds",
    "Place a legal hold",
    answer="LegalHold",
    status=201,
    body=Body(
        {
            "matter": Text(LONGEST_MATTER, summary="The case that it is for."),
            "reason": Text(LONGEST_REASON),
            "user_id": Nullable(an_id("What this person wrote, and their conversations.")),
            "channel_id": Nullable(an_id("What was said in this channel.")),
            "since": Nullable(Moment("From then on.")),
            "until": Nullable(Moment("Before then.")),
        },
        required=["matter", "reason", "user_id"],
    ),
    refusals={**REFUSALS, 404: "There is no such person or channel."},
)
def create_hold(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """What is null isn't narrowed by it; at least one of the four must be given."""
    _require_admin(may_hold(viewer))
    user_id, channel_id = given.get("user_id"), given.get("channel_id")
    hold = place_hold(
        viewer,
        given["matter"],
        given["reason"],
        person=find(Person, user_id, viewer) if user_id is not None else None,
        channel=find(Channel, channel_id, viewer) if channel_id is not None else None,
        begins_at=given.get("since"),
        ends_at=given.get("until"),
    )
    return created(_document(hold), f"{BASE}/holds")


@call(
    "POST",
    "/holds/{hold_id}/release",
    "Release a legal hold",
    answer="LegalHold",
    body=Body({"reason": Text(LONGEST_REASON)}, required=["reason"]),
    refusals={**REFUSALS, 404: "No such hold."},
)
def release_a_hold(viewer: Person, *, hold_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What it kept goes its ordinary way from then on."""
    hold = find(LegalHold, hold_id, viewer)
    _require_admin(may_hold(viewer))
    return _document(release_hold(viewer, hold, given["reason"]))


def _require_admin(allowed: bool) -> None:
    identity.require_scope("admin")
    require(allowed, _("Only admins may do this."))


def _document(hold: LegalHold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "matter": hold.matter,
        "reason": hold.reason,
        "user_id": hold.person_id,
        "channel_id": hold.channel_id,
        "since": rfc3339(hold.begins_at),
        "until": rfc3339(hold.ends_at),
        "created_by_id": hold.created_by_id,
        "created_at": rfc3339(hold.created_at),
        "released_by_id": hold.released_by_id,
        "released_at": rfc3339(hold.released_at),
    }
