"""Where the contents of files are kept: on disk, or where a setting says so in an S3 bucket."""

from __future__ import annotations

import re
from typing import BinaryIO, Protocol

from flask import current_app

KEY = re.compile(r"[a-z0-9]+(?:[/_-][a-z0-9]+)*\Z")
LONGEST_KEY = 120


class Storage(Protocol):
    """Keeps bytes under keys such as ``files/12``: lower-case letters, digits, ``/``, ``_``, ``-``.

    Rights are not asked here; whoever hands content out asks them first. Raises
    core.errors.Unavailable where the place can't be reached.
    """

    def put(self, key: str, content: BinaryIO) -> int:
        """Keep all that is left to read in ``content`` and return the number of bytes.

        Nothing shows under the key before all of it is safe; what was there before is replaced.
        """

    def open(self, key: str, start: int = 0, length: int | None = None) -> BinaryIO:
        """Return a stream of ``length`` bytes (None: all) from ``start`` on; the caller closes it.

        Raises FileNotFoundError.
        """

    def exists(self, key: str) -> bool:
        """Tell whether something is kept under the key."""

    def delete(self, key: str) -> None:
        """Throw away what is kept under the key; nothing there is no error."""


def checked(key: str) -> str:
    """Return a key that can't lead out of its place. Raises ValueError."""
    if len(key) > LONGEST_KEY or not KEY.match(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def storage() -> Storage:
    """Return the storage of the running application."""
    found: Storage = current_app.extensions["file_storage"]
    return found
