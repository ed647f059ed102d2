"""The command group ``import``: brings in what another system has exported."""

from __future__ import annotations

import json
import sys
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from enterprise_social.core.errors import AppError
from enterprise_social.integrations.actions import import_slack
from enterprise_social.integrations.people_command import people_command
from enterprise_social.integrations.report import ImportReport
from enterprise_social.integrations.slack.archive import Archive, open_archive
from enterprise_social.integrations.slack.problems import ImportProblem

import_group = AppGroup("import", help="Bring in what another system has exported.")
import_group.add_command(people_command)


class Bar:
    """A progress bar on standard error, so that standard output holds the report alone."""

    def __init__(self) -> None:
        self._bar: Any = None

    def begin(self, steps: int) -> None:
        """Draw the bar."""
        self._bar = click.progressbar(length=steps, label=_("Importing"), file=sys.stderr)
        self._bar.render_progress()

    def step(self) -> None:
        """Move it on."""
        self._bar.update(1)

    def end(self) -> None:
        """Leave its line."""
        if self._bar is not None:
            self._bar.render_finish()


@import_group.command("slack")
@click.argument("path", type=click.Path())
@click.option("--progress", is_flag=True, help="Show a progress bar on standard error.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def slack_command(path: str, progress: bool, as_json: bool) -> None:
    """Import a Slack export, a folder or a zip file. Run again, nothing doubles."""
    try:
        with open_archive(path) as archive:
            report = _run(archive, progress)
    except ImportProblem as problem:
        raise _failure(str(problem)) from problem
    except AppError as error:
        raise _failure(error.detail) from error
    except SQLAlchemyError as error:
        reason = str(error.__cause__ or error).strip().splitlines()[0]
        raise _failure(_("the database: %(reason)s", reason=reason)) from error
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        _print(report)


def _run(archive: Archive, progress: bool) -> ImportReport:
    if not progress:
        return import_slack(None, archive)
    bar = Bar()
    try:
        return import_slack(None, archive, bar)
    finally:
        bar.end()


def _failure(reason: str) -> click.ClickException:
    """Leaves the command with one line on standard error and exit status 1."""
    return click.ClickException(_("%(reason)s. Nothing was imported.", reason=reason.rstrip(".")))


def _print(report: ImportReport) -> None:
    names = {
        "people": _("People"),
        "channels": _("Channels"),
        "posts": _("Posts"),
        "replies": _("Replies"),
        "reactions": _("Reactions"),
        "files": _("Files"),
    }
    for sort, counts in report.sorts().items():
        line = _(
            "%(imported)d imported, %(existing)d already there, %(skipped)d skipped",
            imported=counts.imported,
            existing=counts.existing,
            skipped=counts.skipped,
        )
        click.echo(f"{names[sort]}: {line}")
        for reason, count in sorted(report.skip_reasons.get(sort, {}).items()):
            click.echo("  " + _("skipped: %(count)d × %(reason)s", count=count, reason=reason))
    for problem in report.problems:
        click.echo(problem)
