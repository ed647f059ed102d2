"""Drafts: what an announcement is before anybody gets it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select

from enterprise_social.announcements import audience, details, policy
from enterprise_social.announcements.actions.attaching import drop_files, set_files
from enterprise_social.announcements.models import Announcement, Responder
from enterprise_social.core import audit, screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.text import normalise, render
from enterprise_social.people import queries as people
from enterprise_social.people.models import Person
from enterprise_social.posts.queries import References

NO_CHANNEL = 0
# What its readers read.
_SAID = ("title", "body", "ask_text", "choices", "reason")
# Of ``update_draft``: the one in whose name it is sent stays.
UNCHANGED: Any = object()


def create_draft(
    actor: Person,
    *,
    client_id: str | None = None,
    in_name_of: Person | None = None,
    **fields: Any,
) -> tuple[Announcement, bool]:
    """Begin an announcement; return it and whether it is new.

    Sent again with the same ``client_id`` it gives the first one, unchanged. ``fields`` are those
    of ``details.FIELDS``. Raises Forbidden, and Invalid that names each bad field.
    """
    return begin(actor, client_id, in_name_of, prepared(actor, fields))


@action
def begin(
    actor: Person, client_id: str | None, in_name_of: Person | None, values: dict[str, Any]
) -> tuple[Announcement, bool]:
    """Do what ``create_draft`` says, with values that ``prepared`` has made."""
    require(policy.may_announce(actor), _("You may not announce to anybody."))
    if client_id is not None:
        known = db.session.scalars(
            select(Announcement).where(
                Announcement.author_id == actor.id, Announcement.client_id == client_id
            )
        ).one_or_none()
        if known is not None:
            return known, False
    _require_voice(actor, in_name_of)
    moment = now()
    announcement = Announcement(
        author_id=actor.id,
        in_name_of_id=in_name_of.id if in_name_of and in_name_of.id != actor.id else None,
        client_id=client_id,
        created_at=moment,
        updated_at=moment,
    )
    db.session.add(announcement)
    db.session.flush()
    _apply(actor, announcement, values)
    db.session.flush()
    return announcement, True


def update_draft(
    actor: Person,
    announcement: Announcement,
    *,
    in_name_of: Person | None = UNCHANGED,
    **fields: Any,
) -> Announcement:
    """Change an announcement that nobody got yet.

    A scheduled or waiting one becomes a draft again: what is sent is what was confirmed. Raises
    Forbidden, Conflict once it is published, and Invalid that names each bad field.
    """
    return _update(actor, announcement, in_name_of, prepared(actor, fields))


@action
def _update(
    actor: Person, announcement: Announcement, in_name_of: Person | None, values: dict[str, Any]
) -> Announcement:
    announcement = lock_draft(actor, announcement)
    if in_name_of is not UNCHANGED and actor.id == announcement.author_id:
        _require_voice(actor, in_name_of)
        is_self = in_name_of is None or in_name_of.id == actor.id
        announcement.in_name_of_id = None if is_self or in_name_of is None else in_name_of.id
    _apply(actor, announcement, values)
    announcement.state = "draft"
    announcement.approved_by_id = None
    announcement.version += 1
    announcement.updated_at = now()
    db.session.flush()
    return announcement


@action
def discard_draft(actor: Person, announcement: Announcement) -> None:
    """Throw away an announcement that nobody got, with its files. Raises Forbidden and Conflict."""
    announcement = lock_draft(actor, announcement)
    audit.record(actor, "announcements.discarded", f"announcement:{announcement.id}")
    drop_files(announcement.id)
    db.session.delete(announcement)


def lock_draft(actor: Person, announcement: Announcement) -> Announcement:
    """Lock an announcement that the actor may still change."""
    announcement = lock(Announcement, announcement.id)
    require(policy.may_manage(actor, announcement), _("This is not your announcement."))
    if announcement.state in policy.SHOWN_STATES:
        raise Conflict(_("It is published. Send a correction or a follow-up instead."))
    return announcement


def prepared(actor: Person, fields: dict[str, Any]) -> dict[str, Any]:
    """Clean the fields and make what follows from them, before anybody waits for the lock."""
    values = _screened(actor, details.clean(fields))
    if "body" in values:
        values["body"] = normalise(values["body"])
        content = render(values["body"], References(NO_CHANNEL))
        # Markup may hide a word; what is read is judged as well.
        screening.clean("announcements", {"body": content.plain}, actor=actor)
        values |= {"html": content.html, "plain": content.plain}
    if "audience_text" in values:
        values["audience"] = audience.parse(values["audience_text"], actor.id)
    return values


def _screened(actor: Person, values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields with their texts by the rules of words for announcements."""
    said = {name: values[name] for name in _SAID if values.get(name)}
    kept = screening.clean_nested("announcements", said, actor=actor, target="announcement:0")
    # What was replaced may not fit any more.
    changed = {name: text for name, text in kept.items() if text != said[name]}
    return values | (details.clean(changed) if changed else {})


def _apply(actor: Person, announcement: Announcement, values: dict[str, Any]) -> None:
    file_ids = values.pop("file_ids", None)
    if file_ids is not None:
        set_files(actor, announcement.id, file_ids)
    responders = values.pop("responder_ids", None)
    for field, value in values.items():
        setattr(announcement, field, value)
    if responders is None:
        return
    known = people.by_ids(responders)
    if any(each not in known or not known[each].is_active for each in responders):
        raise Invalid(errors={"responder_ids": [_("One of the responders is not here.")]})
    of_it = Responder.announcement_id == announcement.id
    db.session.execute(delete(Responder).where(of_it))
    rows = [{"announcement_id": announcement.id, "person_id": each} for each in responders]
    if rows:
        db.session.execute(insert(Responder), rows)


def _require_voice(actor: Person, in_name_of: Person | None) -> None:
    allowed = in_name_of is None or policy.may_speak_for(actor, in_name_of)
    require(allowed, _("You may not announce in this person's name."))
