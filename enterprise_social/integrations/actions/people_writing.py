"""The carrying out of a confirmed list of people, in small transactions that follow one another.

Everything is done by the actions that people use, in the name of who confirmed it. A line is done
or it isn't: what was begun and broken off goes on with the next line that waits. First everybody
comes and changes, then managers are set, from the top downwards, then accounts are closed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import DBAPIError

from enterprise_social.accounts.actions import invite
from enterprise_social.core import audit
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Unavailable
from enterprise_social.core.events import announce
from enterprise_social.integrations import policy
from enterprise_social.integrations.actions.people_differences import (
    added_to,
    merged_skills,
    shown,
)
from enterprise_social.integrations.actions.people_imports import next_step
from enterprise_social.integrations.events import PeopleImportClosed
from enterprise_social.integrations.models import PeopleImport, PeopleImportLine
from enterprise_social.integrations.people_csv.columns import CUSTOM
from enterprise_social.integrations.queries.people_imports import counts_of
from enterprise_social.people.actions import (
    create_person,
    deactivate_person,
    reactivate_person,
    set_role,
    update_person,
)
from enterprise_social.people.actions.people import place_one_by_one
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.actions.skills import set_skills
from enterprise_social.people.actions.values import set_values
from enterprise_social.people.models import Person
from enterprise_social.people.policy import OWN_FIELDS
from enterprise_social.people.queries import by_email
from enterprise_social.people.queries.skills import names_of

BATCH = 25  # lines a transaction: others who write wait no longer than that
TURN_SECONDS = 5.0  # then other slow jobs have their turn


def write_some(import_id: int, turn: int, seconds: float = TURN_SECONDS) -> bool:
    """Carry a confirmed list out for some seconds; return whether more is left to do here."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ids = _next_lines(import_id, turn)
        if not ids:
            return False
        _write_lines(import_id, turn, ids)
    return not _pass_on(import_id, turn)


@action
def _next_lines(import_id: int, turn: int) -> Sequence[int]:
    """Return the lines to write next; where none are left the list is over."""
    found = _running(import_id, turn)
    if found is None:
        return []
    if not _actor_may(found):
        _close(found, "failed", _("Who confirmed the list is no longer an admin."))
        return []
    of_list = PeopleImportLine.import_id == import_id
    statement = select(PeopleImportLine.id).where(of_list).limit(BATCH)
    for condition in _stages(found):
        ids = db.session.scalars(
            statement.where(condition).order_by(PeopleImportLine.depth, PeopleImportLine.id)
        ).all()
        if ids:
            return ids
    _close(found, "done", "")
    return []


def _stages(found: PeopleImport) -> list[ColumnElement[bool]]:
    kind, state = PeopleImportLine.kind, PeopleImportLine.state
    stages = [
        and_(state == "waiting", kind.in_(("create", "change", "reactivate"))),
        state == "manager",
    ]
    if found.options.get("deactivates"):
        stages.append(and_(state == "waiting", kind == "missing"))
    return stages


@action
def _pass_on(import_id: int, turn: int) -> bool:
    """Let others have a turn, and go on after them."""
    found = _running(import_id, turn)
    if found is not None:
        next_step(found)
    return True


def _write_lines(import_id: int, turn: int, ids: Sequence[int]) -> None:
    """Write lines together, or, where one of them can't be written, each by itself."""
    try:
        _write(import_id, turn, ids)
        return
    except Unavailable:
        raise
    except (AppError, DBAPIError) as error:
        problem = error
    if len(ids) == 1:
        _refuse(import_id, turn, ids[0], problem)
        return
    for line_id in ids:
        _write_lines(import_id, turn, [line_id])


@action
def _write(import_id: int, turn: int, ids: Sequence[int]) -> None:
    found = _running(import_id, turn)
    if found is None:
        return
    actor = _actor(found)
    statement = select(PeopleImportLine).where(PeopleImportLine.id.in_(ids))
    statement = statement.order_by(PeopleImportLine.depth, PeopleImportLine.id)
    for line in db.session.scalars(statement.execution_options(populate_existing=True)):
        if line.state == "manager":
            _write_manager(actor, line)
        elif line.state == "waiting" and line.kind == "missing":
            _deactivate(actor, line)
        elif line.state == "waiting":
            _write_line(actor, line, invites=bool(found.options.get("invites")))
        db.session.flush()
    found.done_rows += len(ids)


def _write_line(actor: Person | None, line: PeopleImportLine, *, invites: bool) -> None:
    values = dict(line.values)
    manager = values.pop("manager", None)
    if line.kind == "create":
        person = _create(actor, line, values)
        if invites:
            invite(actor, person.email, name=person.name, role=person.role)
    else:
        person = _change(actor, line, values)
    skills = values.get("skills")
    if skills:
        _add_skills(actor, person, skills)
    own = {
        name.removeprefix(CUSTOM): value
        for name, value in values.items()
        if name.startswith(CUSTOM)
    }
    set_values(actor, person, own, imported=True)
    line.state = "manager" if manager else "done"


