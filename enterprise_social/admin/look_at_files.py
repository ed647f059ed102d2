"""The doctor's look at the place of files: can it be written to, read and cleaned?"""

from __future__ import annotations

import io
import secrets
import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from enterprise_social.core.errors import Unavailable
from enterprise_social.files.storage import storage

MEBIBYTE = 1024 * 1024
PROBE_BYTES = 64 * 1024


def probe_files(app: Flask) -> str:
    """Keep something for a moment and return what there is to say of the place.

    Raises OSError, with what went wrong and no secret in it, where the place is of no use.
    """
    place, key = storage(), f"probe/{secrets.token_hex(16)}"
    content = secrets.token_bytes(PROBE_BYTES)
    began = time.monotonic()
    try:
        size = place.put(key, io.BytesIO(content))
        try:
            with place.open(key) as stream:
                came_back = stream.read()
        finally:
            place.delete(key)
        left = place.exists(key)
    except Unavailable as error:
        cause = error.__cause__
        raise OSError(
            str(cause).splitlines()[0] if cause and str(cause) else error.detail
        ) from error
    if size != PROBE_BYTES or came_back != content:
        raise OSError("what was written there came back changed")
    if left:
        raise OSError("what was deleted there is still there")
    took = f"written, read and deleted in {(time.monotonic() - began) * 1000:.0f} ms"
    address = app.config["FILES_URL"]
    if address:
        parts = urlsplit(address)
        return f"bucket {parts.path.strip('/')} at {parts.hostname}: {took}"
    folder: Path = app.config["DATA_DIR"] / "files"
    return f"{folder}: {took}, {shutil.disk_usage(folder).free // MEBIBYTE} MiB free"
