"""Writes: which fields there are, and which built-in ones are shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import delete, func, select

from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.events import announce
from enterprise_social.people.actions.values import set_values
from enterprise_social.people.built_in import ALWAYS_SHOWN, MAY_BE_HIDDEN, custom_name
from enterprise_social.people.definitions import (
    PARTS,
    clean_definition,
    make_key,
)
from enterprise_social.people.events import FieldChanged
from enterprise_social.people.models import (
    HiddenField,
    Person,
    ProfileChange,
    ProfileField,
    ProfileValue,
)
from enterprise_social.people.models.fields import FIELD_AUDIENCES, MOST_FIELDS
from enterprise_social.people.policy.fields import may_define

__all__ = [
    "change_field",
    "define_field",
    "delete_field",
    "move_field",
    "order_fields",
    "set_field_archived",
    "set_hidden",
    "set_values",
]


@action
def define_field(actor: Person | None, *, name: str, kind: str, **parts: Any) -> ProfileField:
    """Add a field to all profiles, after the others.

    ``parts`` are any of hint, choices, required, audience and editor; see ProfileField. Raises
    Forbidden, Invalid, and Conflict where there are too many fields already.
    """
    _require_admin(actor)
    usual = {"hint": "", "choices": [], "required": False, "audience": "everyone"}
    given = {**usual, "editor": "person", **parts, "name": name, "kind": kind}
    if set(given) != set(PARTS):
        raise TypeError(f"unknown parts of a field: {sorted(set(given) - set(PARTS))}")
    cleaned = clean_definition(given)
    present = _all_locked()
    if len(present) >= MOST_FIELDS:
        raise Conflict(_("There are %(count)d fields, and no more fit.", count=len(present)))
    _refuse_same_name(cleaned["name"], present, None)
    # None of a built-in field's, so that rules and imports know which one is meant.
    taken = {*MAY_BE_HIDDEN, *ALWAYS_SHOWN, *(each.key for each in present), "manager", "skill"}
    field = ProfileField(
        **cleaned,
        key=make_key(cleaned["name"], taken),
        position=max((each.position for each in present), default=0) + 1,
        created_at=now(),
    )
    db.session.add(field)
    db.session.flush()
    _note(actor, "defined", field, {"kind": field.kind, "audience": field.audience})
    return field


@action
def change_field(
    actor: Person | None, field: ProfileField, *, wider: bool = False, **parts: Any
) -> ProfileField:
    """Change how a field is called, what it offers, who sees it and who edits it.

    Its key and its kind never change. What people wrote for few is shown to more only where
    ``wider`` says that this is meant. Raises Forbidden, Invalid.
    """
    _require_admin(actor)
    present = _all_locked()
    field = lock(ProfileField, field.id)
    if set(parts) - set(PARTS) or "kind" in parts:
        raise TypeError(f"these parts of a field can't be changed: {sorted(parts)}")
    before = {part: getattr(field, part) for part in PARTS}
    cleaned = clean_definition({**before, **parts})
    changed = {part for part in PARTS if cleaned[part] != before[part]}
    if not changed:
        return field
    _refuse_same_name(cleaned["name"], present, field.id)
    if not wider and _opens(before["audience"], cleaned["audience"]):
        _ask_before_opening(field)
    for part in changed:
        setattr(field, part, cleaned[part])
    _note(actor, "changed", field, {"parts": sorted(changed), "audience": field.audience})
    return field


@action
def order_fields(actor: Person | None, field_ids: Sequence[int]) -> None:
    """Put the fields in this order. Raises Conflict where they aren't those that there are."""
    _require_admin(actor)
    fields = {each.id: each for each in _all_locked() if each.archived_at is None}
    if sorted(field_ids) != sorted(fields):
        raise Conflict(_("Others changed the fields just now. Look at them again."))
    moved = [each for place, each in enumerate(field_ids, 1) if fields[each].position != place]
    for place, each in enumerate(field_ids, 1):
        fields[each].position = place
    if moved:
        audit.record(actor, "fields.ordered", "fields:all", {"fields": list(field_ids)})


