"""The JSON Schemas of what the API answers (2020-12, as OpenAPI 3.1 takes it)."""

from __future__ import annotations

from typing import Any

from enterprise_social.channels.models import KINDS
from enterprise_social.people.models import ROLES

Schema = dict[str, Any]

ID: Schema = {"type": "integer", "minimum": 1}
SEQ: Schema = {"type": "integer", "minimum": 0}
COUNT: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
WHO_MAY: Schema = {"type": "string", "enum": ["everyone", "moderators", "owners"]}
SCOPES: Schema = {"type": "array", "items": {"type": "string", "enum": ["read", "write", "admin"]}}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _ref_or_null(name: str) -> Schema:
    return {"anyOf": [_ref(name), {"type": "null"}]}


def _object(
    description: str, properties: dict[str, Schema], optional: tuple[str, ...] = ()
) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


_USER: dict[str, Schema] = {
    "id": ID,
    "username": TEXT,
    "name": TEXT,
    "role": {"type": "string", "enum": list(ROLES)},
    "email": TEXT,
    "title": TEXT,
    "department": TEXT,
    "location": TEXT,
    "pronouns": TEXT,
    "phone": TEXT,
    "time_zone": TEXT,
    "manager_id": _or_null(ID),
    "avatar_url": _or_null(TEXT),
    "bot": FLAG,
    "active": FLAG,
    "created_at": MOMENT,
}
_CHANNEL: dict[str, Schema] = {
    "id": ID,
    "slug": TEXT,
    "name": TEXT,
    "kind": {"type": "string", "enum": list(KINDS)},
    "topic": TEXT,
    "purpose": TEXT,
    "seq": SEQ,
    "archived": FLAG,
    "member_count": COUNT,
    "created_at": MOMENT,
    "rules": _object(
        "Who may do what in it, from everyone in it to its owners alone; how many seconds lie "
        "between two posts of a member; whose posts wait for approval.",
        {
            **dict.fromkeys(("post", "reply", "mention_all", "invite"), WHO_MAY),
            "approval": {"type": "string", "enum": ["off", "new", "everyone"]},
            "slow_seconds": COUNT,
            "read_only": FLAG,
            "guests_allowed": FLAG,
        },
    ),
}
_TOKEN: dict[str, Schema] = {
    "id": ID,
    "name": TEXT,
    "scopes": SCOPES,
    "created_at": MOMENT,
    "last_used_at": _or_null(MOMENT),
    "expires_at": _or_null(MOMENT),
}
_AUTHOR = _object(
    "Who wrote a post.",
    {"id": ID, "username": TEXT, "name": TEXT, "avatar_url": _or_null(TEXT)},
)
_REACTIONS = _object(
    "How many reacted with an emoji, and whether the caller did; events leave that out.",
    {"emoji": TEXT, "count": COUNT, "me": FLAG},
    optional=("me",),
)

_STATUS = _object(
    "A status, until it ends.", {"emoji": TEXT, "text": TEXT, "until": _or_null(MOMENT)}
)

# Parts that only some events have.
_OF_SOME = ("post_id", "post", "post_ids", "user_id", "state")

