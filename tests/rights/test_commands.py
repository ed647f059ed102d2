"""The table of commands, tried out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import func, select

from enterprise_social.cli import main
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.making import make_person
from tests.rights.commands_table import ACTS, NOTHING, TABLE

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def admin_name(app: Flask) -> Iterator[str]:
    with app.app_context():
        yield make_person("Root", role="admin").username


def commands(group: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    if isinstance(group, click.Group):
        for each, command in group.commands.items():
            yield from commands(command, f"{name} {each}".strip())
    else:
        yield name, group


def standing() -> list[tuple[object, ...]]:
    db.session.rollback()
    people = db.session.execute(select(Person.__table__).order_by(Person.id)).all()
    noted = db.session.execute(select(func.count()).select_from(AuditEntry)).all()
    return [tuple(row) for row in (*people, *noted)]


@only_sqlite
def test_what_a_command_refuses_is_refused_in_a_line_and_changes_nothing(
    app: Flask, admin_name: str, tmp_path: Path
) -> None:
    there = tmp_path / "there.zip"
    there.write_text("mine")
    facts = {"last_admin": admin_name, "a_file": str(there)}
    before, runner, wrong = standing(), app.test_cli_runner(), []
    for row in TABLE:
        if row.refused == NOTHING:
            continue
        call = [*row.name.split(), *(each.format(**facts) for each in row.refused)]
        answer = runner.invoke(main, call)
        if answer.exit_code == 0 or row.said not in answer.output or "Traceback" in answer.output:
            wrong.append(f"{row.name}: {answer.exit_code} {answer.output}")
    assert not wrong, "\n".join(wrong)
    assert standing() == before
    assert there.read_text() == "mine"


@only_sqlite
def test_who_runs_a_command_is_the_installation_and_nobody_can_say_otherwise(
    app: Flask, admin_name: str
) -> None:
    runner = app.test_cli_runner()
    for call in (
        ["create", "--email", "ann@example.org", "--name", "Ann", "--role", "guest"],
        ["set-role", "ann@example.org", "manager"],
        ["deactivate", "ann@example.org"],
    ):
        answer = runner.invoke(main, ["user", *call])
        assert answer.exit_code == 0, answer.output
    acts = {
        row.action: row.actor_id
        for row in db.session.execute(select(AuditEntry.action, AuditEntry.actor_id))
    }
    assert {"people.created", "people.role", "people.deactivated"} <= set(acts)
    assert set(acts.values()) == {None}
    given = {
        name: {parameter.name for parameter in command.params}
        for name, command in commands(main)
        if name in {row.name for row in TABLE if row.does == ACTS}
    }
    assert [name for name, found in given.items() if found & {"actor", "as_user", "by"}] == []


def test_every_command_has_its_row() -> None:
    there, rows = [name for name, _command in commands(main)], [row.name for row in TABLE]
    assert sorted(set(there) - set(rows)) == [], "write a row into tests/rights/commands_table.py"
    assert sorted(set(rows) - set(there)) == []
    assert len(rows) == len(set(rows))
