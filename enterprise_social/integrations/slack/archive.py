"""Opens an export, a folder or a zip file, as a bounded, read-only listing of JSON members.

An export comes from outside. So a member is refused that leaves the folder, that is no ordinary
file, that is larger than the limits, or that unpacks to an improbable multiple of its packed size
(a "zip bomb"). Nothing is unpacked to a place that the export names. ``.json`` members are read as
such; of the others those are known that carry the id of a file of Slack in their path. All names
are checked, since an archive with such names is not to be trusted.
"""

from __future__ import annotations

import json
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from flask_babel import gettext as _

from enterprise_social.integrations.slack.clean import storable
from enterprise_social.integrations.slack.problems import ImportProblem

MEBIBYTE = 1 << 20
ROOT_FILES = ("users.json", "channels.json", "groups.json", "dms.json", "mpims.json")
_DRIVE = re.compile(r"^[A-Za-z]:")
_FILE_ID = re.compile(r"(?P<id>F[A-Z0-9]{1,20})(?:[-_. ]|$)")
_UTF8_NAME_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
# Small members may pack very well (a day of one bot's equal lines), and can do no harm.
_RATIO_MATTERS_FROM = MEBIBYTE


@dataclass(frozen=True)
class Limits:
    """What an export may hold: bytes of one JSON file, bytes of all of them unpacked, times that
    a member may grow when unpacked (deflate reaches 1,032; real chat stays below 40), members."""

    file_bytes: int = 128 * MEBIBYTE
    total_bytes: int = 8192 * MEBIBYTE
    ratio: int = 200
    members: int = 1_000_000


class _Source(Protocol):
    """Where members come from: a folder or a zip file."""

    def sizes(self, limits: Limits) -> dict[str, int]: ...

    def read(self, name: str, limit: int) -> bytes: ...

    @property
    def others(self) -> dict[str, int]:
        """Names and sizes of the members that are no JSON, once ``sizes`` was asked."""


