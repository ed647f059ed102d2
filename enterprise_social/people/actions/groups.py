"""Writes of groups: making, naming, closing them, and who is in those by hand."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, exists, func, insert, select, update

from enterprise_social.core import audit, screening
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.core.events import announce
from enterprise_social.core.text import safe_name, slugify
from enterprise_social.people.actions import handles
from enterprise_social.people.actions.rule_groups import recompute
from enterprise_social.people.events import GroupChanged
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.models.groups import GROUP_CALLERS, GROUP_KINDS, GROUP_ROLES
from enterprise_social.people.policy import groups as policy
from enterprise_social.people.policy import suggestible
from enterprise_social.people.queries.groups import role_in
from enterprise_social.people.rules import KnownNames, Rule, RuleError, cleaned, parse
from enterprise_social.people.usernames import LONGEST_MADE, is_username, username_key

LONGEST_NAME, LONGEST_PURPOSE = 80, 250


@action
def create_group(
    actor: Person | None,
    name: str,
    *,
    handle: str = "",
    purpose: str = "",
    kind: str = "hand",
    rule: str = "",
    callers: str = "everyone",
) -> Group:
    """Make a group; whoever makes one by hand is its first owner.

    Without a ``handle`` one is made of the name; it never changes. ``rule`` is for those of kind
    ``rule``. Raises Forbidden, and Invalid with the bad fields.
    """
    require(policy.may_create(actor), _("Managers and admins make groups."))
    errors = _errors(name=name, purpose=purpose, callers=callers)
    if kind not in GROUP_KINDS:
        errors["kind"] = [_("Choose by hand or by rule.")]
    slug = username_key(handle.strip().lstrip("@")) or free_handle(name)
    errors |= _handle_errors(slug)
    read = _read_rule(rule, errors) if kind == "rule" else None
    if errors:
        raise Invalid(errors=errors)
    said = _screened(actor, None, {"name": name, "purpose": purpose})
    group = Group(
        slug=slug,
        name=said["name"],
        purpose=said["purpose"],
        kind=kind,
        rule=read,
        rule_text=cleaned(rule) if read is not None else "",
        callers=callers,
        member_count=0,
        version=1,
        created_by_id=actor.id if actor else None,
        created_at=now(),
    )
    db.session.add(group)
    db.session.flush()
    if kind == "rule":
        recompute(group)
    elif actor is not None:
        _put(group, actor.id, "owner")
        recount(group)
    audit.record(actor, "groups.create", f"group:{group.id}", {"kind": kind, "handle": slug})
    announce(GroupChanged(group.id))
    return group


@action
def update_group(
    actor: Person | None,
    group: Group,
    *,
    name: str | None = None,
    purpose: str | None = None,
    callers: str | None = None,
    rule: str | None = None,
) -> Group:
    """Change what is given; another rule takes in and lets go at once. Raises as above."""
    group = lock(Group, group.id)
    _require_manager(actor, group)
    given: dict[str, Any] = {"name": name, "purpose": purpose, "callers": callers}
    given = {field: value for field, value in given.items() if value is not None}
    errors = _errors(**given)
    read = None
    if rule is not None:
        if group.kind != "rule":
            errors["rule"] = [_("This group is kept by hand.")]
        else:
            read = _read_rule(rule, errors)
    if errors:
        raise Invalid(errors=errors)
    texts = {field: text for field, text in given.items() if field != "callers"}
    for field, value in (given | _screened(actor, group, texts)).items():
        setattr(group, field, value)
    if rule is not None:
        group.rule, group.rule_text = read, cleaned(rule)
    group.version += 1
    db.session.flush()
    if rule is not None and group.archived_at is None:
        recompute(group)
    fields = sorted({*given, *(("rule",) if rule is not None else ())})
    audit.record(actor, "groups.update", f"group:{group.id}", {"fields": fields})
    announce(GroupChanged(group.id))
    return group


def _screened(actor: Person | None, group: Group | None, texts: dict[str, str]) -> dict[str, str]:
    """Return a group's name and purpose as it keeps them, by the rules of words for groups."""
    shown = {field: safe_name(text) for field, text in texts.items()}
    target = "" if group is None else f"group:{group.id}"
    kept = screening.clean("groups", shown, actor=actor, target=target)
    limits = {"name": LONGEST_NAME, "purpose": LONGEST_PURPOSE}
    return {field: safe_name(text)[: limits[field]] for field, text in kept.items()}


@action
def set_group_archived(actor: Person | None, group: Group, archived: bool) -> Group:
    """Close a group, or open it again. A closed one can't be called, and fills no channel."""
    group = lock(Group, group.id)
    _require_manager(actor, group)
    if (group.archived_at is not None) == archived:
        return group
    group.archived_at = now() if archived else None
    group.version += 1
    db.session.flush()
    if not archived and group.kind == "rule":
        recompute(group)
    verb = "groups.archive" if archived else "groups.restore"
    audit.record(actor, verb, f"group:{group.id}")
    announce(GroupChanged(group.id))
    return group


