"""The directory as a file: what every colleague may see, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, request, stream_with_context
from flask.wrappers import Response
from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.accounts import identity
from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.limits import limiter
from enterprise_social.core.spreadsheets import csv_parts
from enterprise_social.people import policy
from enterprise_social.people.built_in import label_of
from enterprise_social.people.models import Person, ProfileField, ProfileValue
from enterprise_social.people.queries.directory import everyone
from enterprise_social.people.queries.fields import defined_fields, hidden_names
from enterprise_social.people.queries.listing import Filters, filters_of
from enterprise_social.people.queries.people import by_ids
from enterprise_social.people.queries.skills import names_of

blueprint = Blueprint("admin_directory", __name__, url_prefix="/admin/people")
BUILT_IN = (
    "name", "username", "email", "title", "department", "location", "pronouns", "phone",
    "time_zone",
)  # fmt: skip


@blueprint.get("/directory.csv")
@limiter.limit("20/hour")
def export() -> Response:
    """Send the directory as it is filtered, line by line, without holding it in memory."""
    viewer = identity.signed_in()
    require(policy.is_admin(viewer), _("Only an admin may take the directory out."))
    filters = filters_of(request.args)
    note_export(viewer, filters)
    answer = Response(stream_with_context(csv_parts(_rows(viewer, filters))), mimetype="text/csv")
    name = f"people-{now():%Y-%m-%d}.csv"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@action
def note_export(actor: Person, filters: Filters) -> None:
    """Note in the audit log who took out what."""
    asked = {
        name: value
        for name in ("query", "department", "location", "skill")
        if (value := getattr(filters, name))
    }
    audit.record(actor, "people.exported", "people:all", asked)


def _rows(viewer: Person, filters: Filters) -> Iterator[list[str]]:
    hidden = hidden_names()
    built_in = [name for name in BUILT_IN if name not in hidden]
    own = [each for each in defined_fields() if each.audience == "everyone"]
    yield [*map(label_of, built_in), _("Manager"), _("Skills"), *(each.name for each in own)]
    for people in everyone(viewer, filters):
        yield from _of_page(people, built_in, own)
        db.session.expunge_all()
        db.session.rollback()


def _of_page(
    people: Sequence[Person], built_in: Sequence[str], own: Sequence[ProfileField]
) -> Iterator[list[str]]:
    ids = [each.id for each in people]
    skills = names_of(ids)
    managers = by_ids(each.manager_id for each in people if each.manager_id)
    values = _values(ids, [each.id for each in own])
    for person in people:
        manager = managers.get(person.manager_id or 0)
        yield [
            *(getattr(person, name) for name in built_in),
            manager.username if manager else "",
            ", ".join(skills.get(person.id, ())),
            *(values.get((person.id, each.id), "") for each in own),
        ]


def _values(person_ids: Sequence[int], field_ids: Sequence[int]) -> dict[tuple[int, int], str]:
    if not field_ids:
        return {}
    statement = (
        select(ProfileValue.person_id, ProfileValue.field_id, ProfileValue.value, Person.username)
        .outerjoin(Person, Person.id == ProfileValue.named_id)
        .where(ProfileValue.person_id.in_(person_ids), ProfileValue.field_id.in_(field_ids))
    )
    rows = db.session.execute(statement)
    return {(row.person_id, row.field_id): row.username or row.value for row in rows}
