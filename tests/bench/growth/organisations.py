"""The organisations that are measured: generated once, and kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from enterprise_social import create_app
from enterprise_social.accounts.actions import create_access_token
from enterprise_social.accounts.models import Credential
from enterprise_social.accounts.passwords import hash_password
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.bench.seed import PASSWORD, Seeded, settings
from tests.services.postgres import SUPERUSER, Cluster
from tests.services.server import ROOT, program

VERSION = 1
CHANNELS = 2_000


def generated(
    name: str, url: str, data_dir: Path, people: int, posts: int, *, search: bool = True
) -> dict[str, Any]:
    """Migrate the database at ``url`` and found an organisation in it, unless that was done.

    Returns what took how long, or what was noted of it then.
    """
    facts = data_dir / f"{name}.json"
    if facts.exists():
        run(url, data_dir, "db", "upgrade")
        noted: dict[str, Any] = json.loads(facts.read_text())
        return noted
    data_dir.mkdir(parents=True, exist_ok=True)
    run(url, data_dir, "db", "upgrade")
    began = time.monotonic()
    sizes = ["--people", str(people), "--channels", str(min(CHANNELS, max(30, posts // 50)))]
    options = [] if search else ["--no-search"]
    run(url, data_dir, "demo", *sizes, "--posts", str(posts), "--progress", *options)
    seconds = time.monotonic() - began
    noted = {"posts": posts, "people": people, "seconds": round(seconds, 1)}
    facts.write_text(json.dumps(noted))
    return noted


def run(url: str, data_dir: Path, *arguments: str) -> None:
    """Run the program on a database."""
    environment = {**os.environ, **settings(data_dir)}
    if url:
        environment["DATABASE_URL"] = url
    subprocess.run(
        [*program(), *arguments], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=True
    )


def busy(url: str, data_dir: Path) -> Seeded:
    """Return how to sign in as the one who is in two hundred channels, and where they look.

    Of their channels the busiest one comes first, then one of middling size, then a conversation.
    """
    given = {"DATABASE_URL": url} if url else {}
    app = create_app({"TESTING": True, **settings(data_dir), **given})
    with app.app_context():
        person = db.session.query(Person).order_by(Person.id).first()
        if person is None:
            raise RuntimeError("nobody was generated")
        token = _let_in(person)
        mine = db.session.query(Channel).join(Membership, Membership.channel_id == Channel.id)
        mine = mine.filter(Membership.person_id == person.id, Channel.archived_at.is_(None))
        listed = mine.filter(Channel.kind == "public").order_by(Channel.seq.desc()).all()
        direct = mine.filter(Channel.kind == "direct").order_by(Channel.seq.desc()).first()
        places = [listed[0], listed[len(listed) // 2], *([direct] if direct else [])]
        found = Seeded(
            0,
            [token],
            [person.username],
            person.email,
            [place.id for place in places],
            [place.slug for place in places],
        )
        db.session.remove()
        db.engine.dispose()
    return found


@action
def _let_in(person: Person) -> str:
    credential = db.session.get_one(Credential, person.id)
    credential.password_hash = hash_password(PASSWORD)
    return create_access_token(person, "growth")[1]


def database(cluster: Cluster, name: str) -> str:
    """Return the address of a database of the cluster; it is made where it isn't there."""
    place = f"host=127.0.0.1 port={cluster.port} user={SUPERUSER} dbname=postgres"
    with psycopg.connect(place, autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if there.fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
            )
    return cluster.url(name)


def forget(cluster: Cluster, name: str) -> None:
    """Throw away a database that was broken off while it was filled."""
    print(f"{name} was not finished: it is made anew", file=sys.stderr, flush=True)
    cluster.drop(name)


def sizes_of(url: str) -> dict[str, dict[str, float]]:
    """Return the megabytes of each larger table and of its indexes, and the rows."""
    asked = """
        SELECT relname, pg_table_size(oid) / 1e6, pg_indexes_size(oid) / 1e6, reltuples
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
        ORDER BY pg_total_relation_size(oid) DESC LIMIT 14
    """
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return {
            name: {"table": round(float(table), 1), "indexes": round(float(indexes), 1),
                   "rows": float(rows)}
            for name, table, indexes, rows in connection.execute(asked)
        }  # fmt: skip
