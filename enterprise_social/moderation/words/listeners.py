"""What follows when a word rule points at something."""

from __future__ import annotations

from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.events import after
from enterprise_social.moderation.actions.cases import open_case
from enterprise_social.moderation.words.events import WordsFlagged
from enterprise_social.moderation.words.models import WordRule

# What cases can be about; of other things the history of the rule tells.
_TARGETS = ("post", "person", "file")
LONGEST_REASON = 40


@after(WordsFlagged)
def open_a_case(event: WordsFlagged) -> None:
    """Have those who judge look at it; where they do already nothing is added."""
    kind, _colon, number = event.target.partition(":")
    rule = db.session.get(WordRule, event.rule_id)
    if rule is None or kind not in _TARGETS or not number.isdecimal():
        return
    try:
        open_case("flagged", kind, int(number), event.channel_id, rule.name[:LONGEST_REASON])
    except NotFound:
        return
