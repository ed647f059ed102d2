"""A server with three people, and listeners of both libraries."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.realtime.listeners import Listener, NodeListener, PythonListener
from tests.realtime.people import Person, make_people
from tests.services.npm import installed
from tests.services.server import LiveServer

HERE = Path(__file__).parent
SOURCES = ("package.json", "package-lock.json", "listen.mjs")


@dataclass(frozen=True)
class Company:
    """A running server and who works there: ada leads, ben is a colleague, eve an outsider."""

    server: LiveServer
    ada: Person
    ben: Person
    eve: Person


@contextmanager
def open_company(server: LiveServer) -> Iterator[Company]:
    """Create the people of a server's data and start it; stop it in the end."""
    people = make_people(server, "Ada", "Ben", "Eve")
    yield Company(server.start(), *people)
    for person in people:
        person.http.close()
    server.stop()


@pytest.fixture(scope="module")
def company(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """One server for a module's tests; each of them makes its own channels."""
    data_dir = tmp_path_factory.mktemp("company") / "data"
    data_dir.mkdir()
    shutil.copy(sqlite_template, data_dir / "enterprise-social.db")
    with open_company(LiveServer(data_dir)) as found:
        yield found


@pytest.fixture(scope="session")
def node_folder() -> Path:
    """The official client with what it needs, installed by its lock file and kept between runs."""
    return installed(HERE / "node", SOURCES, "socket.io-client")


Listen = Callable[..., Listener]


@pytest.fixture(params=["python", "node"])
def library(request: pytest.FixtureRequest) -> str:
    """Which client library the test runs with."""
    return str(request.param)


@pytest.fixture
def listen(library: str, request: pytest.FixtureRequest) -> Iterator[Listen]:
    """``listen(person, **auth)`` returns a connected client of that person. Raises Refused."""
    yield from _listeners(library, request)


@pytest.fixture
def listen_in_python(request: pytest.FixtureRequest) -> Iterator[Listen]:
    """The same with python-socketio alone, where the library is not what is tested."""
    yield from _listeners("python", request)


def _listeners(library: str, request: pytest.FixtureRequest) -> Iterator[Listen]:
    opened: list[Listener] = []

    def make(person: Person, *, transport: str = "websocket", **auth: Any) -> Listener:
        given = {**person.auth, **auth}
        given = {name: value for name, value in given.items() if value is not None}
        if library == "python":
            opened.append(PythonListener(person.url, given, transport))
        else:
            folder = request.getfixturevalue("node_folder")
            opened.append(NodeListener(folder, person.url, given, transport))
        return opened[-1].connected()

    yield make
    for listener in opened:
        with suppress(OSError):
            listener.close()
