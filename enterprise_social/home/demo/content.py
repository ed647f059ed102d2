"""Reads the demo workspace and refuses it where a reference or a time doesn't hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from enterprise_social.home.demo.checks import check_unique, check_workspace
from enterprise_social.home.demo.records import DemoError, Record, read_records
from enterprise_social.home.demo.schedule import Schedule
from enterprise_social.home.demo.workspace import (
    DemoChannel,
    DemoConversation,
    DemoMembership,
    DemoPerson,
    DemoPost,
    SignIn,
    Workspace,
)

DOMAIN = "northquay.example"

# Documented passwords of an invented company, which only `--demo` ever loads.
SIGN_INS: list[SignIn] = [
    SignIn(f"magdalena.sikora@{DOMAIN}", "demo-employee-lighthouse", "employee"),
    SignIn(f"agnieszka.mazur@{DOMAIN}", "demo-manager-breakwater", "manager"),
    SignIn(f"daan.verhoeven@{DOMAIN}", "demo-admin-drawbridge", "admin"),
]

_ROLES = ("employee", "manager", "admin")
_KINDS = ("public", "private", "announcement")
_LEVELS = ("all", "mentions", "none")
_EDITED_AFTER = 3  # minutes
_PINNED_AFTER = 1


def read_workspace(now: datetime) -> Workspace:
    """Return the demo as it stands at ``now`` (UTC-aware).

    Raises DemoError, with the place, for a file that can't be read, an unknown username or slug,
    a person listed before their manager, a post by somebody who isn't in the channel, times that
    don't increase, and a quote that readers of the post may not read.
    """
    schedule = Schedule(now)
    people = tuple(_people(schedule))
    names = {person.username for person in people}
    channels = tuple(_channel(record, people, schedule) for record in read_records("channels.json"))
    conversations = tuple(
        _conversation(record, f"conversation-{number}", names, schedule)
        for number, record in enumerate(read_records("conversations.json"), 1)
    )
    workspace = Workspace(people, channels, conversations)
    check_workspace(workspace, SIGN_INS)
    return workspace


def _people(schedule: Schedule) -> Iterable[DemoPerson]:
    seen: set[str] = set()
    for record in read_records("people.json"):
        username = record.text("username")
        manager = record.optional("manager")
        # With one head, and every manager before the reports, the lines are a tree.
        if (manager is None) != (not seen) or (manager is not None and manager not in seen):
            raise DemoError(f"{record.where}: {username} must stand after their manager")
        if username in seen:
            raise DemoError(f"{record.where}: {username} is there twice")
        seen.add(username)
        yield DemoPerson(
            username=username,
            email=f"{username}@{DOMAIN}",
            name=record.text("name"),
            role=record.one_of("role", _ROLES),
            title=record.text("title"),
            department=record.text("department"),
            location=record.text("location"),
            country=record.text("country"),
            time_zone=record.text("time_zone"),
            manager=manager,
            pronouns=record.optional("pronouns") or "",
            phone=record.optional("phone") or "",
            joined_at=schedule.days_ago(record.number("joined_days_ago")),
        )


def _channel(record: Record, people: Sequence[DemoPerson], schedule: Schedule) -> DemoChannel:
    slug = record.text("slug")
    everyone = [person.username for person in people]
    named = everyone if record.says("members", "everyone") else record.texts("members")
    created_at = schedule.days_ago(record.number("created_days_ago"))
    joined = {person.username: max(person.joined_at, created_at) for person in people}
    members = _members(record, named, joined, schedule)
    if record.text("created_by") not in joined:
        raise DemoError(f"{record.where}: unknown creator")
    return DemoChannel(
        slug=slug,
        name=record.text("name"),
        kind=record.one_of("kind", _KINDS),
        topic=record.text("topic"),
        purpose=record.text("purpose"),
        created_by=record.text("created_by"),
        created_at=created_at,
        members=members,
        posts=_posts(read_records(f"posts/{slug}.json"), slug, schedule),
    )


def _conversation(
    record: Record, key: str, names: set[str], schedule: Schedule
) -> DemoConversation:
    usernames = record.texts("people")
    posts = _posts(record.records("posts"), key, schedule)
    if len(usernames) < 2 or not posts:
        raise DemoError(f"{record.where}: a conversation needs two people and a post")
    members = _members(record, usernames, dict.fromkeys(names, posts[0].created_at), schedule)
    return DemoConversation(key, posts[0].author, posts[0].created_at, members, posts)


def _members(
    record: Record, usernames: list[str], joined: dict[str, datetime], schedule: Schedule
) -> tuple[DemoMembership, ...]:
    check_unique(usernames, record.where)
    ranks = dict.fromkeys(record.texts("moderators"), "moderator")
    ranks |= dict.fromkeys(record.texts("owners"), "owner")
    starred, levels = record.texts("starred_by"), record.text_map("notify")
    read = record.number_map("read_up_to")
    if not set(levels.values()) <= set(_LEVELS):
        raise DemoError(f"{record.where}: unknown level in notify")
    for username in (*usernames, *ranks, *starred, *levels, *read):
        if username not in joined or username not in usernames:
            raise DemoError(f"{record.where}: {username} is not a member")
    return tuple(
        DemoMembership(
            username=username,
            role=ranks.get(username, "member"),
            notify=levels.get(username, "all"),
            starred=username in starred,
            joined_at=joined[username],
            read_until=schedule.moment(read[username]) if username in read else None,
        )
        for username in usernames
    )


def _posts(records: list[Record], place: str, schedule: Schedule) -> tuple[DemoPost, ...]:
    posts = []
    for number, record in enumerate(records, 1):
        name = f"{place}/{number}"
        replies = tuple(
            _post(reply, f"{name}.{position}", place, schedule)
            for position, reply in enumerate(record.records("replies"), 1)
        )
        posts.append(_post(record, name, place, schedule, replies))
    return tuple(posts)


def _post(
    record: Record,
    numbered: str,
    place: str,
    schedule: Schedule,
    replies: tuple[DemoPost, ...] | None = None,
) -> DemoPost:
    is_reply = replies is None
    if is_reply and record.records("replies"):
        raise DemoError(f"{record.where}: a reply can't have replies")
    if not is_reply and record.flag("also_to_channel"):
        raise DemoError(f"{record.where}: only a reply can go to the channel as well")
    label = record.optional("label")
    created_at = schedule.moment(record.number("at"))
    earlier = record.optional("edited_from")
    pinned = record.flag("pinned")
    return DemoPost(
        key=numbered if label is None else f"{place}/{label}",
        author=record.text("author"),
        body=schedule.fill(record.text("body")),
        created_at=created_at,
        edited_from=None if earlier is None else schedule.fill(earlier),
        edited_at=None if earlier is None else schedule.soon_after(created_at, _EDITED_AFTER),
        pinned_at=schedule.soon_after(created_at, _PINNED_AFTER) if pinned else None,
        also_to_channel=record.flag("also_to_channel"),
        quotes=record.optional("quotes"),
        replies=replies or (),
    )
