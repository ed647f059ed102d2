"""Exports of others' data, one's own, and erasing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Choice, Flag, Items, Moment, Text
from enterprise_social.api.fields import identity as an_id
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.errors import NotFound
from enterprise_social.people.models import Person
from enterprise_social.records.actions import erasing, exports
from enterprise_social.records.actions.exports import MOST_CHOSEN
from enterprise_social.records.archives.scopes import Scope, scope_of
from enterprise_social.records.models import (
    LONGEST_ERASURE_REASON,
    LONGEST_EXPORT_REASON,
    DataExport,
    Erasure,
)
from enterprise_social.records.policy import exports as policy
from enterprise_social.records.policy.erasing import may_erase
from enterprise_social.records.queries import erasing as erasing_queries
from enterprise_social.records.queries import exports as queries

REFUSALS = {403: "The caller lacks the right `export`, or the token the scope `admin`."}
ONE = {404: "No such export.", **REFUSALS}
OVER = {**ONE, 409: "It is over, or doesn't wait any more."}
OF_SOMEBODY = {404: "No such person.", 403: "The caller is no admin, or the token lacks `admin`."}
REASON = Text(LONGEST_EXPORT_REASON * 4, summary="What it is for; it is kept.")


@call("GET", "/exports", "List exports", answer="[Export]", paged=True, refusals=REFUSALS)
def list_exports(viewer: Person, *, cursor: str | None, limit: int) -> dict[str, Any]:
    """Of others' data, the newest first, for whoever has the right to export."""
    _require(viewer)
    return listing(queries.exports_page(viewer, cursor, limit), lambda line: _document(line.export))


