"""What every place for files must do: the disk, and a real server that speaks the S3 API."""

from __future__ import annotations

import hashlib
import io
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from enterprise_social.core.errors import Unavailable
from enterprise_social.files.storage import Storage
from enterprise_social.files.storage.disk import DiskStorage
from enterprise_social.files.storage.s3 import BucketStorage, read_address
from enterprise_social.files.storage.signing import Signer


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


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "disk":
        return DiskStorage(tmp_path / "files")
    return BucketStorage(request.getfixturevalue("bucket"))


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


def test_a_bucket_that_is_away_is_said_to_be_away() -> None:
    storage = BucketStorage(f"s3://key:secret@127.0.0.1:{_free_port()}/files?secure=0")
    with pytest.raises(Unavailable):
        storage.exists("files/1")


@pytest.mark.parametrize(
    "url", ["s3://host/bucket", "http://a:b@host/bucket", "s3://a:b@host", "s3://a:b@h:x/b"]
)
def test_an_address_that_says_too_little_is_refused_without_its_secret(url: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        read_address(url)
    assert "a:b" not in str(refused.value)


def test_requests_are_signed_as_amazons_own_library_signs_them() -> None:
    moment = datetime.now(UTC)
    payload = hashlib.sha256(b"content").hexdigest()
    request = AWSRequest("PUT", "https://s3.example.org/bucket/files/1", data=b"content")
    request.context["payload_signing_enabled"] = True
    auth = S3SigV4Auth(Credentials("key", "secret"), "s3", "eu-west-1")
    stamp = None
    for _attempt in range(3):
        auth.add_auth(request)
        stamp = request.headers["X-Amz-Date"]
        if stamp:
            break
    moment = datetime.strptime(str(stamp), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    mine = Signer("key", "secret", "eu-west-1").headers(
        "PUT", "s3.example.org", "/bucket/files/1", moment, payload
    )
    assert mine["authorization"] == request.headers["Authorization"]
