"""What somebody likes to choose emoji by."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.people.models import Person
from enterprise_social.reactions.emoji import TONES
from enterprise_social.reactions.models import EmojiHabit


@action
def set_tone(actor: Person, tone: int) -> None:
    """Remember the skin tone that somebody chooses, 2 to 6, or 0 for none. Raises Invalid."""
    if tone and tone not in TONES:
        raise Invalid(errors={"tone": [_("There is no such skin tone.")]})
    known = db.session.get(EmojiHabit, actor.id, with_for_update=True, populate_existing=True)
    if known is None:
        db.session.add(EmojiHabit(person_id=actor.id, tone=tone))
    else:
        known.tone = tone
    db.session.flush()
