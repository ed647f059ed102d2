"""How fast a large file goes up in parts, and comes down."""

from __future__ import annotations

import http.client
import json
import os
import time
from typing import Any

from tests.bench.targets import Target

MEGABYTES = 64


def files(target: Target) -> dict[str, float]:
    """One person uploads a file of 64 MB and fetches it; the bare application has no files."""
    if target.name == "bare":
        return {}
    content = os.urandom(1024 * 1024) * MEGABYTES
    headers = target.callers[0]
    began = time.perf_counter()
    facts = {"name": "bench.bin", "size": len(content)}
    upload = _ask(target, headers, "POST", "/uploads", json.dumps(facts).encode())
    step = upload["part_size"]
    for offset in range(0, len(content), step):
        part = content[offset : offset + step]
        path = f"/uploads/{upload['id']}/content?offset={offset}"
        _ask(target, headers, "PUT", path, part, "application/octet-stream")
    file = _ask(target, headers, "POST", f"/uploads/{upload['id']}/file")
    uploaded = time.perf_counter() - began
    began = time.perf_counter()
    fetched = _fetch(target, headers, "GET", f"/files/{file['id']}/content")
    downloaded = time.perf_counter() - began
    if fetched != content:
        raise RuntimeError("what came down is not what went up")
    _fetch(target, headers, "DELETE", f"/files/{file['id']}")
    return {
        "upload of 64 MB: MB a second": MEGABYTES / uploaded,
        "download of 64 MB: MB a second": MEGABYTES / downloaded,
    }


def _ask(
    target: Target,
    headers: dict[str, str],
    method: str,
    path: str,
    body: bytes = b"",
    kind: str = "application/json",
) -> Any:
    return json.loads(_fetch(target, {**headers, "Content-Type": kind}, method, path, body))


def _fetch(
    target: Target, headers: dict[str, str], method: str, path: str, body: bytes = b""
) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    try:
        connection.request(method, f"/api/v1{path}", body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{target.name}: {method} {path}: {answer.status} {content[:200]!r}")
        return content
    finally:
        connection.close()
