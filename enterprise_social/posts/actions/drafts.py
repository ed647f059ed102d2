"""What somebody has begun to write, kept for every device."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import membership
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.text import normalise
from enterprise_social.people.models import Person
from enterprise_social.posts.models import LONGEST_BODY, Draft, Post

MOST_DRAFTS = 500


@action
def save_draft(actor: Person, channel: Channel, body: str, *, parent_id: int | None = None) -> None:
    """Keep a draft in a channel or in a thread of it; an empty one is thrown away."""
    if membership(channel.id, actor.id) is None:
        raise NotFound()
    body = normalise(body)
    if len(body) > LONGEST_BODY:
        raise Invalid(errors={"body": [_("At most %(most)d characters.", most=LONGEST_BODY)]})
    if parent_id:
        parent = db.session.get(Post, parent_id)
        if parent is None or parent.channel_id != channel.id:
            raise NotFound()
    found = db.session.get(Draft, (actor.id, channel.id, parent_id or 0), populate_existing=True)
    if not body.strip():
        if found is not None:
            db.session.delete(found)
        return
    if found is None:
        _keep_few(actor)
        found = Draft(person_id=actor.id, channel_id=channel.id, parent_id=parent_id or 0)
        db.session.add(found)
    found.body = body
    found.updated_at = now()


def _keep_few(actor: Person) -> None:
    kept = select(func.count()).select_from(Draft).where(Draft.person_id == actor.id)
    if db.session.execute(kept).scalar_one() >= MOST_DRAFTS:
        raise Conflict(_("There are %(most)d drafts already; send or clear one.", most=MOST_DRAFTS))
