"""What may not be removed for good, and who says how long things are kept."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_

from enterprise_social.moderation.models import Case
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.posts import policy as post_policy
from enterprise_social.posts.models import Post
from enterprise_social.records.policy.holds import held_posts


@post_policy.keeps
def kept_posts() -> ColumnElement[bool]:
    """What is on legal hold, and what is looked at in a case that is open or appealed."""
    in_case = exists().where(Case.post_id == Post.id, Case.state.in_(("open", "appealed")))
    return or_(held_posts(), in_case)


def may_set_retention(actor: Person | None) -> bool:
    """Admins say how long things are kept."""
    return is_admin(actor)
