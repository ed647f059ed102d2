"""The command group ``audit``."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from enterprise_social.core.audit.checking import CUT, Fault, check
from enterprise_social.records.giving_heads import known_heads, read

audit_group = AppGroup("audit", help="Look after the audit log.")


@audit_group.command("verify")
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="HEAD",
    help="A head as it was given out, with or without its number; may be repeated.",
)
def verify(heads: tuple[str, ...]) -> None:
    """Check the audit log's chain; exit status 1 and the first broken entry where it was altered.

    Besides the chain it is checked whether the log still holds the heads that were given out, those
    that the database remembers and those of --head.
    """
    try:
        given = [read(each) for each in heads]
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--head") from error
    outcome = check([*known_heads(), *given])
    if outcome.fault is not None:
        raise click.ClickException(words(outcome.fault))
    click.echo(f"{outcome.entries} entries, none changed; head {outcome.entries}:{outcome.head}")


def words(fault: Fault) -> str:
    """Return what is wrong in one line."""
    if fault.how == CUT:
        return f"entry {fault.number} and those after it were removed: the log ends too early"
    return f"entry {fault.number} was {fault.how}"
