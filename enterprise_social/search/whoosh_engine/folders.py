"""Which folder is the live index.

    index/current        names the live folder, written in one step by renaming
    index/posts-1f3c…/   an index; a rebuild makes another one beside it

The folders are private to the owner: Whoosh's table of contents is a pickle, so who may write it
may run code. They are never taken from a back-up or an upload; a lost index is built anew.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from enterprise_social.search.whoosh_engine.schema import VERSION

#: Folders of an unfinished rebuild are cleared away after this many seconds.
ABANDONED = 6 * 3600


@dataclass(frozen=True, slots=True)
class Current:
    """The live index: its folder's name, the version it was written with, and whether it was
    built from all posts (False: made empty by the first post of a new installation)."""

    folder: str
    version: int = VERSION
    complete: bool = True


class Folders:
    """The folder that holds the indexes and the file that names the live one."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._pointer = root / "current"

    def stamp(self) -> tuple[int, int] | None:
        """Changes whenever another folder becomes the live one; None without any."""
        try:
            found = self._pointer.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def current(self) -> Current | None:
        """The live index, None where there is none that this version can read."""
        try:
            current = Current(**json.loads(self._pointer.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        name = str(current.folder)
        if current.version != VERSION or Path(name).name != name or not self.path(name).is_dir():
            return None
        return current

    def path(self, name: str) -> Path:
        """Where a folder of this name is."""
        return self.root / name

    def fresh(self) -> str:
        """The name of a new folder; the root is made where it is missing."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return f"posts-{secrets.token_hex(6)}"

    def point(self, current: Current) -> None:
        """Makes a folder the live one, in one step."""
        draft = self.root / f".current-{secrets.token_hex(4)}"
        draft.write_text(json.dumps(asdict(current)))
        draft.replace(self._pointer)

    def clear(self) -> None:
        """Removes the folders that nothing points to, except those of a rebuild under way."""
        current = self.current()
        for folder in self.root.glob("posts-*"):
            if current is not None and folder.name == current.folder:
                continue
            if (folder / ".building").exists() and self._young(folder):
                continue
            shutil.rmtree(folder, ignore_errors=True)

    def _young(self, folder: Path) -> bool:
        return time.time() - folder.stat().st_mtime < ABANDONED
