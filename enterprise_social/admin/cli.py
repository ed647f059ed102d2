"""Commands for whoever runs the installation: ``doctor`` and ``backup``."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import ScriptInfo

from enterprise_social.admin.backup import back_up
from enterprise_social.config import ConfigError

SIGNS = {"ok": "ok     ", "warning": "warning", "wrong": "WRONG  "}


@click.command()
def doctor() -> None:
    """Look at configuration, database, index, Redis, mail; say what is wrong and the mend."""
    # Only here: what it looks with is needed by no other command.
    from enterprise_social.admin.doctor import MENDS, Finding, examine

    wrong = 0
    try:
        app = _app()
    except ConfigError as error:
        findings = iter([Finding("configuration", "wrong", str(error), MENDS["configuration"])])
    else:
        app.logger.root.setLevel("CRITICAL")
        findings = examine(app)
    for finding in findings:
        wrong += finding.state == "wrong"
        mend = f"; to mend it: {finding.mend}" if finding.state != "ok" else ""
        click.echo(f"{SIGNS[finding.state]} {finding.name}: {finding.what}{mend}")
    if wrong:
        click.echo(f"enterprise-social: {wrong} of the above must be mended", err=True)
        sys.exit(1)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
def backup(path: Path) -> None:
    """Copy database and files into the new folder PATH, also while the server runs.

    PATH can be used as DATA_DIR as it is. The search index is not in it: it is built anew.
    """
    app = _app()
    size = back_up(app.config["DATA_DIR"], app.config["DATABASE_URL"], path)
    click.echo(f"{path}: the database ({size} bytes) and the files beside it")


def _app() -> Flask:
    info: ScriptInfo = click.get_current_context().ensure_object(ScriptInfo)
    return info.load_app()
