"""The command ``demo``: a large organisation for measuring and for planning capacity."""

from __future__ import annotations

import os
import sys
import time

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from enterprise_social.home.generator.founding import found
from enterprise_social.home.generator.sizes import Size


class _Shown:
    """Writes how far it is, on one line a stage, with the time that is left of it."""

    def __init__(self) -> None:
        self._stage, self._began, self._last = "", 0.0, 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        moment = time.monotonic()
        if stage != self._stage:
            self._stage, self._began = stage, moment
        finished = done >= total
        if not finished and moment - self._last < 0.5:
            return
        self._last = moment
        spent = moment - self._began
        line = f"{stage}: {done:,}/{total:,}"
        if done and spent > 0.05:
            line += f", {done / spent:,.0f}/s"
        if done and not finished:
            line += f", {spent / done * (total - done):.0f} s left"
        click.echo(f"\r{line:<76}", nl=finished, err=True)


@click.command("demo")
@click.option("--people", type=click.IntRange(1, 1_000_000), default=1_000, show_default=True)
@click.option("--channels", type=click.IntRange(1, 200_000), default=200, show_default=True)
@click.option("--posts", type=click.IntRange(0, 200_000_000), default=100_000, show_default=True)
@click.option("--seed", type=int, default=1, help="Another seed gives another organisation.")
@click.option(
    "--processes",
    type=click.IntRange(0, 64),
    default=max(1, min(4, os.cpu_count() or 1)),
    help="How many write at once; 0: this one alone.",
)
@click.option("--beside", is_flag=True, help="Also where people are here already.")
@click.option("--search/--no-search", default=True, help="Whether to index the posts as well.")
@click.option("--progress", is_flag=True, help="Show how far it is.")
@with_appcontext
def demo_command(
    people: int,
    channels: int,
    posts: int,
    seed: int,
    processes: int,
    beside: bool,
    search: bool,
    progress: bool,
) -> None:
    """Write a large organisation into an empty database, to measure with.

    PEOPLE with a line of managers, CHANNELS and direct conversations, and POSTS of three years.
    """
    began = time.monotonic()
    options = {"progress": _Shown()} if progress else {}
    made = found(
        Size(people, channels, posts, seed),
        processes=processes,
        beside=beside,
        search=search,
        **options,
    )
    spent = time.monotonic() - began
    sys.stderr.flush()
    click.echo(
        _(
            "%(people)s people and %(posts)s posts in %(seconds)s seconds.",
            people=f"{people:,}",
            posts=f"{posts:,}",
            seconds=f"{spent:.1f}",
        )
    )
    for line in made.sign_ins:
        click.echo(f"  {line}")