SCHEMAS: dict[str, Schema] = {
    "User": _object(
        "A colleague, present or former. What the organisation doesn't use is empty.", _USER
    ),
    "File": _object(
        "Something that somebody uploaded.",
        {
            "id": ID,
            "name": TEXT,
            "size": COUNT,
            "mime": TEXT,
            "width": _or_null(COUNT),
            "height": _or_null(COUNT),
            "alt": TEXT,
            "url": TEXT,
            "thumb_url": _or_null(TEXT),
            "ready": FLAG,
            "problem": _or_null(TEXT),
        },
    ),
    "Upload": _object(
        "A large file on its way, in parts.",
        {
            "id": ID,
            "name": TEXT,
            "size": COUNT,
            "received": COUNT,
            "part_size": COUNT,
            "file_id": _or_null(ID),
        },
    ),
    "Membership": _object(
        "One's own membership in a channel.",
        {
            "channel_id": ID,
            "user_id": ID,
            "role": {"type": "string", "enum": ["owner", "moderator", "member"]},
            "notify": {"type": "string", "enum": ["all", "mentions", "none"]},
            "starred": FLAG,
            "read_seq": SEQ,
            "joined_at": MOMENT,
        },
    ),
    "Member": _object(
        "Somebody in a channel.",
        {
            "user": _ref("User"),
            "role": {"type": "string", "enum": ["owner", "moderator", "member"]},
            "joined_at": MOMENT,
        },
    ),
    "Channel": _object(
        "A channel; `seq` grows by exactly one with each change in it. `membership` is the "
        "caller's, and left out where nobody in particular asks.",
        {**_CHANNEL, "membership": _ref_or_null("Membership")},
        optional=("membership",),
    ),
    "Post": _object(
        "A post or a reply. `client_id` is shown to its author alone; events leave it out.",
        {
            "id": ID,
            "channel_id": ID,
            "seq": SEQ,
            "parent_id": _or_null(ID),
            "type": TEXT,
            "author": _AUTHOR,
            "body": TEXT,
            "html": TEXT,
            "created_at": MOMENT,
            "edited_at": _or_null(MOMENT),
            "deleted": FLAG,
            "hidden": FLAG,
            "locked": FLAG,
            "pinned": FLAG,
            "also_in_channel": FLAG,
            "quoted_post_id": _or_null(ID),
            "mentions": _list_of(ID),
            "mentions_all": FLAG,
            "mention_groups": _list_of(ID),
            "reply_count": COUNT,
            "last_reply_at": _or_null(MOMENT),
            "reactions": _list_of(_REACTIONS),
            "files": _list_of(_ref("File")),
            "client_id": _or_null(TEXT),
        },
        optional=("client_id",),
    ),
    "Revision": _object(
        "What a post said before an edit.",
        {"id": ID, "editor_id": ID, "body": TEXT, "html": TEXT, "replaced_at": MOMENT},
    ),
    "Draft": _object(
        "What one has begun to write.",
        {"channel_id": ID, "parent_id": _or_null(ID), "body": TEXT, "updated_at": MOMENT},
    ),
    "Presence": _object(
        "How somebody is. `state` is offline for those who appear so. With `dnd_until` they ask "
        "not to be disturbed until then.",
        {
            "user_id": ID,
            "state": {"type": "string", "enum": ["active", "away", "offline"]},
            "dnd_until": _or_null(MOMENT),
            "status": _or_null(_STATUS),
        },
    ),
    "OwnStatus": _object(
        "What one says of oneself.",
        {"status": _or_null(_STATUS), "dnd_until": _or_null(MOMENT), "hidden": FLAG},
    ),
    "Token": _object("An access token, without its text.", _TOKEN),
    "NewToken": _object(
        "A new access token; `token` is shown this once.", {**_TOKEN, "token": TEXT}
    ),
    "Unread": _object(
        "How far one has read a channel.",
        {"channel_id": ID, "unread": FLAG, "mentions": COUNT, "read_seq": SEQ, "seq": SEQ},
    ),
    "ReadPosition": _object("Where one's read position stands.", {"channel_id": ID, "seq": SEQ}),
    "Event": _object(
        "A change of a channel. Post events carry `post_id` and `post`, `membership_changed` "
        "`user_id`, `state`, `role` and `member_count`, `members_changed` (many came or left at "
        "once, with a group) `member_count`, `channel_changed` the `channel`, `posts_purged` (gone "
        "for good, all at once) the `post_ids`, `reaction_changed` the `reactions`.",
        {
            "channel_id": ID,
            "seq": SEQ,
            "type": TEXT,
            "at": MOMENT,
            "post_id": ID,
            "post": _ref_or_null("Post"),
            "post_ids": _list_of(ID),
            "user_id": _or_null(ID),
            "state": {"type": "string", "enum": ["joined", "left"]},
            "role": _or_null(TEXT),
            "member_count": COUNT,
            "channel": _ref("Channel"),
            "reactions": _list_of(_REACTIONS),
        },
        optional=(*_OF_SOME, "role", "member_count", "channel", "reactions"),
    ),
    "EventList": _object(
        "Changes in order; `seq` is the channel's newest.",
        {"items": _list_of(_ref("Event")), "next_cursor": _or_null(TEXT), "seq": SEQ},
    ),
    "SearchAnswer": _object(
        "A page of what was found. `corrected` is the query as it was searched where a word was "
        "misspelt. On the first page `announcements` are the newest with all the words; with "
        "`is:announcement` they are all that is found.",
        {
            "items": _list_of(
                _object(
                    "A hit; `snippet` is HTML: escaped text with `<mark>` around what was found.",
                    {"post": _ref("Post"), "snippet": TEXT},
                )
            ),
            "announcements": _list_of(_ref("Announcement")),
            "next_cursor": _or_null(TEXT),
            "total": COUNT,
            "facets": {
                "type": "object",
                "description": "What narrows the answer: `term` is what to add to the query.",
                "additionalProperties": _list_of(
                    _object("A choice.", {"term": TEXT, "label": TEXT, "count": COUNT})
                ),
            },
            "corrected": _or_null(TEXT),
            "complete_count": _or_null(COUNT),
        },
    ),
    "Problem": _object(
        "Why a call was refused (RFC 9457).",
        {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "detail": TEXT,
            "errors": {
                "type": "object",
                "description": "For each bad field what is wrong with it.",
                "additionalProperties": _list_of(TEXT),
            },
            "seq": {**SEQ, "description": "With 410: where the channel stands."},
            "count": {**COUNT, "description": "With `confirm-mention-all`: how many people."},
        },
        optional=("errors", "seq", "count"),
    ),
}


def answer_schema(name: str) -> Schema:
    """Return the schema of an answer: ``Post``, or ``[Post]`` for a page of a list of them."""
    if not name.startswith("["):
        return _ref(name)
    return {
        "type": "object",
        "properties": {
            "items": _list_of(_ref(name[1:-1])),
            "next_cursor": _or_null(TEXT),
        },
        "required": ["items", "next_cursor"],
    }
