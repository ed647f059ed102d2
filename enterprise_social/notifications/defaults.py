"""What everyone is told by which way, until they choose otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

# Not seen in the application for so long, it is told by mail.
MAIL_AFTER = timedelta(minutes=15)
# What is told so long after it was said, as when it is restored or brought in, is no news.
NEWS_FOR = timedelta(days=3)
# What is due so soon goes along with what is due now.
JOIN_WITHIN = timedelta(minutes=5)
# A line that was told by mail and grows is told again after this.
MAIL_AGAIN_AFTER = timedelta(hours=1)

WANTED: Mapping[str, Mapping[str, bool]] = {
    "mention": {"app": True, "push": True, "email": True},
    "group_mention": {"app": True, "push": True, "email": False},
    "channel_mention": {"app": True, "push": True, "email": False},
    "reply": {"app": True, "push": False, "email": False},
    "direct": {"app": True, "push": True, "email": True},
    "keyword": {"app": True, "push": False, "email": False},
    "reaction": {"app": True, "push": False, "email": False},
    "invitation": {"app": True, "push": False, "email": True},
    "follow": {"app": True, "push": False, "email": False},
    "followed_post": {"app": True, "push": False, "email": False},
    "announcement": {"app": True, "push": False, "email": False},
    "moderation": {"app": True, "push": False, "email": False},
    "export": {"app": True, "push": False, "email": False},
}
# Announcements travel by their own ladder, and what moderators decide and exports have mails of
# their own; here it is only whether they stand in the list.
FIXED = frozenset(
    (kind, way)
    for kind in ("announcement", "moderation", "export")
    for way in ("app", "push", "email")
)
CHOOSABLE = tuple(kind for kind in WANTED if (kind, "app") not in FIXED)
