"""The OpenAPI 3.1 document, made of the calls as they are registered."""

from __future__ import annotations

import re
from typing import Any

from enterprise_social.api.announcement_schemas import ANNOUNCEMENT_SCHEMAS
from enterprise_social.api.audit_schemas import AUDIT_SCHEMAS
from enterprise_social.api.calls import BASE, CALLS, Call
from enterprise_social.api.export_schemas import EXPORT_SCHEMAS
from enterprise_social.api.field_schemas import FIELD_SCHEMAS
from enterprise_social.api.fields import NO_BODY
from enterprise_social.api.following_schemas import FOLLOWING_SCHEMAS
from enterprise_social.api.group_schemas import GROUP_SCHEMAS
from enterprise_social.api.moderation_schemas import MODERATION_SCHEMAS
from enterprise_social.api.notification_schemas import NOTIFICATION_SCHEMAS
from enterprise_social.api.profile_schemas import PROFILE_SCHEMAS
from enterprise_social.api.push_schemas import PUSH_SCHEMAS
from enterprise_social.api.reaction_schemas import REACTION_SCHEMAS
from enterprise_social.api.right_schemas import RIGHT_SCHEMAS
from enterprise_social.api.rules_schemas import RULES_SCHEMAS
from enterprise_social.api.schemas import SCHEMAS, TEXT, answer_schema
from enterprise_social.api.security_schemas import SECURITY_SCHEMAS
from enterprise_social.api.skill_schemas import SKILL_SCHEMAS
from enterprise_social.api.wire import WORDS

TAGS = {
    "tokens": "Access tokens",
    "security": "Second factors",
    "me": "Yourself",
    "photos": "Photos of people",
    "users": "People",
    "following": "Following and storylines",
    "hashtags": "Hashtags",
    "skills": "Skills",
    "profile_fields": "Fields of profiles",
    "administration": "Administration",
    "rights": "Rights granted one by one",
    "exports": "Exports and erasing",
    "audit": "The audit log",
    "keeping": "Retention and legal holds",
    "groups": "Groups of people",
    "channels": "Channels",
    "members": "Members",
    "conversations": "Conversations",
    "presence": "Presence and status",
    "posts": "Posts",
    "reactions": "Reactions and emoji",
    "files": "Files",
    "announcements": "Announcements",
    "announcement_comments": "Comments on announcements",
    "announcement_results": "What came of announcements",
    "held": "What waits for approval",
    "word_rules": "Word rules",
    "reports": "Reports",
    "moderation": "Moderation",
    "notifications": "Notifications",
    "push": "Push messages",
    "threads": "Threads and histories",
    "drafts": "Drafts",
    "reading": "Read positions",
    "changes": "Catching up",
    "search": "Search",
    "reference": "This description",
}
# A path's parameter is a number, mostly the id of somebody or something, unless wire.WORDS has it.
IDS = {
    "channel_id": "A channel.",
    "post_id": "A post.",
    "held_id": "Something that waits for approval.",
    "rule_id": "A word rule.",
    "user_id": "A person.",
    "field_id": "A field of profiles.",
    "group_id": "A group of people.",
    "skill_id": "A skill of the vocabulary.",
    "token_id": "An access token.",
    "announcement_id": "An announcement.",
    "file_id": "A file.",
    "case_id": "A case of moderation.",
    "decision_id": "A decision about a case.",
    "upload_id": "An upload on its way.",
    "export_id": "An export.",
    "hold_id": "A legal hold.",
    "tag": "A hashtag, with or without its sign, in any case.",
    "emoji": "An emoji: its name, an alias, or its characters.",
    "side": "The longest side of a picture, in pixels.",
}
INTRODUCTION = """\
JSON over HTTP. Sign in with `Authorization: Bearer TOKEN`; a signed-in browser may use its session
cookie, with the header `X-CSRFToken` for everything but GET. A token's scope `read` allows GET,
`write` everything else; what only admins do needs `admin` besides.

Errors are `application/problem+json`. Times are RFC 3339 in UTC. Lists take `limit` (1 to 200, by
default 50) and `cursor`, and answer `items` and `next_cursor`, which is null on the last page.
Whatever the caller may not know of is answered with 404. Unknown fields and parameters are refused.
"""
USUAL = {
    400: "With the session cookie: the header `X-CSRFToken` is missing or wrong.",
    401: "Not signed in.",
    403: "The token lacks the scope, or the caller may not.",
    409: "Others are writing the same just now; try again.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Some field or parameter can't be taken; `errors` names it.",
    429: "Too many requests; `Retry-After` says in how many seconds to come back.",
}


