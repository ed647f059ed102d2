"""What every place for files must do: the disk, and a real server that speaks the S3 API."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from enterprise_social.core.errors import Unavailable
from enterprise_social.files.storage import Storage
from enterprise_social.files.storage.disk import DiskStorage
from enterprise_social.files.storage.s3 import PART, BucketStorage, read_address

Opened = Callable[[str], BucketStorage]


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bucket on a running S3 server."""
    port = _free_port()
    log = (tmp_path_factory.mktemp("s3") / "log").open("w")
    environment = {**os.environ, "MOTO_S3_CUSTOM_ENDPOINTS": ""}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=log,
        stderr=log,
        env=environment,
    )
    url = f"s3://key:a%2Fsecret@127.0.0.1:{port}/files/es?secure=0&region=eu-west-1"
    try:
        _make_bucket(port)
        yield url
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_bucket(port: int) -> None:
    import http.client

    deadline = time.monotonic() + 60
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("PUT", "/files", headers={"Host": f"127.0.0.1:{port}"})
            assert connection.getresponse().status == 200
            return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        finally:
            connection.close()


@pytest.fixture
def used() -> Iterator[Opened]:
    """``used(url)`` opens a bucket that is closed in the end."""
    opened: list[BucketStorage] = []

    def use(url: str) -> BucketStorage:
        opened.append(BucketStorage(url))
        return opened[-1]

    yield use
    for each in opened:
        each.close()


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, used: Opened) -> Storage:
    if request.param == "disk":
        return DiskStorage(tmp_path / "files")
    return used(request.getfixturevalue("bucket"))


def read(storage: Storage, key: str, *part: int | None) -> bytes:
    with storage.open(key, *part) as stream:  # type: ignore[arg-type]
        return stream.read()


def test_what_is_put_is_there_and_replaced_by_what_is_put_again(storage: Storage) -> None:
    assert not storage.exists("files/1")
    assert storage.put("files/1", io.BytesIO(b"first")) == 5
    assert storage.exists("files/1")
    assert read(storage, "files/1") == b"first"
    assert storage.put("files/1", io.BytesIO(b"")) == 0
    assert read(storage, "files/1") == b""


def test_any_stretch_can_be_read(storage: Storage) -> None:
    content = bytes(range(256)) * 5000
    storage.put("files/2", io.BytesIO(content))
    assert read(storage, "files/2") == content
    assert read(storage, "files/2", 1_000_000) == content[1_000_000:]
    assert read(storage, "files/2", 300, 1000) == content[300:1300]
    assert read(storage, "files/2", 10, 0) == b""
    assert read(storage, "files/2", len(content)) == b""


def test_what_is_deleted_is_gone_and_deleting_again_is_no_error(storage: Storage) -> None:
    storage.put("thumbs/3-480", io.BytesIO(b"x"))
    storage.delete("thumbs/3-480")
    storage.delete("thumbs/3-480")
    assert not storage.exists("thumbs/3-480")
    with pytest.raises(FileNotFoundError):
        storage.open("thumbs/3-480")


def test_what_breaks_off_never_shows(storage: Storage) -> None:
    class Broken(io.RawIOBase):
        pieces = [b"half"]

        def read(self, size: int = -1) -> bytes:
            if self.pieces:
                return self.pieces.pop()
            raise ConnectionResetError

    storage.put("files/4", io.BytesIO(b"before"))
    with pytest.raises((ConnectionResetError, Unavailable)):
        storage.put("files/4", Broken())  # type: ignore[arg-type]
    assert read(storage, "files/4") == b"before"


@pytest.mark.parametrize("key", ["../x", "/x", "a/../b", "A", "a b", "", "a//b", "a.b", "x" * 200])
def test_a_key_leads_nowhere_else(storage: Storage, key: str) -> None:
    for ask in (storage.exists, storage.open, storage.delete):
        with pytest.raises(ValueError, match="storage key"):
            ask(key)


def test_nothing_is_left_behind_by_what_broke_off(tmp_path: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise ValueError

    storage = DiskStorage(tmp_path / "files")
    with pytest.raises(ValueError):  # noqa: PT011
        storage.put("files/1", Broken())  # type: ignore[arg-type]
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    assert (tmp_path / "files").stat().st_mode & 0o077 == 0


def test_a_bucket_that_is_away_is_said_to_be_away(used: Opened) -> None:
    storage = used(f"s3://key:secret@127.0.0.1:{_free_port()}/files?secure=0")
    for ask in (storage.exists, storage.open, lambda key: storage.put(key, io.BytesIO(b"x"))):
        with pytest.raises(Unavailable):
            ask("files/1")


@pytest.mark.parametrize(
    "url", ["s3://host/bucket", "http://a:b@host/bucket", "s3://a:b@host", "s3://a:b@h:x/b"]
)
def test_an_address_that_says_too_little_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        read_address(url)
    assert "a:b" not in str(refused.value)


def test_what_is_large_goes_in_parts_and_streams(bucket: str, used: Opened) -> None:
    storage = used(bucket)

    class Endless(io.RawIOBase):
        """Twenty megabytes that are nowhere at once, and can't be read twice."""

        left = 20 * 1024 * 1024

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= PART
            piece = bytes(min(size, self.left))
            self.left -= len(piece)
            return piece

    assert storage.put("files/5", Endless()) == 20 * 1024 * 1024  # type: ignore[arg-type]
    with storage.open("files/5", PART - 1, PART + 2) as stream:
        assert len(stream.read(1000)) == 1000
        assert sum(len(block) for block in iter(lambda: stream.read(65536), b"")) == PART - 998


def test_the_library_is_loaded_only_where_a_bucket_is_set() -> None:
    code = "import sys, enterprise_social.files.storage.s3; print('botocore' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
