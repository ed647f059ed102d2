"""Archives: any size, any name, nothing that leads elsewhere, and what they say is in them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tracemalloc
import zipfile
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_social.records.archives.names import part
from enterprise_social.records.archives.zipping import ZipWriter


def test_others_read_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipWriter(path) as archive:
        archive.add("ordner/zażółć.json", b'{"a": 1}' * 1000)
        archive.add("empty.txt", b"")
        digest = archive.add("picture.png", iter([b"\x89PNG", os.urandom(70_000)]))
        archive.add("SHA256SUMS", archive.sums())
    assert path.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        assert found.read("ordner/zażółć.json") == b'{"a": 1}' * 1000
        assert found.read("empty.txt") == b""
        assert hashlib.sha256(found.read("picture.png")).hexdigest() == digest
        lines = found.read("SHA256SUMS").decode().splitlines()
        assert lines[2] == f"{digest}  picture.png"
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)


def test_an_archive_is_never_written_over_another(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"somebody's")
    with pytest.raises(FileExistsError):
        ZipWriter(tmp_path / "a.zip")


def test_more_members_need_no_more_memory(tmp_path: Path) -> None:
    def write(count: int) -> int:
        tracemalloc.start(1)
        with ZipWriter(tmp_path / f"{count}.zip") as archive:
            for number in range(count):
                archive.add(f"mail/{number}.eml", b"x")
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert write(6_000) < write(200) + 300_000
    with zipfile.ZipFile(tmp_path / "6000.zip") as found:
        assert len(found.namelist()) == 6_000


@given(st.text(max_size=300))
def test_no_name_leads_out_of_the_archive(name: str) -> None:
    for made in (part(name), part(name, before="12")):
        assert made not in ("", ".", "..")
        assert not set(made) & set('/\\:\0<>"|?*')
        assert len(made.encode()) <= 230
        assert not PureWindowsPath(made).is_reserved()
        assert not made.startswith(".")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\windows", "_.._windows"),
        ("nul.txt", "_nul.txt"),
        ("Gdynia Terminal", "Gdynia Terminal"),
        ("", "_"),
    ],
)
def test_names_stay_readable(name: str, made: str) -> None:
    assert part(name) == made
