"""Somebody who writes by the API beside the load, one request after the other."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 60.0


class Writer:
    """One connection with somebody's cookie; made anew where the server has closed it."""

    def __init__(self, url: str, facts: Mapping[str, Any]) -> None:
        """``facts`` are a person's of ``population.Town``."""
        parts = urlsplit(url)
        host, port = parts.hostname or "127.0.0.1", parts.port
        if parts.scheme == "https":
            # Our own machine with a certificate that it made for itself.
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self._line: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=PATIENCE, context=context
            )
        else:
            self._line = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        self._headers = {
            "Cookie": facts["cookie"],
            "X-CSRFToken": facts["csrf"],
            "Origin": url,
            "Referer": f"{url}/",
            "Content-Type": "application/json",
        }

    def post(self, path: str, document: Any) -> tuple[int, bytes]:
        """Return status and content of the answer. Raises OSError where none comes."""
        try:
            self._line.request("POST", path, json.dumps(document), self._headers)
            answer = self._line.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            self._line.close()
            raise ConnectionError(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._line.close()
