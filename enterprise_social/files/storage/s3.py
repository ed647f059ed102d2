"""Contents in a bucket of a service that speaks the S3 API, by Amazon's own library.

``FILES_URL`` names it: ``s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=R&secure=0]``. An
object shows only when it is complete: that is how the API's uploads work. The library is loaded
only where a bucket is set; it costs some thirty megabytes of memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from flask_babel import gettext as _

from enterprise_social.core.errors import Unavailable
from enterprise_social.files.storage import checked

PART = 8 * 1024 * 1024  # of an upload, in memory at a time; the API's least is 5 MB
CONNECT_SECONDS = 10
READ_SECONDS = 30
MOST_TRIES = 3
MOST_CONNECTIONS = 50
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Address:
    """Where a bucket is and who may use it; ``prefix`` stands before every key."""

    endpoint: str
    bucket: str
    prefix: str
    access_key: str
    secret_key: str
    region: str


def read_address(url: str) -> Address:
    """Read ``FILES_URL``. Raises ValueError with what is missing, without repeating secrets."""
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    bucket, _slash, prefix = parts.path.strip("/").partition("/")
    if parts.scheme != "s3" or not parts.hostname or not bucket:
        raise ValueError("expected s3://KEY:SECRET@HOST/BUCKET")
    if not parts.username or not parts.password:
        raise ValueError("the key and the secret are missing")
    host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    scheme = "http" if options.get("secure", ["1"])[0] == "0" else "https"
    return Address(
        f"{scheme}://{host}",
        bucket,
        f"{prefix}/" if prefix else "",
        unquote(parts.username),
        unquote(parts.password),
        options.get("region", [DEFAULT_REGION])[0],
    )


class BucketStorage:
    """A bucket; any thread may ask."""

    def __init__(self, url: str) -> None:
        self._address = read_address(url)
        self._client = _client(self._address)

    def put(self, key: str, content: BinaryIO) -> int:
        """See ``Storage.put``. What is large goes in parts, which show together or not at all."""
        from boto3.s3.transfer import TransferConfig

        counted = _Counted(content)
        one_by_one = TransferConfig(
            multipart_threshold=PART, multipart_chunksize=PART, use_threads=False
        )
        with _answered():
            self._client.upload_fileobj(
                counted, self._address.bucket, self._name(key), Config=one_by_one
            )
        return counted.size

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """See ``Storage.open``."""
        place = self._place(key)
        if length == 0:
            return io.BytesIO()
        if start or length is not None:
            last = "" if length is None else start + length - 1
            place["Range"] = f"bytes={start}-{last}"
        body: BinaryIO | None = None
        with _answered("404", "NoSuchKey", "416", "InvalidRange") as refused:
            body = self._client.get_object(**place)["Body"]
        if body is not None:
            return body
        if refused[0] in ("416", "InvalidRange"):  # nothing stands from there on
            return io.BytesIO()
        raise FileNotFoundError(key)

    def exists(self, key: str) -> bool:
        """See ``Storage.exists``."""
        place = self._place(key)
        with _answered("404", "NoSuchKey") as refused:
            self._client.head_object(**place)
        return not refused

    def delete(self, key: str) -> None:
        """See ``Storage.delete``."""
        place = self._place(key)
        with _answered("404", "NoSuchKey"):
            self._client.delete_object(**place)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._address.bucket, "Key": self._name(key)}

    def _name(self, key: str) -> str:
        return self._address.prefix + checked(key)


class _Counted:
    """Reads on where the content stands, and counts; it can't be read twice."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(size)
        self.size += len(piece)
        return piece


def _client(address: Address) -> Any:
    from boto3.session import Session
    from botocore.config import Config

    # A session with these keys alone: nothing is looked up in files or on the machine's network.
    session = Session(
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        region_name=address.region,
    )
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": MOST_TRIES},
        max_pool_connections=MOST_CONNECTIONS,
        signature_version="s3v4",
        # Services other than Amazon's have neither a host for each bucket nor newer checksums.
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return session.client("s3", endpoint_url=address.endpoint, config=config)


@contextmanager
def _answered(*expected: str) -> Iterator[list[str]]:
    """Put refusals of expected codes into the list; raise Unavailable for all others."""
    from botocore.exceptions import BotoCoreError, ClientError

    refused: list[str] = []
    try:
        yield refused
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code not in expected:
            raise _away() from error
        refused.append(code)
    except BotoCoreError as error:
        raise _away() from error


def _away() -> Unavailable:
    return Unavailable(_("The place where files are kept does not answer. Try again later."))