def _create(actor: Person | None, line: PeopleImportLine, values: dict[str, Any]) -> Person:
    if by_email(values["email"]) is not None:
        raise Conflict(_("Somebody has been added with this e-mail address since."))
    basic = {name: values[name] for name in OWN_FIELDS if name in values}
    person = create_person(
        actor,
        email=values["email"],
        username=values.get("username"),
        role=values.get("role", "employee"),
        **basic,
    )
    later = {name: values[name] for name in ("employee_number", "started_on") if values.get(name)}
    if later:
        update_profile(actor, person, **later)
    line.person_id = person.id
    return person


def _change(actor: Person | None, line: PeopleImportLine, values: dict[str, Any]) -> Person:
    person = lock(Person, line.person_id or 0)
    if (person.deactivated_at is not None) != (line.kind == "reactivate"):
        raise Conflict(_("The account was closed or opened since the list was read."))
    basic = {
        name: value
        for name, value in values.items()
        if name not in ("skills", "role") and not name.startswith(CUSTOM)
    }
    for name in (*basic, *({"role"} & set(values))):
        before, after = line.changes[name]
        if shown(person, name) not in (before, after):
            raise Conflict(_("This was changed since the list was read: %(field)s.", field=name))
    if line.kind == "reactivate":
        reactivate_person(actor, person)
    if basic:
        update_profile(actor, person, **basic)
    if "role" in values:
        set_role(actor, person, values["role"])
    return person


def _add_skills(actor: Person | None, person: Person, names: Sequence[str]) -> None:
    """Add what is missing; what somebody has beyond it, and its endorsements, stays."""
    present = names_of([person.id]).get(person.id, [])
    set_skills(actor, person, added_to(present, names, merged_skills(names)))


def _write_manager(actor: Person | None, line: PeopleImportLine) -> None:
    wanted = line.values["manager"]
    place_one_by_one()
    person = lock(Person, line.person_id or 0)
    manager_id = wanted.get("person")
    if "line" in wanted:
        statement = select(PeopleImportLine.person_id).where(
            PeopleImportLine.import_id == line.import_id,
            PeopleImportLine.line == wanted["line"],
        )
        manager_id = db.session.execute(statement).scalar_one_or_none()
        if manager_id is None:
            raise Conflict(_("The manager, on line %(line)d, is refused.", line=wanted["line"]))
    if person.manager_id not in (wanted["before"], manager_id):
        raise Conflict(_("The manager was changed since the list was read."))
    manager = db.session.get(Person, manager_id) if manager_id is not None else None
    if manager is not None and not manager.is_active:
        raise Conflict(_("The manager's account was closed since the list was read."))
    update_person(actor, person, manager_id=manager_id)
    line.state = "done"


def _deactivate(actor: Person | None, line: PeopleImportLine) -> None:
    person = lock(Person, line.person_id or 0)
    if not person.is_bot:
        deactivate_person(actor, person)
    line.state = "done"


@action
def _refuse(import_id: int, turn: int, line_id: int, problem: Exception) -> None:
    found = _running(import_id, turn)
    line = db.session.get(PeopleImportLine, line_id, populate_existing=True)
    if found is None or line is None or line.state not in ("waiting", "manager"):
        return
    reason = problem.detail if isinstance(problem, AppError) else _("This could not be written.")
    target = "manager" if line.state == "manager" else ""
    line.problems = [*line.problems, [target, reason]]
    line.state = "refused"
    found.done_rows += 1


def _running(import_id: int, turn: int) -> PeopleImport | None:
    """Lock a list that is being carried out, or return None where this turn is over."""
    statement = select(PeopleImport).where(PeopleImport.id == import_id).with_for_update()
    found = db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None or found.state != "confirmed" or found.turn != turn:
        return None
    return found


def _actor(found: PeopleImport) -> Person | None:
    if found.confirmed_by_id is None:
        return None
    return db.session.get(Person, found.confirmed_by_id, populate_existing=True)


def _actor_may(found: PeopleImport) -> bool:
    return policy.may_import_people(_actor(found))


def _close(found: PeopleImport, state: str, problem: str) -> None:
    db.session.flush()
    counts = counts_of(found)
    found.state = state
    found.finished_at = now()
    found.report = {**found.report, "outcome": counts, "stopped": problem}
    announce(PeopleImportClosed(found.storage_key))
    details = {"state": state, "done": counts["done"], "refused": counts["failed"]}
    audit.record(_actor(found), "people.import_finished", f"people_import:{found.id}", details)