@action
def put_group_member(
    actor: Person | None, group: Group, person: Person, role: str | None = None
) -> GroupMember:
    """Take somebody into a group by hand, or give them another role in it.

    Without a ``role`` new ones become members and others keep theirs. Raises Forbidden, Conflict
    (a rule keeps it, it is closed, the account is, or no owner would be left), Invalid.
    """
    if role is not None and role not in GROUP_ROLES:
        raise Invalid(errors={"role": [_("Choose owner or member.")]})
    group = by_hand(group)
    _require_manager(actor, group)
    if not person.is_active:
        raise Conflict(_("This account is deactivated."))
    theirs = db.session.get(GroupMember, (group.id, person.id), populate_existing=True)
    if theirs is not None:
        if role is not None and role != theirs.role:
            if role != "owner":
                _keep_an_owner(actor, group, person.id)
            theirs.role = role
            db.session.flush()
        return theirs
    theirs = _put(group, person.id, role or "member")
    recount(group)
    audit.record(actor, "groups.add_member", f"group:{group.id}", {"person_id": person.id})
    announce(GroupChanged(group.id))
    return theirs


@action
def remove_group_member(actor: Person | None, group: Group, person: Person) -> None:
    """Take somebody out of a group by hand; everyone may go themselves."""
    group = by_hand(group)
    if actor is None or actor.id != person.id:
        _require_manager(actor, group)
    theirs = db.session.get(GroupMember, (group.id, person.id), populate_existing=True)
    if theirs is None:
        return
    if theirs.role == "owner":
        _keep_an_owner(actor, group, person.id)
    db.session.execute(
        delete(GroupMember).where(
            GroupMember.group_id == group.id, GroupMember.person_id == person.id
        )
    )
    recount(group)
    audit.record(actor, "groups.remove_member", f"group:{group.id}", {"person_id": person.id})
    announce(GroupChanged(group.id))


@action
def recount(group: Group) -> None:
    """Bring ``member_count`` to the number of active people in the group."""
    count = (
        select(func.count())
        .select_from(GroupMember)
        .join(Person, Person.id == GroupMember.person_id)
        .where(GroupMember.group_id == group.id, suggestible())
        .scalar_subquery()
    )
    statement = (
        update(Group)
        .where(Group.id == group.id)
        .values(member_count=count)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(statement)
    db.session.refresh(group)


@action
def recount_groups_of(person_id: int) -> None:
    """Count the groups by hand of somebody who left or came back, and tell that they changed.

    Rules let those who left go by themselves.
    """
    theirs = (
        select(Group)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.person_id == person_id, Group.kind == "hand")
        .order_by(Group.id)
        .with_for_update(of=Group, key_share=True)
    )
    for group in db.session.scalars(theirs).all():
        recount(group)
        announce(GroupChanged(group.id))


def free_handle(name: str) -> str:
    """Return a handle for a group of that name that nobody has."""
    base = slugify(name)[:LONGEST_MADE].strip("-_") or "group"
    handle, number = base, 1
    while (
        not is_username(handle) or handles.is_a_group(handle) or handles.is_a_person(handle)
    ) and number < 1000:
        number += 1
        handle = f"{base}-{number}"
    return handle


def _put(group: Group, person_id: int, role: str) -> GroupMember:
    row = {"group_id": group.id, "person_id": person_id, "role": role, "added_at": now()}
    db.session.execute(insert(GroupMember), row)
    put = db.session.get(GroupMember, (group.id, person_id))
    if put is None:
        raise NotFound()
    return put


def by_hand(group: Group) -> Group:
    """Lock a group that people are put into by hand; raises Conflict for any other."""
    group = lock(Group, group.id)
    if group.kind == "rule":
        raise Conflict(_("A rule says who is in this group."))
    if group.archived_at is not None:
        raise Conflict(_("This group is archived."))
    return group


def _require_manager(actor: Person | None, group: Group) -> None:
    role = role_in(group.id, actor.id) if actor else None
    require(policy.may_manage(actor, group, role), _("Only those who look after it may do this."))


def _keep_an_owner(actor: Person | None, group: Group, leaving_id: int) -> None:
    other = exists().where(
        GroupMember.group_id == group.id,
        GroupMember.role == "owner",
        GroupMember.person_id != leaving_id,
    )
    # Admins look after a group without owners.
    if not (actor is None or actor.role == "admin") and not db.session.scalar(select(other)):
        raise Conflict(_("Make somebody else an owner first."))


def _errors(**fields: str) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    limits = {"name": LONGEST_NAME, "purpose": LONGEST_PURPOSE}
    for field, most in limits.items():
        if len(fields.get(field, "")) > most:
            errors[field] = [_("At most %(most)d characters.", most=most)]
    if "name" in fields and not safe_name(fields["name"]):
        errors["name"] = [_("Give the group a name.")]
    if "callers" in fields and fields["callers"] not in GROUP_CALLERS:
        errors["callers"] = [_("Choose everyone, members, managers or admins.")]
    return errors


def _handle_errors(handle: str) -> dict[str, list[str]]:
    if not is_username(handle):
        return {"handle": [_("Letters and digits, joined by single dots or dashes; not a word "
                             "that means something else, such as “channel”.")]}  # fmt: skip
    handles.reserve(handle)
    if handles.is_a_person(handle) or handles.is_a_group(handle):
        return {"handle": [_("Somebody, or another group, has this name already.")]}
    return {}


def _read_rule(text: str, errors: dict[str, list[str]]) -> Rule | None:
    try:
        return parse(text, KnownNames())
    except RuleError as error:
        errors["rule"] = [str(error)]
        return None
