"""Signs requests to an S3 service: AWS Signature Version 4 for one chunk.

After "Authenticating Requests: Using the Authorization Header" of the Amazon S3 API Reference. A
page of code in place of a client library of twenty megabytes, for the four requests in use.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

ALGORITHM = "AWS4-HMAC-SHA256"
NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Signer:
    """Whose requests are signed, and for which region."""

    access_key: str
    secret_key: str
    region: str

    def headers(
        self, method: str, host: str, path: str, moment: datetime, payload: str = NOTHING
    ) -> dict[str, str]:
        """Return the headers that prove who makes a request without a query.

        ``path`` is as ``encoded`` gives it, ``moment`` in UTC, ``payload`` the SHA-256 of the body
        in hexadecimal.
        """
        stamp = moment.strftime("%Y%m%dT%H%M%SZ")
        signed = {"host": host, "x-amz-content-sha256": payload, "x-amz-date": stamp}
        names = ";".join(sorted(signed))
        request = "\n".join([method, path, "", _lines(signed), names, payload])
        scope = f"{stamp[:8]}/{self.region}/s3/aws4_request"
        text = "\n".join([ALGORITHM, stamp, scope, _digest(request)])
        signature = hmac.new(self._key(stamp[:8]), text.encode(), hashlib.sha256).hexdigest()
        signed["authorization"] = (
            f"{ALGORITHM} Credential={self.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.secret_key}".encode()
        for part in (day, self.region, "s3", "aws4_request"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        return key


def encoded(path: str) -> str:
    """Return a path with everything escaped but unreserved characters and slashes."""
    return quote(path, safe="/-_.~")


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
