"""What a sender prepares with: templates, and a test to oneself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update

from enterprise_social.announcements import policy
from enterprise_social.announcements.actions.attaching import (
    copies,
    drop_files,
    drop_template_files,
    set_files,
    set_template_files,
)
from enterprise_social.announcements.actions.composing import lock_draft
from enterprise_social.announcements.events import ExpiryDue
from enterprise_social.announcements.models import (
    LONGEST_TITLE,
    Announcement,
    Recipient,
    Responder,
    Template,
)
from enterprise_social.announcements.queries.attached import stored_of
from enterprise_social.core import live
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name
from enterprise_social.people.models import Person

TEST_LASTS = timedelta(hours=1)
LONGEST_NAME = 80
MOST_TEMPLATES = 50
CONTENT = ("title", "body", "html", "plain", "priority", "asks", "ask_text", "choices",
           "takes_note", "reason")  # fmt: skip
KEPT = ("title", "body", "priority", "audience_text", "adds_joiners", "drill", "reason", "asks",
        "ask_text", "choices", "takes_note", "comments")  # fmt: skip


def send_test(actor: Person, announcement: Announcement) -> Announcement:
    """Send a draft to oneself alone, with copies of its files, as an exercise of an hour.

    An earlier test ends. Raises Forbidden, Conflict once it is published, and Invalid without a
    title.
    """
    require(policy.may_manage(actor, announcement), _("This is not your announcement."))
    return _send_test(actor, announcement, copies(actor, stored_of(announcement.id)))


@action
def _send_test(actor: Person, announcement: Announcement, file_ids: Sequence[int]) -> Announcement:
    draft = lock_draft(actor, announcement)
    if not draft.title:
        raise Invalid(errors={"title": [_("It needs a title.")]})
    moment = now()
    _end_tests(actor)
    test = Announcement(
        kind="test",
        author_id=actor.id,
        state="published",
        drill=True,
        created_at=moment,
        updated_at=moment,
        published_at=moment,
        expires_at=moment + TEST_LASTS,
        recipient_count=1,
        ladder={"steps": [{"after": 0, "ways": ["app"]}], "repeat": None},
        **{name: getattr(draft, name) for name in CONTENT},
    )
    test.title = _("Test: %(title)s", title=draft.title)[:LONGEST_TITLE]
    db.session.add(test)
    db.session.flush()
    set_files(actor, test.id, file_ids)
    db.session.add(Recipient(announcement_id=test.id, person_id=actor.id, begins_at=moment))
    db.session.flush()
    announce(ExpiryDue(test.id), run_at=test.expires_at)
    live.control("announce", announcement_id=test.id)
    return test


def _end_tests(actor: Person) -> None:
    ended = db.session.execute(
        update(Announcement)
        .where(
            Announcement.author_id == actor.id,
            Announcement.kind == "test",
            Announcement.state == "published",
        )
        .values(state="ended", ended_as="expired", ended_at=now())
        .returning(Announcement.id)
        .execution_options(synchronize_session=False)
    )
    for announcement_id in sorted(ended.scalars()):
        drop_files(announcement_id)


def save_template(
    actor: Person, announcement: Announcement, name: str, *, shared: bool = False
) -> Template:
    """Keep what one's draft says under a name, with copies of its files, to begin with later.

    A template of the same name is replaced. Raises Forbidden, Invalid and Conflict.
    """
    require(policy.may_announce(actor), _("You may not announce to anybody."))
    require(policy.may_manage(actor, announcement), _("This is not your announcement."))
    file_ids = copies(actor, stored_of(announcement.id))
    return _save_template(actor, announcement, name, shared=shared, file_ids=file_ids)


@action
def _save_template(
    actor: Person, announcement: Announcement, name: str, *, shared: bool, file_ids: Sequence[int]
) -> Template:
    name = safe_name(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid(errors={"template_name": [_("Give it a name of up to 80 characters.")]})
    mine = db.session.query(Template).filter_by(owner_id=actor.id).all()
    template = next((each for each in mine if each.name.casefold() == name.casefold()), None)
    if template is None:
        if len(mine) >= MOST_TEMPLATES:
            raise Conflict(_("You have %(most)d templates already.", most=MOST_TEMPLATES))
        template = Template(owner_id=actor.id, created_at=now())
        db.session.add(template)
    content: dict[str, Any] = {field: getattr(announcement, field) for field in KEPT}
    responders = db.session.query(Responder.person_id).filter_by(announcement_id=announcement.id)
    content["responder_ids"] = [row.person_id for row in responders]
    template.name, template.shared, template.content = name, shared, content
    db.session.flush()
    set_template_files(actor, template.id, file_ids)
    return template


@action
def delete_template(actor: Person, template: Template) -> None:
    """Throw away one's own template. Raises Forbidden."""
    require(template.owner_id == actor.id, _("This is somebody else's template."))
    drop_template_files(template.id)
    db.session.delete(template)
