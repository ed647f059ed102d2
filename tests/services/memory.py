"""What tests write lies in memory, where the machine has room for it.

Each test has a database of its own: on a disk, making and removing their files takes several times
as long as all that the test does with them. Nothing that is tested depends on where they are: no
test cuts the power, and what a killed process has written is there on either.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MOUNT = Path("/dev/shm")
ENOUGH = 2 * 2**30  # a run has some hundred megabytes there at a time


def use() -> None:
    """Put the temporary folders of this process and its children into memory.

    Whoever names a folder by ``TMPDIR`` gets that one.
    """
    if os.environ.get("TMPDIR") or not _has_room():
        return
    folder = MOUNT / f"enterprise-social-tests-{os.getuid()}"
    # PostgreSQL's own user must come through to its folder in it.
    folder.mkdir(mode=0o711, exist_ok=True)
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None  # it may have been asked for before


def _has_room() -> bool:
    try:
        return os.access(MOUNT, os.W_OK) and shutil.disk_usage(MOUNT).free > ENOUGH
    except OSError:
        return False
