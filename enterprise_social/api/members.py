"""Who is in a channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api import documents
from enterprise_social.api.actions import put_member, put_self
from enterprise_social.api.calls import BASE, call
from enterprise_social.api.channels import UNKNOWN
from enterprise_social.api.fields import Body, Choice, Flag, Text
from enterprise_social.api.groups import group_document
from enterprise_social.api.wire import Answer, listing
from enterprise_social.channels import actions, queries
from enterprise_social.channels.models import MEMBER_ROLES, NOTIFY_LEVELS, Channel
from enterprise_social.channels.queries import Member
from enterprise_social.core.access import find
from enterprise_social.core.paging import Page
from enterprise_social.people.models import Group, Person
from enterprise_social.people.queries.groups import GroupSeat, roles_in

CONFLICT = {409: "The channel is archived, or would be left without an owner."}


@call(
    "GET",
    "/channels/{channel_id}/members",
    "List a channel's members, by name",
    answer="[Member]",
    paged=True,
    query={"query": Text(200, summary="Part of name or username.")},
    refusals=UNKNOWN,
)
def list_members(
    viewer: Person, *, channel_id: int, limit: int, cursor: str | None, query: str = ""
) -> dict[str, Any]:
    """Read who is in a channel that one may see."""
    channel = find(Channel, channel_id, viewer)
    page = queries.members(channel.id, text=query, cursor=cursor, limit=limit)
    return listing(page, documents.member_document)


@call(
    "GET",
    "/channels/{channel_id}/groups",
    "List the groups that fill a channel, by name",
    answer="[Group]",
    refusals=UNKNOWN,
)
def list_channel_groups(viewer: Person, *, channel_id: int) -> dict[str, Any]:
    """All of them on one page: at most twenty fill a channel."""
    found = queries.groups_in(find(Channel, channel_id, viewer).id, viewer)
    roles = roles_in([group.id for group in found], viewer.id)
    seats = [GroupSeat(group, roles.get(group.id)) for group in found]
    return listing(Page(seats, None), lambda seat: group_document(seat, viewer))


@call(
    "PUT",
    "/channels/{channel_id}/groups/{group_id}",
    "Fill a channel with a group",
    query={"anyway": Flag("Also where people can write themselves into a private channel.")},
    refusals={
        404: "No such channel or group.",
        403: "Only its owners and admins may.",
        409: "Either is archived, twenty groups fill the channel, or (with a `type` that ends in "
        "`confirm-self-written`) the group's rule asks for what people write of themselves.",
    },
)
def put_channel_group(
    viewer: Person, *, channel_id: int, group_id: int, anyway: bool = False
) -> None:
    """Its people are in the channel for as long as they are in the group.

    Who leads the channel, came by themselves or is in another group of it stays when they leave
    the group. Who leaves the channel is not put back while they stay in the group.
    """
    channel = find(Channel, channel_id, viewer)
    actions.add_group(viewer, channel, find(Group, group_id, viewer), anyway=anyway)


@call(
    "DELETE",
    "/channels/{channel_id}/groups/{group_id}",
    "Fill a channel with a group no longer",
    refusals={404: "No such channel or group.", 403: "Only its owners and admins may."},
)
def delete_channel_group(viewer: Person, *, channel_id: int, group_id: int) -> None:
    """Whoever is in the channel by this group alone leaves it."""
    channel = find(Channel, channel_id, viewer)
    actions.remove_group(viewer, channel, find(Group, group_id, viewer))


@call(
    "PUT",
    "/channels/{channel_id}/members/me",
    "Join a channel, or set one's preferences in it",
    answer="Membership",
    body=Body(
        {
            "notify": Choice(NOTIFY_LEVELS, "Which posts call on one."),
            "starred": Flag("Whether it stands among the starred ones."),
        }
    ),
    refusals={**UNKNOWN, **CONFLICT},
)
def put_own_membership(
    viewer: Person, *, channel_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Who isn't in the channel yet joins it; private ones need somebody who brings one in."""
    mine = put_self(viewer, find(Channel, channel_id, viewer), **given)
    return documents.membership_document(mine)


@call(
    "DELETE",
    "/channels/{channel_id}/members/me",
    "Leave a channel",
    refusals={**UNKNOWN, **CONFLICT},
)
def delete_own_membership(viewer: Person, *, channel_id: int) -> None:
    """The last owner makes somebody else an owner first. Who isn't in it has nothing to do."""
    actions.leave_channel(viewer, find(Channel, channel_id, viewer))


@call(
    "PUT",
    "/channels/{channel_id}/members/{user_id}",
    "Bring somebody in, or set their role",
    answer="Member",
    also={201: "Member"},
    body=Body({"role": Choice(MEMBER_ROLES, "Unchanged where not sent; `member` for new ones.")}),
    refusals={
        404: "No such channel or person.",
        403: "Members bring colleagues in; owners and admins set roles.",
        **CONFLICT,
    },
)
def put_one_member(
    viewer: Person, *, channel_id: int, user_id: int, given: Mapping[str, Any]
) -> Answer:
    """Answers 201 where somebody came in."""
    channel = find(Channel, channel_id, viewer)
    person = find(Person, user_id, viewer)
    theirs, is_new = put_member(viewer, channel, person, given.get("role"))
    document = documents.member_document(Member(person, theirs.role, theirs.joined_at))
    place = f"{BASE}/channels/{channel.id}/members/{person.id}"
    return Answer(document, 201 if is_new else 200, {"Location": place} if is_new else {})


@call(
    "DELETE",
    "/channels/{channel_id}/members/{user_id}",
    "Take somebody out of a channel",
    refusals={
        404: "No such channel or person.",
        403: "Only those who lead the channel may.",
        **CONFLICT,
    },
)
def delete_one_member(viewer: Person, *, channel_id: int, user_id: int) -> None:
    """What they wrote stays; their clients hear nothing more of a private channel."""
    channel = find(Channel, channel_id, viewer)
    actions.remove_member(viewer, channel, find(Person, user_id, viewer))
