"""The browsers that messages are pushed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core.db import Base, BigId, UTCDateTime

LONGEST_ENDPOINT = 2000


class PushSubscription(Base):
    """A browser that somebody has switched push messages on in.

    It belongs to the session in which that was done: whoever signs out there, or is signed out
    from elsewhere, gets nothing there any more. ``p256dh`` and ``auth`` are the browser's public
    key and secret in base64url, as the Push API has them.
    """

    __tablename__ = "push_subscriptions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    session_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("sign_in_sessions.id", ondelete="CASCADE"), index=True
    )
    endpoint: Mapped[str] = mapped_column(Text)
    endpoint_hash: Mapped[str] = mapped_column(String(64), unique=True)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