@action
def move_field(actor: Person | None, field: ProfileField, step: int) -> None:
    """Move a field up (-1) or down (1) by one place; at the end of the list it stays."""
    _require_admin(actor)
    order = [each.id for each in _all_locked() if each.archived_at is None]
    if field.id not in order:
        raise Conflict(_("Others changed the fields just now. Look at them again."))
    here = order.index(field.id)
    there = min(max(here + step, 0), len(order) - 1)
    order.insert(there, order.pop(here))
    order_fields(actor, order)


@action
def set_field_archived(actor: Person | None, field: ProfileField, archived: bool) -> ProfileField:
    """Put a field away, with what stands in it, or show it again."""
    _require_admin(actor)
    present = _all_locked()
    field = lock(ProfileField, field.id)
    if archived == (field.archived_at is not None):
        return field
    if not archived:
        _refuse_same_name(field.name, present, field.id)
        field.position = max((each.position for each in present), default=0) + 1
    field.archived_at = now() if archived else None
    _note(actor, "archived" if archived else "restored", field, {})
    return field


@action
def delete_field(actor: Person | None, field: ProfileField) -> None:
    """Delete a field with everything that stands and ever stood in it, also in the history."""
    _require_admin(actor)
    field = lock(ProfileField, field.id)
    filled = _number_filled(field)
    name = custom_name(field.id)
    db.session.execute(delete(ProfileValue).where(ProfileValue.field_id == field.id))
    db.session.execute(delete(ProfileChange).where(ProfileChange.field == name))
    db.session.delete(field)
    _note(actor, "deleted", field, {"key": field.key, "values": filled})


@action
def set_hidden(actor: Person | None, names: Collection[str]) -> None:
    """Hide these built-in fields and show all others; what stands in them is kept."""
    _require_admin(actor)
    unknown = set(names) - set(MAY_BE_HIDDEN)
    if unknown:
        raise Invalid(errors={"hidden": [_("This can't be hidden: %(name)s.", name=min(unknown))]})
    _all_locked()
    present = {each.name: each for each in db.session.scalars(select(HiddenField))}
    for name in sorted(set(names) - set(present)):
        db.session.add(HiddenField(name=name, hidden_at=now()))
    for name in sorted(set(present) - set(names)):
        db.session.delete(present[name])
    changed = sorted(set(names) ^ set(present))
    db.session.flush()
    for name in changed:
        announce(FieldChanged(name))
    if changed:
        audit.record(actor, "fields.hidden", "fields:built-in", {"hidden": sorted(names)})


def _require_admin(actor: Person | None) -> None:
    require(may_define(actor), _("Only an admin may change which fields there are."))


def _all_locked() -> Sequence[ProfileField]:
    """Lock all fields, archived ones too, and return them in their order."""
    statement = select(ProfileField).with_for_update()
    locked = db.session.scalars(
        statement.order_by(ProfileField.id).execution_options(populate_existing=True)
    ).all()
    return sorted(locked, key=lambda field: (field.position, field.id))


def _refuse_same_name(name: str, present: Sequence[ProfileField], own_id: int | None) -> None:
    others = [each for each in present if each.id != own_id and each.archived_at is None]
    if any(each.name.casefold() == name.casefold() for each in others):
        raise Invalid(errors={"name": [_("There is a field of this name already.")]})


def _opens(before: str, after: str) -> bool:
    return FIELD_AUDIENCES.index(after) < FIELD_AUDIENCES.index(before)


def _ask_before_opening(field: ProfileField) -> None:
    filled = _number_filled(field)
    if filled:
        detail = ngettext(
            "%(num)d person filled this in for fewer to see. Confirm that more may see it.",
            "%(num)d people filled this in for fewer to see. Confirm that more may see it.",
            filled,
        )
        raise Invalid(errors={"audience": [detail]})


def _number_filled(field: ProfileField) -> int:
    counting = select(func.count()).where(ProfileValue.field_id == field.id)
    return int(db.session.execute(counting).scalar_one())


def _note(actor: Person | None, verb: str, field: ProfileField, details: dict[str, Any]) -> None:
    audit.record(actor, f"fields.{verb}", f"field:{field.id}", {"name": field.name, **details})
    db.session.flush()  # for those who read it in this transaction
    announce(FieldChanged(custom_name(field.id)))
