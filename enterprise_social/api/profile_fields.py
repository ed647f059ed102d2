"""The fields that the organisation defined: what they are, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Choice, Field, Flag, Items, Refused, Text
from enterprise_social.api.fields import identity as an_id
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.paging import Page
from enterprise_social.people.actions import fields as actions
from enterprise_social.people.built_in import MAY_BE_HIDDEN
from enterprise_social.people.models import Person, ProfileField
from enterprise_social.people.models.fields import (
    FIELD_AUDIENCES,
    FIELD_EDITORS,
    FIELD_KINDS,
    MOST_CHOICES,
    MOST_FIELDS,
)
from enterprise_social.people.policy.fields import may_define
from enterprise_social.people.queries import fields as queries
from enterprise_social.people.queries.fields import ShownField


@dataclass(frozen=True)
class Values(Field):
    """An object whose names the organisation chose: to each a text, a whole number or null."""

    most: int
    summary: str = ""

    def read(self, value: Any) -> dict[str, Any]:
        """Take an object; whether there are such names and values the action says."""
        if not isinstance(value, dict):
            raise Refused(_("An object is expected here."))
        if len(value) > self.most:
            raise Refused(_("At most %(most)d items.", most=self.most))
        for one in value.values():
            if one is not None and type(one) not in (str, int):
                raise Refused(_("Each is a text, a whole number or null."))
        return value

    def schema(self) -> dict[str, Any]:
        """Describe the object."""
        described = {"type": ["string", "integer", "null"]}
        return {"type": "object", "maxProperties": self.most, "additionalProperties": described}


VALUES = Values(
    MOST_FIELDS,
    "What stands in the organisation's own fields, by `key`; null or an empty text takes it away. "
    "A date is `2027-01-31`; a person is a username, an e-mail address or an id.",
)
NO_SUCH = {404: "No such field.", 403: "The caller is no admin, or the token lacks `admin`."}
PARTS: dict[str, Field] = {
    "name": Text(200, 1, "What people call it."),
    "hint": Text(400, summary="Stands under it in forms."),
    "choices": Items(Text(200), MOST_CHOICES, "Of the kind `choice`."),
    "required": Flag("Whether people can't save their profile without it."),
    "audience": Choice(
        FIELD_AUDIENCES,
        "Who sees it: everyone; all managers above the person, themselves and admins; or "
        "themselves and admins.",
    ),
    "editor": Choice(FIELD_EDITORS, "Who sets it; `directory` is imports alone."),
}


@call(
    "GET",
    "/profile-fields",
    "List the organisation's own fields",
    answer="[ProfileField]",
    query={"archived": Flag("Those that were archived instead; for admins.")},
)
def list_profile_fields(viewer: Person, *, archived: bool = False) -> dict[str, Any]:
    """All of them, in the order of the profile. What stands in them is in the profiles."""
    if archived:
        _require_admin(viewer)
    return listing(Page(queries.defined_fields(archived=archived), None), field_document)


@call(
    "POST",
    "/profile-fields",
    "Define a field of all profiles",
    answer="ProfileField",
    status=201,
    body=Body(
        {**PARTS, "kind": Choice(FIELD_KINDS, "What stands in it; it never changes.")},
        required=["name", "kind"],
    ),
    refusals={403: NO_SUCH[403], 409: "No more fields fit."},
)
def post_profile_field(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """Its `key` is made of its name and never changes."""
    _require_admin(viewer)
    field = actions.define_field(viewer, **given)
    return created(field_document(field), f"/api/v1/profile-fields/{field.id}")


@call(
    "PATCH",
    "/profile-fields/{field_id}",
    "Change a field",
    answer="ProfileField",
    body=Body(
        {
            **PARTS,
            "archived": Flag("Whether it is put away; what stands in it is kept."),
            "wider": Flag("Confirms that more people may see what was written for fewer."),
        }
    ),
    refusals=NO_SUCH,
)
def patch_profile_field(
    viewer: Person, *, field_id: int, given: Mapping[str, Any]
) -> dict[str, Any]:
    """What isn't sent stays."""
    field = queries.field_of(field_id)
    _require_admin(viewer)
    return field_document(_change(viewer, field, dict(given)))


@action
def _change(viewer: Person, field: ProfileField, parts: dict[str, Any]) -> ProfileField:
    archived = parts.pop("archived", None)
    if parts:
        field = actions.change_field(viewer, field, **parts)
    if archived is not None:
        field = actions.set_field_archived(viewer, field, archived)
    return field


@call("DELETE", "/profile-fields/{field_id}", "Delete a field", refusals=NO_SUCH)
def delete_profile_field(viewer: Person, *, field_id: int) -> None:
    """With all that stands and ever stood in it. To keep that, archive it instead."""
    field = queries.field_of(field_id)
    _require_admin(viewer)
    actions.delete_field(viewer, field)


@call(
    "PUT",
    "/profile-fields/order",
    "Put the fields in order",
    answer="[ProfileField]",
    body=Body(
        {"field_ids": Items(an_id(), MOST_FIELDS, "All that aren't archived.")},
        required=["field_ids"],
    ),
    refusals={403: NO_SUCH[403], 409: "These aren't the fields that there are."},
)
def put_profile_field_order(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """The order is the same on all profiles."""
    _require_admin(viewer)
    actions.order_fields(viewer, given["field_ids"])
    return listing(Page(queries.defined_fields(), None), field_document)


@call(
    "GET",
    "/profile-fields/built-in",
    "List the built-in fields that can be left out",
    answer="[BuiltInField]",
)
def list_built_in_fields(viewer: Person) -> dict[str, Any]:
    """Those that aren't shown are empty in profiles; what stands in them is kept."""
    del viewer
    return _built_in()


@call(
    "PUT",
    "/profile-fields/built-in",
    "Choose which built-in fields are shown",
    answer="[BuiltInField]",
    body=Body(
        {
            "hidden": Items(
                Choice(tuple(MAY_BE_HIDDEN)),
                len(MAY_BE_HIDDEN),
                "Those that are left out; all others are shown.",
            )
        },
        required=["hidden"],
    ),
    refusals={403: NO_SUCH[403]},
)
def put_built_in_fields(viewer: Person, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """Name, username, e-mail address, role, manager and photo always are shown."""
    _require_admin(viewer)
    actions.set_hidden(viewer, given["hidden"])
    return _built_in()


def field_document(field: ProfileField) -> dict[str, Any]:
    """Write the definition of a field."""
    return {
        "id": field.id,
        "key": field.key,
        "name": field.name,
        "hint": field.hint,
        "kind": field.kind,
        "choices": field.choices,
        "required": field.required,
        "audience": field.audience,
        "editor": field.editor,
        "archived": field.archived_at is not None,
        "created_at": rfc3339(field.created_at),
    }


def value_document(shown: ShownField) -> dict[str, Any]:
    """Write a field with what stands in it, for somebody who may see it."""
    return {
        "key": shown.key,
        "name": shown.name,
        "kind": shown.kind,
        "value": shown.person.username if shown.person else shown.value,
        "user_id": shown.person.id if shown.person else None,
    }


def _built_in() -> dict[str, Any]:
    hidden = queries.hidden_names()
    shown = [
        {"name": name, "label": str(label), "shown": name not in hidden}
        for name, label in MAY_BE_HIDDEN.items()
    ]
    return listing(Page(shown, None), dict)


def _require_admin(viewer: Person) -> None:
    identity.require_scope("admin")
    require(may_define(viewer), _("Only an admin may change which fields there are."))
