"""The command ``import people``: a CSV file brought in by the same steps as on the pages."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError
from enterprise_social.integrations.actions.people_imports import (
    begin_people_import,
    cancel_people_import,
    confirm_people_import,
)
from enterprise_social.integrations.actions.people_reading import read_list
from enterprise_social.integrations.actions.people_writing import write_some
from enterprise_social.integrations.models import PeopleImport
from enterprise_social.integrations.people_csv.columns import labels
from enterprise_social.integrations.people_csv.reading import DELIMITERS, ENCODINGS
from enterprise_social.integrations.queries.people_imports import (
    counts_of,
    missing_count,
    problem_lines,
)
from enterprise_social.people.queries.fields import defined_fields

LOOK_SECONDS = 0.2
LONGEST_TURN = 3600.0


@click.command("people")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Say what would come of it and change nothing.")
@click.option(
    "--deactivate-missing", is_flag=True, help="Close the accounts of those who aren't in it."
)
@click.option("--invite", is_flag=True, help="Send everybody new an invitation by mail.")
@click.option("--clear-empty", is_flag=True, help="An empty cell clears what stands there.")
@click.option("--encoding", type=click.Choice(sorted(ENCODINGS)), help="Found out otherwise.")
@click.option("--delimiter", type=click.Choice(list(DELIMITERS)), help="Found out otherwise.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON object.")
@with_appcontext
def people_command(
    path: Path,
    dry_run: bool,
    deactivate_missing: bool,
    invite: bool,
    clear_empty: bool,
    encoding: str | None,
    delimiter: str | None,
    as_json: bool,
) -> None:
    """Bring people in from a CSV file. Lines with a problem are left out and named."""
    options = {"clears": clear_empty, "encoding": encoding or "", "delimiter": delimiter or ""}
    try:
        with path.open("rb") as content:
            found = begin_people_import(None, content, path.name, options)
        _read(found)
        problem = found.report.get("problem", "")
        if dry_run or problem:
            outcome = _outcome(found, dry_run=True)
            cancel_people_import(None, found)
        else:
            _carry_out(found, invites=invite, deactivates=deactivate_missing)
            outcome = _outcome(found, dry_run=False)
    except AppError as error:
        raise click.ClickException(error.detail) from error
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    if problem:
        raise click.ClickException(problem)
    if as_json:
        click.echo(json.dumps(outcome, ensure_ascii=False))
    else:
        _print(outcome)


def _read(found: PeopleImport) -> None:
    """Read it here, or wait for a worker that was faster."""
    read_list(found.id, found.turn)
    db.session.refresh(found)
    while found.state == "reading":
        _wait(found)


def _carry_out(found: PeopleImport, *, invites: bool, deactivates: bool) -> None:
    missing = missing_count(found) if deactivates else None
    confirm_people_import(
        None, found, found.turn, invites=invites, deactivates=deactivates, missing=missing
    )
    while found.state == "confirmed":
        write_some(found.id, found.turn, LONGEST_TURN)
        _wait(found)


def _wait(found: PeopleImport) -> None:
    db.session.rollback()
    db.session.refresh(found)
    if found.state in ("reading", "confirmed"):
        time.sleep(LOOK_SECONDS)


def _outcome(found: PeopleImport, *, dry_run: bool) -> dict[str, Any]:
    counts = counts_of(found)
    names = labels({field.key: field.name for field in defined_fields()})
    return {
        "dry_run": dry_run,
        **{kind: counts[kind] for kind in ("create", "change", "reactivate", "unchanged")},
        **{kind: counts[kind] for kind in ("missing", "refused", "failed", "done")},
        "columns": {
            found.report["header"][int(index)]: target for index, target in found.columns.items()
        },
        "problems": [
            {"line": line.line, "name": line.name, "column": names.get(target, ""), "text": reason}
            for line in problem_lines(found)
            for target, reason in line.problems
        ],
    }


def _print(outcome: dict[str, Any]) -> None:
    names = {
        "create": _("New"),
        "change": _("Changed"),
        "reactivate": _("Brought back"),
        "unchanged": _("Unchanged"),
        "missing": _("Missing from the file"),
        "refused": _("Refused"),
        "failed": _("Could not be done"),
    }
    for kind, name in names.items():
        click.echo(f"{name}: {outcome[kind]}")
    for problem in outcome["problems"]:
        who = problem["name"] or "–"
        what = f"{problem['column']}: " if problem["column"] else ""
        click.echo(
            _("line %(line)d, %(who)s: %(what)s%(text)s", line=problem["line"], who=who, what=what,
              text=problem["text"])
        )  # fmt: skip
    if outcome["dry_run"]:
        click.echo(_("Nothing was changed."))
