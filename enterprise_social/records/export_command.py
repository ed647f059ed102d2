"""The command ``export``: everything, for another system."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo
from flask_babel import gettext as _

from enterprise_social.core.clock import now
from enterprise_social.core.errors import Conflict
from enterprise_social.records.actions.exports_whole import note_whole_export
from enterprise_social.records.archives.slack import SlackWriter
from enterprise_social.records.archives.zipping import ZipWriter


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--progress", is_flag=True, help="Count the posts on standard error.")
def export_command(path: Path, progress: bool) -> None:
    """Write everything into the new zip file PATH, in Slack's layout, also while the server runs.

    What Slack has no place for is in it as JSON. PATH appears whole or not at all.
    """
    app = _app()
    with app.app_context():
        counts = export_everything(path, _Counter() if progress else None)
    click.echo(
        _(
            "%(path)s: %(people)d people, %(channels)d channels, %(posts)d posts, "
            "%(replies)d replies, %(files)d files",
            path=path,
            **{name: counts.get(name, 0) for name in ("people", "channels", "posts")},
            **{name: counts.get(name, 0) for name in ("replies", "files")},
        )
    )


def export_everything(path: Path, step: Any = None) -> dict[str, int]:
    """Write the archive and return what is in it. Raises Conflict where ``path`` exists."""
    if path.exists():
        raise Conflict(_("%(path)s exists already", path=path))
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        with ZipWriter(part) as archive:
            writer = SlackWriter(archive, now(), step or (lambda _more: None))
            writer.write()
        # Never over a file that somebody put there meanwhile.
        os.link(part, path)
    except FileExistsError:
        raise Conflict(_("%(path)s exists already", path=path)) from None
    finally:
        part.unlink(missing_ok=True)
    note_whole_export(dict(writer.counts))
    return dict(writer.counts)


class _Counter:
    def __init__(self) -> None:
        self._done = 0

    def __call__(self, more: int) -> None:
        self._done += more
        click.echo(f"\r{self._done}", nl=False, err=True)
        sys.stderr.flush()


def _app() -> Flask:
    info: ScriptInfo = click.get_current_context().ensure_object(ScriptInfo)
    return info.load_app()
