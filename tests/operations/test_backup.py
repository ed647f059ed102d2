"""A back-up of a running server that is being written to, and its restoration elsewhere."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.realtime.people import PASSWORD, Person, make_people
from tests.services.process import until
from tests.services.server import LiveServer

MakeServer = Callable[..., LiveServer]


class Writer(threading.Thread):
    """Writes posts one after the other and remembers those that were confirmed."""

    def __init__(self, person: Person, channel_id: int) -> None:
        super().__init__(daemon=True)
        self.confirmed: list[str] = []
        self._person = person
        self._channel_id = channel_id
        self._enough = threading.Event()

    def run(self) -> None:
        """Write until told that it is enough."""
        while not self._enough.is_set():
            body = f"entry number{len(self.confirmed)} of the log"
            self._person.write(self._channel_id, body)
            self.confirmed.append(body)

    def finish(self) -> None:
        """End after the post at hand."""
        self._enough.set()
        self.join(10)


@pytest.fixture
def busy(make_live_server: MakeServer) -> Iterator[tuple[LiveServer, Writer, Person]]:
    """A server to which somebody is writing."""
    server = make_live_server()
    (ada,) = make_people(server, "Ada")
    (server.data_dir / "uploads" / "3f").mkdir(parents=True)
    (server.data_dir / "uploads" / "3f" / "plan.pdf").write_bytes(b"%PDF the plan")
    server.start()
    writer = Writer(ada, ada.make_channel("log book"))
    writer.start()
    until(lambda: len(writer.confirmed) >= 20, 20, "the first posts")
    yield server, writer, ada
    writer.finish()
    ada.http.close()


def bodies(person: Person, channel_id: int) -> list[str]:
    """Return every post of a channel, oldest first."""
    return [item["post"]["body"] for item in person.events_after(channel_id, 0)[1:]]


def test_everything_confirmed_before_the_back_up_is_there_after_restoring(
    busy: tuple[LiveServer, Writer, Person],
    make_live_server: MakeServer,
    tmp_path: Path,
) -> None:
    server, writer, ada = busy
    before = list(writer.confirmed)
    copy = tmp_path / "backups" / "monday"
    done = server.command("backup", str(copy))
    assert (done.returncode, done.stderr) == (0, "")
    until(lambda: len(writer.confirmed) > len(before), 10, "a post after the back-up")
    writer.finish()
    # Taken away whole, and the machine it came from is gone.
    assert server.stop() == 0

    restored = make_live_server(DATABASE_URL="")
    restored.data_dir.rmdir()
    copy.rename(restored.data_dir)
    restored.start()
    channel_id = writer._channel_id  # noqa: SLF001
    client = ada.at(restored.url)
    posts = bodies(client, channel_id)
    assert posts[: len(before)] == before
    assert posts == writer.confirmed[: len(posts)]
    assert (restored.data_dir / "uploads" / "3f" / "plan.pdf").read_bytes() == b"%PDF the plan"

    answer = httpx.post(
        f"{restored.url}/api/v1/tokens",
        json={"email": ada.email, "password": PASSWORD, "name": "after restoring"},
    )
    assert answer.status_code == 201

    def found() -> bool:
        # 503 while the index is built anew.
        page = client.http.get("/search", params={"q": f"number{len(before) - 1}"})
        return page.status_code == 200 and [
            item["post"]["body"] for item in page.json()["items"]
        ] == [before[-1]]

    until(found, 20, "the last post is found")
    client.write(channel_id, "and on it goes")
    assert restored.command("doctor").returncode == 0
    client.http.close()


def test_a_back_up_is_private_and_holds_no_process_of_the_old_one(
    busy: tuple[LiveServer, Writer, Person], tmp_path: Path
) -> None:
    server, _writer, _ada = busy
    mails = server.data_dir / "mail"
    mails.mkdir()
    (mails / "1.eml").write_text("a link that opens an account")
    copy = tmp_path / "copy"
    assert server.command("backup", str(copy)).returncode == 0
    assert stat.S_IMODE(copy.stat().st_mode) == 0o700
    assert stat.S_IMODE((copy / "enterprise-social.db").stat().st_mode) == 0o600
    names = {path.name for path in copy.iterdir()}
    assert {"enterprise-social.db", "uploads"} <= names
    assert not names & {"index", "mail", "worker.lock", "enterprise-social.db-wal"}
    assert list(tmp_path.glob("*.part")) == []


def test_what_would_harm_is_refused_in_one_line(
    make_live_server: MakeServer, tmp_path: Path
) -> None:
    server = make_live_server()
    (tmp_path / "there").mkdir()
    inside = server.data_dir / "copy"
    for target, said in ((tmp_path / "there", "exists already"), (inside, "inside DATA_DIR")):
        done = server.command("backup", str(target))
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert not inside.exists()
    postgres = LiveServer(tmp_path / "other", {"DATABASE_URL": "postgresql://es@127.0.0.1:1/es"})
    done = postgres.command("backup", str(tmp_path / "pg"))
    assert done.returncode == 1
    assert "pg_dump" in done.stderr
    assert not (tmp_path / "pg").exists()


def test_a_back_up_that_fails_leaves_nothing_behind(
    make_live_server: MakeServer, tmp_path: Path
) -> None:
    server = make_live_server()
    (server.data_dir / "enterprise-social.db").write_bytes(b"not a database at all" * 500)
    done = server.command("backup", str(tmp_path / "copy"))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.glob("copy*")) == []
