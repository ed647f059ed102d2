"""The reading of a list of people: what would come of each line is written beside it.

It runs in the worker and in the command. Nothing about people is changed here.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar, cast

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select

from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.files.storage import storage
from enterprise_social.integrations.actions.people_differences import Differences
from enterprise_social.integrations.models import PeopleImport, PeopleImportLine
from enterprise_social.integrations.people_csv import columns as column_names
from enterprise_social.integrations.people_csv.cells import Cells, Entry
from enterprise_social.integrations.people_csv.matching import Given, Known, Match, match
from enterprise_social.integrations.people_csv.reading import Sheet, UnreadableList, open_sheet
from enterprise_social.integrations.queries.people_imports import counts_of
from enterprise_social.people.models import Group, Person, ProfileField
from enterprise_social.people.queries.fields import defined_fields
from enterprise_social.people.values import NOTHING, clean_value

T = TypeVar("T")
BATCH = 500
LONGEST_HEADER = 80


class Overtaken(Exception):
    """Somebody gave the list up or had it read anew meanwhile: this reading is of no use."""


def read_list(import_id: int, turn: int) -> None:
    """Read a file whose ``turn`` is still this one, and show what would come of it."""
    found = db.session.get(PeopleImport, import_id, populate_existing=True)
    if found is None or found.state != "reading" or found.turn != turn:
        db.session.rollback()
        return
    key = found.storage_key
    db.session.rollback()
    claim = _Claim(import_id, turn, secrets.token_hex(8))
    with tempfile.TemporaryFile() as copy:
        try:
            with storage().open(key) as content:
                shutil.copyfileobj(content, copy)
            _Reading(claim, cast(BinaryIO, copy)).run()
        except UnreadableList as problem:
            _finish(claim, {"problem": str(problem)})
        except FileNotFoundError:
            _finish(claim, {"problem": _("The file is gone. Upload it again.")})
        except Overtaken:
            return


@dataclass(frozen=True)
class _Claim:
    """Which reading of which list; of two at once the one that began last goes on."""

    import_id: int
    turn: int
    reader: str


class _Reading:
    def __init__(self, claim: _Claim, content: BinaryIO) -> None:
        self._claim, self._id, self._content = claim, claim.import_id, content
        self._fields: dict[str, ProfileField] = {}

    def run(self) -> None:
        options, chosen = _begin(self._claim)
        self._fields = {field.key: field for field in defined_fields()}
        own = {key: field.name for key, field in self._fields.items()}
        sheet = open_sheet(self._content, options["encoding"], options["delimiter"])
        columns = column_names.checked(chosen, len(sheet.header), own)
        columns = columns or column_names.recognise(sheet.header, own)
        report = _described(sheet, columns)
        _note(self._claim, report, columns)
        if not set(columns.values()) & {"email", "employee_number"}:
            report["problem"] = _("No column is for e-mail addresses or employee numbers.")
            _finish(self._claim, report)
            return
        given = self._keep_lines(sheet, columns, clears=bool(options.get("clears")))
        if not given:
            report["problem"] = _("There is nobody in the file.")
            _finish(self._claim, report)
            return
        groups = set(db.session.scalars(select(Group.slug)))
        matched = match(_known_people(), given, self._names_of, groups)
        self._settle(matched)
        self._add_missing(matched)
        _finish(self._claim, report)

    def _keep_lines(self, sheet: Sheet, columns: Mapping[str, str], *, clears: bool) -> list[Given]:
        """Write each line as it is read; return what others can be known by."""
        cells = Cells(columns, len(sheet.header), self._check_own, clears=clears)
        given: list[Given] = []
        for batch in _batches(cells.entry(line, row) for line, row in sheet.rows()):
            _add_lines(self._claim, [_row(entry) for entry in batch], len(given))
            given.extend(_given(entry) for entry in batch)
        return given

    def _check_own(self, key: str, text: str) -> str | None:
        field = self._fields.get(key)
        if field is None:
            return _("There is no such field.")
        try:
            clean_value(field, text, NOTHING)
        except ValueError as problem:
            return str(problem)
        return None

    def _names_of(self, nodes: Iterable[int]) -> dict[int, str]:
        wanted = list(nodes)
        names: dict[int, str] = {}
        for ids in _batches(node for node in wanted if node > 0):
            people = select(Person.id, Person.name).where(Person.id.in_(ids))
            names |= {row[0]: row[1] for row in db.session.execute(people)}
        for ids in _batches(-node for node in wanted if node < 0):
            lines = select(PeopleImportLine.line, PeopleImportLine.name).where(
                PeopleImportLine.import_id == self._id, PeopleImportLine.line.in_(ids)
            )
            names |= {-row[0]: row[1] for row in db.session.execute(lines)}
        return names

    def _settle(self, matched: Match) -> None:
        """Say of each line what would come of it."""
        after = done = 0
        actor_id = _actor_id(self._id)
        while ids := _line_ids(self._id, after):
            differences = Differences(matched, self._names_of, self._fields, actor_id)
            done += len(ids)
            _settle_lines(self._claim, ids, differences, done)
            after = ids[-1]

    def _add_missing(self, matched: Match) -> None:
        there = {node for node in matched.nodes.values() if node > 0}
        statement = select(Person.id, Person.name, Person.email).where(
            Person.deactivated_at.is_(None), Person.is_bot.is_(False)
        )
        actor_id = _actor_id(self._id)
        missing = list(db.session.execute(statement.order_by(Person.name, Person.id)))
        rows = (
            {
                **_row(Entry(0)),
                "kind": "missing",
                "state": "kept" if person_id == actor_id else "waiting",
                "person_id": person_id,
                "name": name,
                "email": email,
            }
            for person_id, name, email in missing
            if person_id not in there
        )
        for batch in _batches(rows):
            _add_lines(self._claim, batch, None)


def _batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _described(sheet: Sheet, columns: Mapping[str, str]) -> dict[str, Any]:
    sample = next((cells for _line, cells in sheet.rows()), [])
    return {
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "header": [cell.strip()[:LONGEST_HEADER] for cell in sheet.header],
        "sample": [cell.strip()[:LONGEST_HEADER] for cell in sample],
        "recognised": len(columns),
    }


def _known_people() -> Iterator[Known]:
    statement = select(
        Person.id,
        Person.email,
        Person.employee_number,
        Person.username,
        Person.manager_id,
        Person.deactivated_at.is_(None),
        Person.is_bot,
    )
    for row in db.session.execute(statement):
        yield Known(*row)


def _given(entry: Entry) -> Given:
    return Given(
        entry.line,
        entry.values.get("email", ""),
        entry.values.get("employee_number") or "",
        entry.values.get("username", ""),
        entry.manager,
        not entry.problems,
    )


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "line": entry.line,
        "kind": "",
        "state": "read",
        "person_id": None,
        "name": entry.values.get("name", ""),
        "email": entry.values.get("email", ""),
        "depth": 0,
        "values": entry.values,
        "changes": {},
        "problems": [list(problem) for problem in entry.problems],
    }


def _still(claim: _Claim, *, begins: bool = False) -> PeopleImport:
    """Lock a list that is being read. Raises Overtaken."""
    statement = select(PeopleImport).where(PeopleImport.id == claim.import_id).with_for_update()
    found = db.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None or found.state != "reading" or found.turn != claim.turn:
        raise Overtaken
    if not begins and found.report.get("reader") != claim.reader:
        raise Overtaken
    return found


@action
def _begin(claim: _Claim) -> tuple[dict[str, Any], dict[str, str]]:
    found = _still(claim, begins=True)
    of_list = PeopleImportLine.import_id == claim.import_id
    db.session.execute(delete(PeopleImportLine).where(of_list))
    found.done_rows = found.row_count = 0
    found.report = {"reader": claim.reader}
    return dict(found.options), dict(found.columns)


@action
def _note(claim: _Claim, report: Mapping[str, Any], columns: Mapping[str, str]) -> None:
    found = _still(claim)
    found.report = {**found.report, **report}
    found.columns = dict(columns)


@action
def _add_lines(claim: _Claim, rows: Sequence[dict[str, Any]], before: int | None) -> None:
    found = _still(claim)
    db.session.execute(
        insert(PeopleImportLine), [{**row, "import_id": claim.import_id} for row in rows]
    )
    if before is not None:
        found.row_count = before + len(rows)


def _actor_id(import_id: int) -> int | None:
    statement = select(PeopleImport.created_by_id).where(PeopleImport.id == import_id)
    return db.session.execute(statement).scalar_one_or_none()


def _line_ids(import_id: int, after: int) -> Sequence[int]:
    statement = select(PeopleImportLine.id).where(
        PeopleImportLine.import_id == import_id,
        PeopleImportLine.id > after,
        PeopleImportLine.line > 0,
    )
    return db.session.scalars(statement.order_by(PeopleImportLine.id).limit(BATCH)).all()


@action
def _settle_lines(claim: _Claim, ids: Sequence[int], differences: Differences, done: int) -> None:
    found = _still(claim)
    lines = db.session.scalars(select(PeopleImportLine).where(PeopleImportLine.id.in_(ids))).all()
    differences.settle(lines)
    found.done_rows = done


@action
def _finish(claim: _Claim, report: Mapping[str, Any]) -> None:
    try:
        found = _still(claim, begins="header" not in report)
    except Overtaken:
        return
    db.session.flush()
    found.report = {**found.report, **report, "counts": counts_of(found)}
    found.state = "ready"