def document() -> dict[str, Any]:
    """Return the whole description."""
    paths: dict[str, dict[str, Any]] = {}
    for one in sorted(CALLS, key=lambda call: list(TAGS).index(call.tag)):
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    used = {one.tag for one in CALLS}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Enterprise Social", "version": "1", "description": INTRODUCTION},
        "servers": [{"url": BASE}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": tag, "x-title": title} for tag, title in TAGS.items() if tag in used],
        "paths": paths,
        "components": {
            "schemas": {
                **SCHEMAS,
                **EXPORT_SCHEMAS,
                **FIELD_SCHEMAS,
                **FOLLOWING_SCHEMAS,
                **GROUP_SCHEMAS,
                **ANNOUNCEMENT_SCHEMAS,
                **AUDIT_SCHEMAS,
                **MODERATION_SCHEMAS,
                **NOTIFICATION_SCHEMAS,
                **PROFILE_SCHEMAS,
                **PUSH_SCHEMAS,
                **REACTION_SCHEMAS,
                **RIGHT_SCHEMAS,
                **SECURITY_SCHEMAS,
                **RULES_SCHEMAS,
                **SKILL_SCHEMAS,
            },
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "es_session"},
            },
        },
    }


def _operation(one: Call) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": one.description,
        "tags": [one.tag],
        "parameters": [*_path_parameters(one), *_query_parameters(one)],
        "responses": _responses(one),
    }
    if one.body is not NO_BODY:
        operation["requestBody"] = {
            "required": bool(one.body.required),
            "content": {"application/json": {"schema": one.body.describe()}},
        }
    if one.content is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {one.content.mime: {"schema": dict(one.content.described)}},
        }
    if one.public:
        operation["security"] = [{}, {"token": []}, {"session": []}]
    else:
        operation["x-scope"] = one.scope
    return operation


def _path_parameters(one: Call) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": IDS[name],
            "schema": TEXT if name in WORDS else {"type": "integer", "minimum": 1},
        }
        for name in re.findall(r"{(\w+)}", one.path)
    ]


def _query_parameters(one: Call) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": field.summary,
            "schema": field.schema(),
        }
        for name, field in one.query.items()
    ]


def _responses(one: Call) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, name in sorted({one.status: one.answer, **one.also}.items()):
        described: dict[str, Any] = {"description": _success(status)}
        if name:
            content = {"schema": answer_schema(name)}
            described["content"] = {"application/json": content}
        responses[str(status)] = described
    for status, reason in sorted({**_usual(one), **one.refusals}.items()):
        responses[str(status)] = {
            "description": reason,
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
    # The web server's own answer, before any call is looked for.
    too_long = {
        "description": "The address has more than 4,094 bytes.",
        "content": {"text/html": {}},
    }
    responses["414"] = too_long
    return responses


def _usual(one: Call) -> dict[int, str]:
    statuses = {401, 422, 429}
    if not one.public:
        statuses.add(403)
    if one.method != "GET":
        statuses |= {400, 409, 413, 415}
    return {status: USUAL[status] for status in statuses}


def _success(status: int) -> str:
    return {
        200: "Done.",
        201: "Made.",
        202: "Taken; it waits for somebody's approval.",
        204: "Done; there is nothing to say.",
    }[status]
