"""The command group ``search``."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from enterprise_social.search import documents, indexing
from enterprise_social.search.engine import IndexUnavailable
from enterprise_social.search.engines import engine

search_group = AppGroup("search", help="Look after the search index.")


@search_group.command("rebuild")
@click.option("--progress", is_flag=True, help="Show how far it is.")
def rebuild(progress: bool) -> None:
    """Build the index anew beside the live one and swap it in."""
    total = documents.count()
    try:
        if progress:
            with click.progressbar(length=total, label=_("Indexing"), file=sys.stderr) as bar:
                indexing.rebuild(engine(), lambda done: bar.update(done - bar.pos))
        else:
            indexing.rebuild(engine())
    except IndexUnavailable as error:
        raise click.ClickException(str(error)) from error
    click.echo(_("%(posts)s posts are in the search index.", posts=engine().status().documents))


@search_group.command("status")
def status() -> None:
    """Say how the index is and how far behind; exit status 1 where it can't be used."""
    found = engine().status()
    click.echo(_("Backend: %(name)s", name=found.backend))
    if not found.ready:
        raise click.ClickException(_("No usable index: %(reason)s", reason=found.reason))
    click.echo(_("Posts in the index: %(posts)s", posts=found.documents))
    click.echo(_("Posts in the database: %(posts)s", posts=documents.count()))
    behind = documents.count() if found.reason else indexing.behind(engine())
    click.echo(_("Posts to bring in: %(posts)s", posts=behind))