class Archive:
    """The JSON members of an export.

    ``names`` are paths relative to the export's root, with ``/``, in Unicode's NFC form, sorted.
    """

    def __init__(self, source: _Source, label: str, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self.label = label
        sizes = source.sizes(limits)
        self._prefix = _root_folder(sizes)
        self.names = sorted(
            name.removeprefix(self._prefix) for name in sizes if name.startswith(self._prefix)
        )
        self._known = frozenset(self.names)
        self._files = _by_file_id(source.others, self._prefix)
        if not self._known.intersection(ROOT_FILES):
            raise ImportProblem(label, _("no users.json or channels.json: not a Slack export"))

    def __contains__(self, name: str) -> bool:
        return name in self._known

    @property
    def file_ids(self) -> frozenset[str]:
        """Slack's ids of the uploaded files whose content the export holds."""
        return frozenset(self._files)

    def read_file(self, file_id: str, most: int) -> bytes | None:
        """The content of an uploaded file; None where it has more than ``most`` bytes.

        Raises ImportProblem where it is damaged.
        """
        content = self._source.read(self._files[file_id], most)
        return content if len(content) <= most else None

    def read_json(self, name: str) -> Any:
        """The parsed content of a member, with characters taken out that no database stores.

        Raises ImportProblem where it is missing, too large, damaged, or not JSON.
        """
        if name not in self._known:
            raise ImportProblem(name, _("the file is missing"))
        raw = self._source.read(self._prefix + name, self._limits.file_bytes)
        if len(raw) > self._limits.file_bytes:
            raise ImportProblem(name, _("the file is too large"))
        try:
            return storable(json.loads(raw.decode("utf-8-sig")), raw)
        except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
            where = getattr(error, "lineno", None)
            detail = _("line %(line)d: not valid JSON", line=where) if where else None
            raise ImportProblem(name, detail or _("not valid JSON")) from error


@contextmanager
def open_archive(path: str | os.PathLike[str], limits: Limits | None = None) -> Iterator[Archive]:
    """Opens the folder or zip file at `path` for reading.

    Raises ImportProblem where it is neither, is damaged, or breaks a limit of `limits`.
    """
    limits = limits or Limits()
    location = Path(path)
    label = location.name or str(location)
    if location.is_dir():
        yield Archive(_Folder(location), label, limits)
        return
    if not location.is_file():
        raise ImportProblem(str(path), _("no such file or folder"))
    try:
        packed = zipfile.ZipFile(location)
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
        raise ImportProblem(label, _("not a zip file, or a damaged one")) from error
    with packed:
        yield Archive(_Zip(packed), label, limits)


class _Zip:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed
        self._members: dict[str, zipfile.ZipInfo] = {}
        self._others: dict[str, zipfile.ZipInfo] = {}

    @property
    def others(self) -> dict[str, int]:
        return {name: member.file_size for name, member in self._others.items()}

    def sizes(self, limits: Limits) -> dict[str, int]:
        members = self._packed.infolist()
        if len(members) > limits.members:
            raise ImportProblem(self._packed.filename or "", _("too many files"))
        total = 0
        for member in members:
            name = safe_name(_decoded_name(member))
            if member.is_dir() or _is_clutter(name):
                continue
            _check_zip_member(name, member)
            if not name.endswith(".json"):
                self._others[name] = member
                continue
            if name in self._members:
                raise ImportProblem(name, _("the archive holds this file twice"))
            total += member.file_size
            _check_size(name, member.file_size, total, limits)
            if (
                member.file_size > _RATIO_MATTERS_FROM
                and member.file_size > max(member.compress_size, 1) * limits.ratio
            ):
                raise ImportProblem(name, _("unpacks to a suspiciously large file"))
            self._members[name] = member
        return {name: member.file_size for name, member in self._members.items()}

    def read(self, name: str, limit: int) -> bytes:
        try:
            with self._packed.open(self._members.get(name) or self._others[name]) as stream:
                return stream.read(limit + 1)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise ImportProblem(name, _("damaged in the zip file")) from error


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths: dict[str, Path] = {}
        self.others: dict[str, int] = {}

    def sizes(self, limits: Limits) -> dict[str, int]:
        sizes: dict[str, int] = {}
        total = seen = 0
        for entry in _walk(self._root):
            seen += 1
            if seen > limits.members:
                raise ImportProblem(self._root.name, _("too many files"))
            name = safe_name(PurePosixPath(Path(entry.path).relative_to(self._root)).as_posix())
            if _is_clutter(name):
                continue
            _check_kind(name, entry.stat(follow_symlinks=False).st_mode)
            if not name.endswith(".json"):
                self.others[name] = entry.stat(follow_symlinks=False).st_size
                self._paths[name] = Path(entry.path)
                continue
            size = entry.stat(follow_symlinks=False).st_size
            total += size
            _check_size(name, size, total, limits)
            sizes[name] = size
            self._paths[name] = Path(entry.path)
        return sizes

    def read(self, name: str, limit: int) -> bytes:
        try:
            # The file could have been swapped since the listing; O_NONBLOCK so that a pipe in
            # its place can't hold the import up.
            handle = os.open(self._paths[name], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as stream:
                _check_kind(name, os.fstat(stream.fileno()).st_mode)
                return stream.read(limit + 1)
        except OSError as error:
            raise ImportProblem(name, _("can't be read")) from error


def _walk(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Every entry below `folder` that is not a folder; links are never followed."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise ImportProblem(folder.name, _("can't be read")) from error
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        else:
            yield entry


def safe_name(name: str) -> str:
    """`name` of a member in NFC form; raises ImportProblem where it could leave the folder."""
    parts = name.removesuffix("/").split("/")
    if "\\" in name or "\0" in name or _DRIVE.match(name) or name.startswith("/"):
        raise ImportProblem(name, _("the path leaves the export's folder"))
    if any(part in {"", ".", ".."} for part in parts):
        raise ImportProblem(name, _("the path leaves the export's folder"))
    return unicodedata.normalize("NFC", name)


def _decoded_name(member: zipfile.ZipInfo) -> str:
    """A name as it was meant: many programs write UTF-8 without saying so (APPNOTE 4.4.4)."""
    # zipfile cuts a name at a NUL and turns backslashes around on Windows: judge the original.
    name = member.orig_filename
    if member.flag_bits & _UTF8_NAME_FLAG:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def _check_zip_member(name: str, member: zipfile.ZipInfo) -> None:
    mode = member.external_attr >> 16
    if stat.S_IFMT(mode):  # archives made on Windows carry no mode
        _check_kind(name, mode)
    if member.flag_bits & _ENCRYPTED_FLAG:
        raise ImportProblem(name, _("is encrypted"))


def _check_kind(name: str, mode: int) -> None:
    if stat.S_ISLNK(mode):
        raise ImportProblem(name, _("is a symbolic link"))
    if not stat.S_ISREG(mode):
        raise ImportProblem(name, _("is not an ordinary file"))


def _check_size(name: str, size: int, total: int, limits: Limits) -> None:
    if size > limits.file_bytes:
        raise ImportProblem(name, _("the file is too large"))
    if total > limits.total_bytes:
        raise ImportProblem(name, _("the export is too large"))


def _is_clutter(name: str) -> bool:
    """What file managers leave in archives."""
    return name.startswith("__MACOSX/") or "/._" in f"/{name}"


def _by_file_id(names: dict[str, int], prefix: str) -> dict[str, str]:
    """Members by the id that a part of their path begins with, as programs name what they fetch:
    ``__uploads/F123/plan.pdf``, ``general/attachments/F123-plan.pdf``."""
    found: dict[str, str] = {}
    for name in sorted(names):
        if name.startswith(prefix):
            for part in name.removeprefix(prefix).split("/"):
                if match := _FILE_ID.match(part):
                    found.setdefault(match["id"], name)
    return found


def _root_folder(names: dict[str, int]) -> str:
    """``"folder/"`` where the whole export was packed inside one folder, ``""`` otherwise."""
    if any(name in names for name in ROOT_FILES):
        return ""
    folders = {name.split("/", 1)[0] + "/" for name in names}
    return folders.pop() if len(folders) == 1 else ""
