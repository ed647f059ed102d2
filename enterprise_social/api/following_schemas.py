"""The JSON Schemas of following, hashtags and storylines."""

from __future__ import annotations

from enterprise_social.api.schemas import (
    COUNT,
    FLAG,
    ID,
    MOMENT,
    TEXT,
    Schema,
    _list_of,
    _object,
    _or_null,
    _ref,
)

_NUMBER: Schema = {"type": "number"}

FOLLOWING_SCHEMAS: dict[str, Schema] = {
    "Follow": _object(
        "Whether one follows somebody; how many do, and whom they follow themselves.",
        {"user_id": ID, "follows": FLAG, "followers": COUNT, "following": COUNT},
    ),
    "MyFollowing": _object(
        "Whom one follows, a page of them, and all hashtags that one follows.",
        {
            "items": _list_of(_ref("User")),
            "next_cursor": _or_null(TEXT),
            "hashtags": _list_of(TEXT),
        },
    ),
    "FollowedPost": _object(
        "A post, whether one follows its author, and which followed hashtags it holds.",
        {"post": _ref("Post"), "by_author": FLAG, "hashtags": _list_of(TEXT)},
    ),
    "FollowedThread": _object(
        "A thread by its first post, and how many of its replies one has not read.",
        {"post": _ref("Post"), "unread": COUNT, "last_reply_at": _or_null(MOMENT)},
    ),
    "Hashtag": _object(
        "A hashtag, and those that stand beside it most often.",
        {
            "tag": TEXT,
            "posts": COUNT,
            "followers": _or_null(COUNT),
            "follows": FLAG,
            "beside": _list_of(TEXT),
        },
    ),
    "RisingHashtag": _object(
        "How many people wrote a hashtag this week, and in an average week of the four before.",
        {"tag": TEXT, "people": COUNT, "before": _NUMBER, "score": _NUMBER},
    ),
}