@call(
    "POST",
    "/exports",
    "Ask for an export",
    answer="Export",
    status=201,
    body=Body(
        {
            "reason": REASON,
            "people": Items(an_id(), MOST_CHOSEN, "What these wrote; empty: everybody."),
            "channels": Items(an_id(), MOST_CHOSEN, "Of these; empty: all."),
            "since": Moment("From when."),
            "until": Moment("Until when; at most now."),
            "files": Flag("With the files of the posts, where it is not said otherwise."),
            "mail": Flag("With a mail file for each post, where it is not said otherwise."),
        },
        required=["reason"],
    ),
    refusals=REFUSALS,
)
def create_export(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """It waits for somebody else who has the right and agrees, for seven days at most."""
    _require(viewer)
    scope = Scope(
        people=frozenset(given.get("people", ())),
        channels=frozenset(given.get("channels", ())),
        since=given.get("since"),
        until=given.get("until"),
        files=given.get("files", True),
        mail=given.get("mail", True),
    )
    export = exports.ask_for_export(viewer, scope, given["reason"])
    return created(_document(export), f"{BASE}/exports/{export.id}")


@call("GET", "/exports/{export_id}", "Read an export", answer="Export", refusals=ONE)
def get_export(viewer: Person, *, export_id: int) -> dict[str, Any]:
    """The archive itself is fetched in a browser, by one of the two who decided on it."""
    return _document(_one(viewer, export_id))


@call(
    "POST",
    "/exports/{export_id}/approval",
    "Agree to an export, or refuse it",
    answer="Export",
    body=Body({"approved": Flag("Whether to agree."), "reason": REASON}, required=["approved"]),
    refusals=OVER,
)
def decide_export(viewer: Person, *, export_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """Never by whoever asked. A refusal needs a reason."""
    export = _one(viewer, export_id)
    identity.require_fresh()
    if given["approved"]:
        return _document(exports.approve_export(viewer, export))
    return _document(exports.refuse_export(viewer, export, given.get("reason", "")))


@call("DELETE", "/exports/{export_id}", "Give an export up", refusals=OVER)
def delete_export(viewer: Person, *, export_id: int) -> None:
    """What was made of it is thrown away."""
    exports.cancel_export(viewer, _one(viewer, export_id))


@call(
    "POST",
    "/me/exports",
    "Ask for one's own data",
    answer="Export",
    status=201,
    refusals={409: "It was asked for within a day."},
)
def create_own_export(viewer: Person) -> Answer:
    """Once a day. It is fetched in a browser, from `page`."""
    export = exports.ask_for_own_data(viewer)
    return created(_document(export), export_page(export))


@call("GET", "/me/exports", "List one's own exports", answer="[Export]")
def list_own_exports(viewer: Person) -> dict[str, Any]:
    """The newest ten, the newest first."""
    items = [_document(each) for each in queries.own_exports(viewer)]
    return {"items": items, "next_cursor": None}


@call("GET", "/users/{user_id}/erasure", "Read how far somebody's erasing is", answer="Erasure",
      refusals=OF_SOMEBODY)  # fmt: skip
def get_erasure(viewer: Person, *, user_id: int) -> dict[str, Any]:
    """404 where they were not erased."""
    person = _person(viewer, user_id)
    found = erasing_queries.erasure_of(person.id)
    if found is None:
        raise NotFound()
    return _erasure(found)


@call(
    "POST",
    "/users/{user_id}/erasure",
    "Erase somebody's personal data",
    answer="Erasure",
    status=201,
    body=Body(
        {
            "confirmed": Text(80, summary="Their username, to be sure."),
            "reason": Text(LONGEST_ERASURE_REASON * 4, summary="Why, without naming them."),
            "posts": Choice(("keep", "remove"), "What they wrote.", default="keep"),
        },
        required=["confirmed"],
    ),
    refusals={**OF_SOMEBODY, 409: "A legal hold covers them, or they were erased before."},
)
def create_erasure(viewer: Person, *, user_id: int, given: Mapping[str, Any]) -> Answer:
    """It can't be undone. What others wrote remains readable."""
    person = _person(viewer, user_id)
    identity.require_fresh()
    found = erasing.erase_person(
        viewer,
        person,
        confirmed=given["confirmed"],
        reason=given.get("reason", ""),
        removes_posts=given.get("posts") == "remove",
    )
    return created(_erasure(found), f"{BASE}/users/{user_id}/erasure")


def _require(viewer: Person) -> None:
    identity.require_scope("admin")
    require(policy.may_ask(viewer), _("You may not take part in exports."))


def _one(viewer: Person, export_id: int) -> DataExport:
    export = find(DataExport, export_id, viewer)
    _require(viewer)
    if export.kind != "compliance":
        raise NotFound()
    return export


def _person(viewer: Person, user_id: int) -> Person:
    person = find(Person, user_id, viewer)
    identity.require_scope("admin")
    require(may_erase(viewer, person), _("Only an admin may erase somebody, and not themselves."))
    return person


def export_page(export: DataExport) -> str:
    """Return the page from which an archive is fetched."""
    return "/settings/data" if export.kind == "own" else f"/admin/exports/{export.id}"


def _document(export: DataExport) -> dict[str, Any]:
    scope = scope_of(export.scope)
    return {
        "id": export.id,
        "kind": export.kind,
        "state": export.state,
        "reason": export.reason,
        "scope": {
            "people": sorted(scope.people),
            "channels": sorted(scope.channels),
            "since": rfc3339(scope.since),
            "until": rfc3339(scope.until),
            "files": scope.files,
            "mail": scope.mail,
        },
        "requested_by_id": export.requested_by_id,
        "requested_at": rfc3339(export.requested_at),
        "decided_by_id": export.decided_by_id,
        "decided_at": rfc3339(export.decided_at),
        "refusal": export.refusal,
        "done": export.done,
        "total": export.total,
        "finished_at": rfc3339(export.finished_at),
        "expires_at": rfc3339(export.expires_at),
        "size": export.size,
        "sha256": export.sha256,
        "counts": export.counts,
        "downloads": export.downloads,
        "page": export_page(export),
    }


def _erasure(erasure: Erasure) -> dict[str, Any]:
    return {
        "user_id": erasure.person_id,
        "asked_by_id": erasure.asked_by_id,
        "asked_at": rfc3339(erasure.asked_at),
        "removes_posts": erasure.removes_posts,
        "done_steps": erasure.done_steps,
        "finished_at": rfc3339(erasure.finished_at),
        "counts": erasure.counts,
    }
