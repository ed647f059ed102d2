"""What reactions owe the posts that they stand under."""

from __future__ import annotations

from sqlalchemy import delete

from enterprise_social.core.db import db
from enterprise_social.core.events import during
from enterprise_social.posts.events import PostsEmptied
from enterprise_social.reactions.models import Reaction


@during(PostsEmptied)
def forget_reactions(event: PostsEmptied) -> None:
    """What was said is gone for good: so is what was said to it. Whole posts take theirs along."""
    db.session.execute(
        delete(Reaction)
        .where(Reaction.post_id.in_(event.post_ids))
        .execution_options(synchronize_session=False)
    )
