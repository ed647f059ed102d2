"""Groups of people, by hand and by rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.actions import change_group
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Choice, Flag, Text
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.errors import Invalid
from enterprise_social.people.actions import groups as actions
from enterprise_social.people.models import Group, Person
from enterprise_social.people.models.groups import GROUP_CALLERS, GROUP_KINDS, GROUP_ROLES
from enterprise_social.people.policy import groups as policy
from enterprise_social.people.queries import groups as queries
from enterprise_social.people.queries.groups import GroupPerson, GroupSeat
from enterprise_social.people.rules import KnownNames, RuleError, in_words, parse

NAME, PURPOSE = Text(400), Text(1000)
RULE = Text(4000, summary="Such as `department is Operations and location is Lyon`.")
CALLERS = Choice(GROUP_CALLERS, "Who may call everyone in it.", default="everyone")
UNKNOWN = {404: "No such group."}
THEIRS = {403: "Only those who look after the group may."}


def group_document(seat: GroupSeat, viewer: Person) -> dict[str, Any]:
    """Write a group for somebody."""
    group = seat.group
    return {
        "id": group.id,
        "handle": group.slug,
        "name": group.name,
        "purpose": group.purpose,
        "kind": group.kind,
        "rule": group.rule_text,
        "callers": group.callers,
        "member_count": group.member_count,
        "archived": group.archived_at is not None,
        "created_at": rfc3339(group.created_at),
        "role": seat.role,
        "may_call": group.archived_at is None and policy.may_call(viewer, group.callers, seat.role),
    }


def _one_document(group: Group, viewer: Person) -> dict[str, Any]:
    """Write a group for somebody whose role in it isn't at hand."""
    return group_document(GroupSeat(group, queries.role_in(group.id, viewer.id)), viewer)


@call(
    "GET",
    "/groups",
    "List groups, by name",
    answer="[Group]",
    paged=True,
    query={
        "query": Text(200, summary="Part of name, handle or purpose."),
        "show": Choice(("all", "mine", "archived"), "Which ones.", default="all"),
    },
)
def list_groups(
    viewer: Person, *, limit: int, cursor: str | None, query: str = "", show: str = "all"
) -> dict[str, Any]:
    """Everyone sees every group, guests those that they are in."""
    page = queries.groups(viewer, text=query, show=show, cursor=cursor, limit=limit)
    return listing(page, lambda seat: group_document(seat, viewer))


@call(
    "POST",
    "/groups",
    "Make a group",
    answer="Group",
    status=201,
    body=Body(
        {
            "name": NAME,
            "handle": Text(80, summary="Its @name; made of the name where left out."),
            "purpose": PURPOSE,
            "kind": Choice(GROUP_KINDS, "By hand or by rule.", default="hand"),
            "rule": RULE,
            "callers": CALLERS,
        },
        required=["name"],
    ),
    refusals={403: "Managers and admins make groups."},
)
def create_group(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """A handle is one of people's and groups' names, and never changes.

    Whoever makes a group by hand is its first owner.
    """
    group = actions.create_group(viewer, **given)
    return created(_one_document(group, viewer), f"{BASE}/groups/{group.id}")


@call("GET", "/groups/{group_id}", "Read a group", answer="Group", refusals=UNKNOWN)
def get_group(viewer: Person, *, group_id: int) -> dict[str, Any]:
    """With the caller's role in it, or null."""
    return _one_document(find(Group, group_id, viewer), viewer)


@call(
    "PATCH",
    "/groups/{group_id}",
    "Change a group",
    answer="Group",
    body=Body(
        {
            "name": NAME,
            "purpose": PURPOSE,
            "rule": RULE,
            "callers": Choice(GROUP_CALLERS, "Who may call everyone in it."),
            "archived": Flag("Whether it is closed: not to be called, and filling no channel."),
        }
    ),
    refusals={**UNKNOWN, **THEIRS},
)
def patch_group(viewer: Person, *, group_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't sent stays. Another rule takes in and lets go at once."""
    group = change_group(viewer, find(Group, group_id, viewer), **given)
    return _one_document(group, viewer)


@call("DELETE", "/groups/{group_id}", "Archive a group", refusals={**UNKNOWN, **THEIRS})
def delete_group(viewer: Person, *, group_id: int) -> None:
    """Nothing is lost: it is archived, as by `PATCH` with `archived: true`."""
    actions.set_group_archived(viewer, find(Group, group_id, viewer), True)


@call(
    "POST",
    "/groups/preview",
    "See whom a rule would take in",
    answer="RulePreview",
    body=Body({"rule": RULE}, required=["rule"]),
    refusals={403: "Managers and admins make groups."},
)
def preview_rule(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing is made of it. A rule that can't be read is refused with the place of the mistake."""
    require(policy.may_create(viewer))
    names = KnownNames()
    try:
        rule = parse(given["rule"], names)
    except RuleError as error:
        raise Invalid(errors={"rule": [str(error)]}) from error
    found = queries.preview(rule)
    sample = [documents.person_document(person) for person in found.sample]
    return {"count": found.count, "sample": sample, "words": in_words(rule, names)}


@call(
    "GET",
    "/groups/{group_id}/members",
    "List a group's people, by name",
    answer="[GroupMember]",
    paged=True,
    query={"query": Text(200, summary="Part of name or username.")},
    refusals=UNKNOWN,
)
def list_group_members(
    viewer: Person, *, group_id: int, limit: int, cursor: str | None, query: str = ""
) -> dict[str, Any]:
    """Read which active people are in a group."""
    group = find(Group, group_id, viewer)
    page = queries.members(group.id, viewer, text=query, cursor=cursor, limit=limit)
    return listing(page, _member_document)


@call(
    "PUT",
    "/groups/{group_id}/members/{user_id}",
    "Take somebody into a group, or set their role",
    answer="GroupMember",
    body=Body({"role": Choice(GROUP_ROLES, "Unchanged where not sent; `member` for new ones.")}),
    refusals={
        404: "No such group or person.",
        409: "A rule keeps it, it is archived, or it would be left without an owner.",
        **THEIRS,
    },
)
def put_group_member(
    viewer: Person, *, group_id: int, user_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Only in groups by hand."""
    person = find(Person, user_id, viewer)
    theirs = actions.put_group_member(
        viewer, find(Group, group_id, viewer), person, given.get("role")
    )
    return _member_document(GroupPerson(person, theirs.role))


@call(
    "DELETE",
    "/groups/{group_id}/members/{user_id}",
    "Take somebody out of a group",
    refusals={
        404: "No such group or person.",
        409: "A rule keeps it, it is archived, or it would be left without an owner.",
        **THEIRS,
    },
)
def delete_group_member(viewer: Person, *, group_id: int, user_id: int) -> None:
    """Everyone may take themselves out. Who isn't in it has nothing to do."""
    group = find(Group, group_id, viewer)
    actions.remove_group_member(viewer, group, find(Person, user_id, viewer))


def _member_document(each: GroupPerson) -> dict[str, Any]:
    return {"user": documents.person_document(each.person), "role": each.role}
