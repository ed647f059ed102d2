"""An export is opened without trusting it."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest

from enterprise_social.integrations.slack.archive import Limits, open_archive
from enterprise_social.integrations.slack.problems import ImportProblem
from tests.integrations.exports import message, team


def _refused(path: Path, limits: Limits | None = None) -> str:
    def read_all() -> None:
        with open_archive(path, limits) as archive:
            for name in archive.names:
                archive.read_json(name)

    with pytest.raises(ImportProblem) as refusal:
        read_all()
    line = str(refusal.value)
    assert "\n" not in line
    return line


def _zip_with(path: Path, name: str, content: bytes = b"[]", mode: int = 0) -> Path:
    team().zip(path)
    member = zipfile.ZipInfo(name)
    member.filename = name  # as the archive's maker wrote it, not as this system would
    member.external_attr = mode << 16
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr(member, content)
    return path


def test_a_folder_a_zip_file_and_a_zipped_folder_read_the_same(tmp_path: Path) -> None:
    export = team().say("plans", message("1700000100.000100", "U1", "hello"))
    seen = []
    for path in (
        export.folder(tmp_path / "folder"),
        export.zip(tmp_path / "flat.zip"),
        export.zip(tmp_path / "nested.zip", prefix="Our export/"),
    ):
        with open_archive(path) as archive:
            seen.append({name: archive.read_json(name) for name in archive.names})
    assert seen[0] == seen[1] == seen[2]
    assert sorted(seen[0]) == ["channels.json", "plans/2023-11-14.json", "users.json"]


@pytest.mark.parametrize(
    "name",
    ["../users.json", "plans/../../x.json", "/etc/x.json", "C:/x.json", "plans\\..\\x.json",
     "a//b.json", "plans/../../readme.txt"],
)  # fmt: skip
def test_a_path_that_leaves_the_folder_is_refused_by_name(tmp_path: Path, name: str) -> None:
    assert "leaves the export's folder" in _refused(_zip_with(tmp_path / "x.zip", name))


def test_a_symbolic_link_is_refused_in_a_zip_file(tmp_path: Path) -> None:
    path = _zip_with(tmp_path / "x.zip", "plans/x.json", b"/etc/passwd", stat.S_IFLNK | 0o777)
    assert _refused(path) == "plans/x.json: is a symbolic link"


def test_a_symbolic_link_is_refused_in_a_folder_whether_to_a_file_or_a_folder(
    tmp_path: Path,
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "2023-11-14.json").write_text("[]")
    folder = team().folder(tmp_path / "one")
    (folder / "plans").symlink_to(secret)
    assert _refused(folder) == "plans: is a symbolic link"
    folder = team().folder(tmp_path / "two")
    (folder / "groups.json").symlink_to(secret / "2023-11-14.json")
    assert _refused(folder) == "groups.json: is a symbolic link"


def test_a_pipe_in_a_folder_is_refused_and_does_not_hold_up(tmp_path: Path) -> None:
    folder = team().folder(tmp_path / "x")
    os.mkfifo(folder / "dms.json")
    assert _refused(folder) == "dms.json: is not an ordinary file"


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    export = team()
    export.raw["plans/2023-11-14.json"] = b"[" + b" " * 3_000_000 + b"]"
    line = _refused(export.zip(tmp_path / "x.zip"))
    assert line == "plans/2023-11-14.json: unpacks to a suspiciously large file"


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    export = team()
    export.raw["plans/2023-11-14.json"] = json.dumps(["x" * 50_000]).encode()
    path = export.zip(tmp_path / "x.zip")
    content = path.read_bytes()
    size = len(export.raw["plans/2023-11-14.json"]).to_bytes(4, "little")
    assert content.count(size) == 2
    path.write_bytes(content.replace(size, (400).to_bytes(4, "little")))
    assert _refused(path).startswith("plans/2023-11-14.json: ")


def test_files_and_exports_beyond_the_limits_are_refused(tmp_path: Path) -> None:
    export = team().say("plans", message("1700000100.0", "U1", "x" * 5000))
    for path in (export.folder(tmp_path / "folder"), export.zip(tmp_path / "x.zip")):
        assert _refused(path, Limits(file_bytes=4000)).endswith("the file is too large")
        assert _refused(path, Limits(total_bytes=5200)).endswith("the export is too large")
        assert _refused(path, Limits(members=2)).endswith("too many files")


def test_a_truncated_zip_file_is_refused(tmp_path: Path) -> None:
    path = team().zip(tmp_path / "x.zip")
    path.write_bytes(path.read_bytes()[:-30])
    assert _refused(path) == "x.zip: not a zip file, or a damaged one"


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    path = team().zip(tmp_path / "x.zip")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as packed:
        start = packed.getinfo("channels.json").header_offset + 30 + len("channels.json")
    content[start + 5] ^= 0xFF
    path.write_bytes(bytes(content))
    assert _refused(path).startswith("channels.json: ")


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    path = team().zip(tmp_path / "x.zip")
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    path.write_bytes(bytes(content))
    assert _refused(path).endswith("is encrypted")


@pytest.mark.parametrize(
    "content",
    [b'[{"id": ', b"\xff\xfe", b"[" * 100_000, b"9" * 5000, b'{"a": "\x01"}', b""],
)
def test_broken_json_is_one_line_that_names_the_file(tmp_path: Path, content: bytes) -> None:
    export = team()
    export.raw["users.json"] = content
    line = _refused(export.folder(tmp_path / "x"))
    assert line.startswith("users.json: ")
    assert "not valid JSON" in line


def test_the_line_tells_where_the_json_breaks(tmp_path: Path) -> None:
    export = team()
    export.raw["users.json"] = b'[\n {"id": "U1"}\n {"id": "U2"}\n]'
    assert _refused(export.folder(tmp_path / "x")) == "users.json: line 3: not valid JSON"


def test_a_name_can_not_write_to_the_terminal(tmp_path: Path) -> None:
    line = _refused(_zip_with(tmp_path / "x.zip", "../\x1b[31m\nusers.json"))
    assert line.isprintable()


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"not a zip file")
    assert _refused(tmp_path / "x.zip") == "x.zip: not a zip file, or a damaged one"
    assert _refused(tmp_path / "gone.zip").endswith("no such file or folder")
    (tmp_path / "empty").mkdir()
    assert _refused(tmp_path / "empty").endswith("not a Slack export")


def test_what_file_managers_leave_behind_does_not_matter(tmp_path: Path) -> None:
    path = _zip_with(tmp_path / "x.zip", "__MACOSX/._users.json", b"\0\5")
    with open_archive(path) as archive:
        assert archive.names == ["channels.json", "users.json"]


def test_names_of_any_script_are_read_however_they_were_composed(tmp_path: Path) -> None:
    folder = team().folder(tmp_path / "x")
    (folder / "cafe\u0301").mkdir()
    (folder / "cafe\u0301" / "2023-11-14.json").write_text("[]")
    with open_archive(folder) as archive:
        assert "caf\u00e9/2023-11-14.json" in archive


def test_what_no_database_stores_is_taken_out(tmp_path: Path) -> None:
    export = team()
    export.raw["users.json"] = b'[{"id": "a\\u0000b\\ud800c\\ud83d\\ude00"}]'
    with open_archive(export.folder(tmp_path / "x")) as archive:
        assert archive.read_json("users.json") == [{"id": "ab\ufffdc\U0001f600"}]
