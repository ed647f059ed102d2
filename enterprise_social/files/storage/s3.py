"""Contents in a bucket of a service that speaks the S3 API.

``FILES_URL`` names it: ``s3://KEY:SECRET@HOST[:PORT]/BUCKET[/PREFIX][?region=R&secure=0]``. An
object shows only when it is complete: that is how the API's PUT works.
"""

from __future__ import annotations

import hashlib
import http.client
import io
import tempfile
from dataclasses import dataclass
from typing import BinaryIO, cast
from urllib.parse import parse_qs, unquote, urlsplit

from flask_babel import gettext as _

from enterprise_social.core.clock import now
from enterprise_social.core.errors import Unavailable
from enterprise_social.files.storage import checked
from enterprise_social.files.storage.signing import NOTHING, Signer, encoded

BLOCK = 256 * 1024
IN_MEMORY = 1024 * 1024
SECONDS = 30.0
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Address:
    """Where a bucket is and who may use it."""

    host: str
    secure: bool
    base: str
    signer: Signer


def read_address(url: str) -> Address:
    """Read ``FILES_URL``. Raises ValueError with what is missing, without repeating secrets."""
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not parts.hostname or not bucket:
        raise ValueError("expected s3://KEY:SECRET@HOST/BUCKET")
    if not parts.username or not parts.password:
        raise ValueError("the key and the secret are missing")
    host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    region = options.get("region", [DEFAULT_REGION])[0]
    signer = Signer(unquote(parts.username), unquote(parts.password), region)
    return Address(host, options.get("secure", ["1"])[0] != "0", f"/{bucket}/", signer)


class BucketStorage:
    """Four requests of the S3 API; a connection for each, so that any thread may ask."""

    def __init__(self, url: str) -> None:
        self._address = read_address(url)

    def put(self, key: str, content: BinaryIO) -> int:
        """See ``Storage.put``. Spooled first: its length and digest go ahead of it."""
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as spool:
            while block := content.read(BLOCK):
                digest.update(block)
                spool.write(block)
            size = spool.tell()
            spool.seek(0)
            answer = self._ask(
                "PUT",
                key,
                payload=digest.hexdigest(),
                body=cast(BinaryIO, spool),
                headers={"content-length": str(size)},
            )
            with answer:
                self._expect(answer, 200)
        return size

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """See ``Storage.open``."""
        if length == 0:
            return io.BytesIO()
        headers = {}
        if start or length is not None:
            last = "" if length is None else start + length - 1
            headers["range"] = f"bytes={start}-{last}"
        answer = self._ask("GET", key, headers=headers)
        if answer.status == 404:
            answer.close()
            raise FileNotFoundError(key)
        if answer.status == 416:  # nothing stands from there on
            answer.close()
            return io.BytesIO()
        self._expect(answer, 200, 206)
        return cast(BinaryIO, answer)

    def exists(self, key: str) -> bool:
        """See ``Storage.exists``."""
        with self._ask("HEAD", key) as answer:
            if answer.status == 404:
                return False
            self._expect(answer, 200)
            return True

    def delete(self, key: str) -> None:
        """See ``Storage.delete``."""
        with self._ask("DELETE", key) as answer:
            self._expect(answer, 200, 204, 404)

    def _ask(
        self,
        method: str,
        key: str,
        *,
        payload: str = NOTHING,
        body: BinaryIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> http.client.HTTPResponse:
        place = self._address
        kind = http.client.HTTPSConnection if place.secure else http.client.HTTPConnection
        connection = kind(place.host, timeout=SECONDS)
        path = encoded(place.base + checked(key))
        signed = place.signer.headers(method, place.host, path, now(), payload)
        try:
            # "Connection: close" lets the answer own the connection and end it.
            every = {**signed, **(headers or {}), "connection": "close"}
            connection.request(method, path, body=body, headers=every)
            return connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _away() from error

    def _expect(self, answer: http.client.HTTPResponse, *statuses: int) -> None:
        if answer.status not in statuses:
            reason = answer.read(2000).decode("utf-8", "replace")
            answer.close()
            raise _away() from OSError(f"the bucket answered {answer.status}: {reason}")


def _away() -> Unavailable:
    return Unavailable(_("The place where files are kept does not answer. Try again later."))
