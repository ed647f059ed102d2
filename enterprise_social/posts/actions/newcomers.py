"""What somebody who came lately may do in an hour and in a day, beyond the general limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.channels.models import Channel
from enterprise_social.core import settings
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import TooManyRequests
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post

SETTING = "posts.new_people"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# For so many days after an account was made; 0 days is no limits at all.
DEFAULT = {
    "days": 3,
    "posts_an_hour": 120,
    "links_an_hour": 40,
    "mentions_of_all_a_day": 5,
    "conversations_a_day": 30,
}
MOST_DAYS, MOST = 90, 10_000


def clean(value: Any) -> dict[str, int]:
    """Return the limits to keep. Raises ValueError with a sentence."""
    if not isinstance(value, dict) or set(value) - set(DEFAULT):
        raise ValueError(_("Give the limits by their names."))
    made = {**DEFAULT, **value}
    for name, number in made.items():
        most = MOST_DAYS if name == "days" else MOST
        if type(number) is not int or not 0 <= number <= most:
            raise ValueError(_("Choose whole numbers up to %(most)d.", most=most))
    return made


settings.define(SETTING, DEFAULT, clean)


def check_post(actor: Person, *, has_link: bool, mentions_all: bool) -> None:
    """Raise TooManyRequests where somebody new has written enough for now."""
    limits = _limits_of(actor)
    if limits is None:
        return
    moment = now()
    mine = (Post.author_id == actor.id, Post.created_at > moment - HOUR)
    _within(limits["posts_an_hour"], HOUR, select(Post.created_at).where(*mine))
    if has_link:
        links = select(Post.created_at).where(*mine, Post.has_link.is_(True))
        _within(limits["links_an_hour"], HOUR, links)
    if mentions_all:
        today = (Post.author_id == actor.id, Post.created_at > moment - DAY)
        calls = select(Post.created_at).where(*today, Post.mentions_all.is_(True))
        _within(limits["mentions_of_all_a_day"], DAY, calls)


def check_conversation(actor: Person) -> None:
    """Raise TooManyRequests where somebody new has begun enough conversations for a day."""
    limits = _limits_of(actor)
    if limits is not None:
        begun = select(Channel.created_at).where(
            Channel.created_by_id == actor.id,
            Channel.created_at > now() - DAY,
            Channel.kind == "direct",
        )
        _within(limits["conversations_a_day"], DAY, begun)


def _limits_of(actor: Person) -> dict[str, int] | None:
    if current_app.config["RATE_LIMITS"] != "on" or actor.role not in ("guest", "employee"):
        return None
    limits: dict[str, int] = settings.get(SETTING)
    is_new = actor.created_at > now() - timedelta(days=limits["days"])
    return limits if is_new and not actor.is_bot else None


def _within(most: int, span: timedelta, moments: Any) -> None:
    """Look at no more rows than are allowed: the oldest of them says when one may go on."""
    column = moments.selected_columns[0]
    newest = moments.order_by(column.desc()).limit(max(most, 1)).subquery()
    count, oldest = db.session.execute(select(func.count(), func.min(newest.c[0]))).one()
    if count >= most:
        raise _refusal(oldest, span)


def _refusal(oldest: datetime | None, span: timedelta) -> TooManyRequests:
    wait = span if oldest is None else oldest + span - now()
    seconds = max(1, int(wait.total_seconds()) + 1)
    detail = _(
        "New accounts can do this only so often in their first days. Try again in %(time)s.",
        time=spoken(seconds),
    )
    return TooManyRequests(detail, retry_after=seconds)


def spoken(seconds: int) -> str:
    """Say how long somebody has to wait."""
    if seconds < 90:
        return _("%(count)d seconds", count=seconds)
    if seconds < 90 * 60:
        return _("%(count)d minutes", count=-(-seconds // 60))
    return _("%(count)d hours", count=-(-seconds // 3600))
