"""Writes of push subscriptions."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.outgoing import NotAllowed, split
from enterprise_social.people.models import Person
from enterprise_social.push import sealing
from enterprise_social.push.models import LONGEST_ENDPOINT, PushSubscription

MOST_OF_ONE = 10


@action
def subscribe(
    actor: Person, *, endpoint: str, p256dh: str, auth: str, session_id: int | None
) -> PushSubscription:
    """Push to the actor's browser from now on; the oldest make room for a new one.

    A browser has one subscription: whoever signs in there next takes it over. Raises Invalid.
    """
    _require_sound(endpoint, p256dh, auth)
    digest = _digest(endpoint)
    found = db.session.scalars(
        select(PushSubscription).where(PushSubscription.endpoint_hash == digest).with_for_update()
    ).first()
    if found is None:
        found = PushSubscription(endpoint=endpoint, endpoint_hash=digest, created_at=now())
        db.session.add(found)
    found.person_id, found.session_id = actor.id, session_id
    found.p256dh, found.auth = p256dh, auth
    db.session.flush()
    theirs = select(PushSubscription.id).where(PushSubscription.person_id == actor.id)
    beyond = db.session.scalars(theirs.order_by(PushSubscription.id.desc()).offset(MOST_OF_ONE))
    remove(beyond.all())
    return found


@action
def unsubscribe(actor: Person, endpoint: str) -> None:
    """Push to this browser of the actor's no more; where it isn't known nothing happens."""
    db.session.execute(
        delete(PushSubscription)
        .where(PushSubscription.endpoint_hash == _digest(endpoint))
        .where(PushSubscription.person_id == actor.id)
        .execution_options(synchronize_session=False)
    )


@action
def remove(ids: Collection[int]) -> None:
    """Remove subscriptions that push services know no longer."""
    if ids:
        db.session.execute(
            delete(PushSubscription)
            .where(PushSubscription.id.in_(ids))
            .execution_options(synchronize_session=False)
        )


@action
def note_use(ids: Collection[int]) -> None:
    """Note that push services took messages for these subscriptions."""
    db.session.execute(
        update(PushSubscription)
        .where(PushSubscription.id.in_(ids))
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )


def _digest(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode("utf-8", "surrogatepass")).hexdigest()


def _require_sound(endpoint: str, p256dh: str, auth: str) -> None:
    errors: dict[str, list[str]] = {}
    try:
        if len(endpoint) > LONGEST_ENDPOINT or not endpoint.isascii():
            raise NotAllowed("too long")
        split(endpoint)
    except NotAllowed:
        errors["endpoint"] = [_("The address of a push service is expected here.")]
    for name, check, given in (
        ("p256dh", sealing.public_key, p256dh),
        ("auth", sealing.secret, auth),
    ):
        try:
            check(given)
        except ValueError:
            errors[name] = [_("A browser's key in base64url is expected here.")]
    if errors:
        raise Invalid(errors=errors)
