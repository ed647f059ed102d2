"""What may be chosen for an audience: the kinds, and values of one."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.announcements.chips import KINDS
from enterprise_social.channels.models import UNLISTED_KINDS, Channel, Membership
from enterprise_social.core.db import db
from enterprise_social.people.models import ROLES, Group, Person, ProfileField, Skill
from enterprise_social.people.policy import suggestible
from enterprise_social.people.queries import suggest
from enterprise_social.people.queries.fields import hidden_names
from enterprise_social.people.rules.names import PUBLIC

MOST = 30
COLUMNS = {"department": Person.department, "location": Person.location, "title": Person.title}


def kinds() -> dict[str, str]:
    """Return the kinds of conditions with how they are called."""
    names = {
        "everyone": _("Everyone"),
        "department": _("Department"),
        "location": _("Place"),
        "group": _("Group"),
        "line": _("People below"),
        "channel": _("Members of channel"),
        "role": _("Role"),
        "person": _("Person"),
        "title": _("Title"),
        "skill": _("Skill"),
    }
    hidden = hidden_names()
    rows = db.session.execute(
        select(ProfileField.key, ProfileField.name)
        .where(ProfileField.audience == PUBLIC, ProfileField.archived_at.is_(None))
        .where(ProfileField.kind.not_in(("person", "date")))
        .order_by(ProfileField.position, ProfileField.id)
    )
    found = {kind: names[kind] for kind in KINDS if kind not in hidden}
    return found | {f"field:{row.key}": row.name for row in rows}


def values(viewer: Person, kind: str, text: str) -> list[tuple[str, str]]:
    """Return values of a kind that begin with a text, each with a word on it."""
    text = text.strip().lstrip("@#")
    if kind in COLUMNS:
        if kind in hidden_names():
            return []
        column = COLUMNS[kind]
        statement = (
            select(column, func.count())
            .where(suggestible(), column != "", column.icontains(text, autoescape=True))
            .group_by(column)
            .order_by(func.count().desc(), column)
        )
        return [(row[0], str(row[1])) for row in db.session.execute(statement.limit(MOST))]
    if kind == "role":
        return [(role, "") for role in ROLES]
    if kind in ("person", "line"):
        return [(f"@{each.username}", each.name) for each in suggest(viewer, text, MOST)]
    return _named(viewer, kind, text)


def _named(viewer: Person, kind: str, text: str) -> list[tuple[str, str]]:
    if kind == "group":
        groups = select(Group.slug, Group.name).where(
            Group.archived_at.is_(None),
            Group.name.icontains(text, autoescape=True)
            | Group.slug.istartswith(text, autoescape=True),
        )
        rows = db.session.execute(groups.order_by(Group.name, Group.id).limit(MOST))
        return [(f"@{row.slug}", row.name) for row in rows]
    if kind == "channel":
        channels = (
            select(Channel.slug, Channel.name)
            .join(Membership, Membership.channel_id == Channel.id)
            .where(Membership.person_id == viewer.id, Channel.kind.not_in(UNLISTED_KINDS))
            .where(Channel.archived_at.is_(None), Channel.name.icontains(text, autoescape=True))
        )
        rows = db.session.execute(channels.order_by(Channel.name, Channel.id).limit(MOST))
        return [(f"#{row.slug}", row.name) for row in rows]
    if kind == "skill":
        skills = select(Skill.name).where(
            Skill.merged_into_id.is_(None), Skill.name.icontains(text, autoescape=True)
        )
        return [(each, "") for each in db.session.scalars(skills.order_by(Skill.name).limit(MOST))]
    return []
