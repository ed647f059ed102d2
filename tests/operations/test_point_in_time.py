"""The database is brought back as it was at a moment, by the files of ``deploy/postgresql``."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from enterprise_social import create_app
from enterprise_social.channels.models import Channel
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post
from tests.faults.workspace import Workspace, prepare
from tests.services import postgres
from tests.services.cluster import parts
from tests.services.cluster.guard import Guard
from tests.services.cluster.parts import Place
from tests.services.cluster.rendering import DEPLOY
from tests.services.cluster.service import Service, inherited
from tests.services.missing import missing
from tests.services.process import free_port
from tests.services.schema import migrate


@dataclass
class Archived:
    """A server whose changes are archived, and what its scripts need."""

    place: Place
    port: int
    backups: Path
    server: Service
    env: dict[str, str]

    @property
    def home(self) -> Path:
        """The folder of the server's socket and data."""
        return self.place.home / "postgresql"

    def ask(self, statement: str) -> str:
        """Return the first value that a statement gives in our database."""
        command = [str(parts.program_folder() / "psql"), "-XAtq", "-d", parts.NAME]
        return self._run([*command, "-c", statement]).strip()

    def script(self, name: str, *arguments: str) -> str:
        """Run one of the scripts as the server's account; return the last line that it says."""
        return self._run([str(self.place.home / name), *arguments]).splitlines()[-1]

    def _run(self, command: list[str]) -> str:
        account = {"user": parts.SUPERUSER, "group": parts.SUPERUSER} if os.geteuid() == 0 else {}
        return subprocess.run(  # type: ignore[call-overload,no-any-return]
            command,
            env={
                **inherited(),
                "PATH": f"{parts.program_folder()}:{os.environ['PATH']}",
                "PGHOST": str(self.home),
                "PGPORT": str(self.port),
                "PGUSER": parts.SUPERUSER,
                "BACKUPS": str(self.backups),
                "KEEP": "1",
            },
            cwd=self.place.home,
            check=True,
            text=True,
            stdout=subprocess.PIPE,
            **account,
        ).stdout


@pytest.fixture
def archived(tmp_path: Path) -> Iterator[Archived]:
    """The server, running and migrated."""
    if postgres.binaries() is None:
        missing("PostgreSQL")
    guard = Guard()
    home = Path(tempfile.mkdtemp(prefix="es-cluster-"))
    guard.remove_later(home)
    home.chmod(0o755)
    backups = home / "backups"
    (backups / "wal").mkdir(parents=True)
    for script in ("back-up.sh", "restore.sh"):
        shutil.copy(DEPLOY / "postgresql" / script, home / script)
        (home / script).chmod(0o755)
    if os.geteuid() == 0:
        for folder in (backups, backups / "wal"):
            shutil.chown(folder, parts.SUPERUSER, parts.SUPERUSER)
    port = free_port()
    place = Place(tmp_path, home, guard)
    server = parts.make_postgres(place, port, backups=backups)
    server.start()
    parts.make_database(home / "postgresql", port)
    address = f"postgresql+psycopg://{parts.NAME}:{parts.PASSWORD}@127.0.0.1:{port}/{parts.NAME}"
    env = {"DATABASE_URL": address, "DATA_DIR": str(tmp_path / "data"), "SECRET_KEY": "x" * 32}
    migrate(env)
    made = Archived(place, port, backups, server, env)
    yield made
    made.server.stop()
    guard.close()


@pytest.mark.timeout(180)
def test_the_database_comes_back_as_it_was_before_the_mistake(archived: Archived) -> None:
    workspace = prepare(archived, people=2, channels=1)
    write(archived, workspace, "before the back-up")
    for _twice in range(2):
        base = archived.script("back-up.sh")
        time.sleep(1.1)  # a back-up is named by its second
    assert [each.name for each in (archived.backups / "base").iterdir()] == [Path(base).name]
    write(archived, workspace, "after the back-up")
    moment = archived.ask("SELECT clock_timestamp()")
    archived.ask("TRUNCATE posts CASCADE")
    archived.ask("SELECT pg_switch_wal()")
    wait(lambda: archived.ask("SELECT last_archived_wal IS NOT NULL FROM pg_stat_archiver") == "t")
    wait(
        lambda: (
            archived.ask(
                "SELECT last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1)"
                " FROM pg_stat_archiver"
            )
            == "t"
        )
    )
    assert archived.ask("SELECT failed_count FROM pg_stat_archiver") == "0"
    archived.server.stop()

    data = archived.home / "data"
    data.rename(archived.home / "data.before")
    archived.script("restore.sh", base, str(data), moment)
    archived.server = parts.postgres_on(archived.place, data, archived.port)
    archived.server.start()
    wait(lambda: archived.ask("SELECT pg_is_in_recovery()") == "f")
    assert archived.ask("SELECT string_agg(body, '; ' ORDER BY id) FROM posts") == (
        "before the back-up; after the back-up"
    )
    # It goes on from there.
    write(archived, workspace, "afterwards")
    assert archived.ask("SELECT count(*) FROM posts") == "3"


def write(archived: Archived, workspace: Workspace, text: str) -> None:
    """Have somebody write a post."""
    app = create_app({"TESTING": True, **archived.env})
    app.extensions["live"].transport = None
    with app.app_context():
        author = db.session.get(Person, workspace.colleagues[0].id)
        channel = db.session.get(Channel, workspace.channel_ids[0])
        assert author is not None
        assert channel is not None
        create_post(author, channel, text)
        db.session.remove()
        db.engine.dispose()


def wait(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
