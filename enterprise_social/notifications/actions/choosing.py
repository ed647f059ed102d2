"""What somebody chooses: kinds and ways, threads, channels, words, summaries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, insert

from enterprise_social.announcements.actions import take_part
from enterprise_social.channels.models import Channel
from enterprise_social.core import live
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.language import zone_of
from enterprise_social.following.actions import storylines
from enterprise_social.notifications.defaults import FIXED, WANTED
from enterprise_social.notifications.events import DigestTime
from enterprise_social.notifications.models import (
    KINDS,
    LONGEST_KEYWORD,
    MOST_KEYWORDS,
    RHYTHMS,
    WAYS,
    Digest,
    Following,
    Keyword,
    Mute,
    Preference,
)
from enterprise_social.notifications.words import LONGEST_PHRASE, folded_phrase
from enterprise_social.people.models import Person
from enterprise_social.people.quiet import at_wall_clock
from enterprise_social.posts.models import Post

DIGEST_HOUR = 8
MONDAY = 0
LONGEST_MUTE = timedelta(days=366)


@action
def set_preference(actor: Person, kind: str, way: str, wanted: bool) -> None:
    """Choose whether one wants a kind by a way. Raises Invalid for one that can't be chosen."""
    if kind not in KINDS or way not in WAYS or (kind, way) in FIXED:
        raise Invalid(errors={"kind": [_("This can't be chosen.")]})
    db.session.execute(
        delete(Preference).where(
            Preference.person_id == actor.id, Preference.kind == kind, Preference.way == way
        )
    )
    if WANTED[kind][way] != wanted:
        db.session.add(Preference(person_id=actor.id, kind=kind, way=way, wanted=wanted))


@action
def set_following(actor: Person, root: Post, follows: bool) -> None:
    """Follow a thread, or hear of it no more. Who follows comments takes part in them."""
    if follows:
        channel = db.session.get_one(Channel, root.channel_id)
        take_part(channel, [actor.id])
        storylines.take_part(channel, [actor.id])
    found = db.session.get(Following, (root.id, actor.id))
    if found is None:
        found = Following(root_id=root.id, person_id=actor.id, since=now())
        db.session.add(found)
    found.follows = follows
    found.reason = "chosen"
    db.session.flush()
    live.personal(actor.id, "following_changed", {"root_id": root.id, "follows": follows})


@action
def set_keywords(actor: Person, words: Sequence[str]) -> list[str]:
    """Choose the words that one wants to hear of; return them as they are compared.

    Raises Invalid for too many, or one that is too long.
    """
    keywords = sorted({keyword for keyword in map(folded_phrase, words) if keyword})
    for keyword in keywords:
        if len(keyword) > LONGEST_KEYWORD or keyword.count(" ") >= LONGEST_PHRASE:
            detail = _("“%(word)s” is too long: three words at most.", word=keyword[:40])
            raise Invalid(errors={"keywords": [detail]})
    if len(keywords) > MOST_KEYWORDS:
        raise Invalid(errors={"keywords": [_("At most %(most)d words.", most=MOST_KEYWORDS)]})
    db.session.execute(delete(Keyword).where(Keyword.person_id == actor.id))
    if keywords:
        rows = [{"person_id": actor.id, "keyword": keyword} for keyword in keywords]
        db.session.execute(insert(Keyword), rows)
    return keywords


@action
def mute_channel(actor: Person, channel: Channel, until: datetime | None) -> None:
    """Hear nothing of a channel until a moment; None ends it. Raises Invalid for a past one."""
    moment = now()
    if until is not None and not moment < until <= moment + LONGEST_MUTE:
        raise Invalid(errors={"until": [_("Choose a time to come, within a year.")]})
    found = db.session.get(Mute, (actor.id, channel.id))
    if until is None:
        if found is not None:
            db.session.delete(found)
    elif found is None:
        db.session.add(Mute(person_id=actor.id, channel_id=channel.id, until=until))
    else:
        found.until = until
    payload = {"channel_id": channel.id, "user_id": actor.id}
    live.personal(actor.id, "membership_changed", payload)


@action
def set_digest(actor: Person, rhythm: str) -> None:
    """Choose how often one gets a summary of what one has not seen. Raises Invalid."""
    if rhythm not in RHYTHMS:
        raise Invalid(errors={"rhythm": [_("Choose never, daily or weekly.")]})
    found = db.session.get(Digest, actor.id) or Digest(person_id=actor.id)
    found.rhythm = rhythm
    found.told_until = now()
    found.next_at = next_digest(now(), actor.time_zone, rhythm)
    db.session.add(found)
    if found.next_at is not None:
        announce(DigestTime(actor.id, str(rfc3339(found.next_at))), run_at=found.next_at)


def next_digest(moment: datetime, zone_name: str, rhythm: str) -> datetime | None:
    """Return when the next summary is due: at eight in the person's zone, weekly on Mondays."""
    if rhythm == "never":
        return None
    zone = zone_of(zone_name)
    local = moment.astimezone(zone)
    day = local.date()
    if local.time() >= time(DIGEST_HOUR):
        day += timedelta(days=1)
    if rhythm == "weekly":
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    return at_wall_clock(day, DIGEST_HOUR * 60, zone)
