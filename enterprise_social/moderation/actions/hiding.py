"""Out of sight at the word of somebody who judges, while the case is open."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.core import audit
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict
from enterprise_social.moderation.actions.cases import changed, judged_by, note
from enterprise_social.moderation.models import Case
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.reviewing import hide_post, show_post
from enterprise_social.posts.models import Post


@action
def set_hidden(actor: Person | None, case: Case, hidden: bool) -> Case:
    """Take the post of an open case out of sight, or bring it back in sight.

    Raises NotFound for who may not judge it, Conflict where it is decided or there is no post.
    """
    case = judged_by(actor, case)
    post = db.session.get(Post, case.post_id) if case.post_id is not None else None
    if not case.is_open or post is None or post.deleted:
        raise Conflict(_("There is nothing to hide here."))
    if hide_post(post) if hidden else show_post(post):
        act = "hidden" if hidden else "shown"
        note(case, actor, act)
        changed(case)
        audit.record(actor, f"moderation.{act}", f"post:{post.id}", {"case_id": case.id})
    return case
