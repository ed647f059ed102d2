"""``enterprise-social assets build``: static files for the proxy, of this version and the last."""

from __future__ import annotations

import gzip
import os
import time
from pathlib import Path

import pytest

from enterprise_social.core.assets import Assets
from enterprise_social.core.assets_command import DAY_SECONDS, remove_before, write_assets


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of static files."""
    (tmp_path / "static" / "js").mkdir(parents=True)
    (tmp_path / "static" / "js" / "app.js").write_text("go(); " * 200)
    (tmp_path / "static" / "small.css").write_text("a{}")
    return tmp_path / "static"


def test_each_file_is_where_its_address_says_and_anybody_may_read_it(
    source: Path, tmp_path: Path
) -> None:
    before = os.umask(0o077)
    try:
        write_assets(source, tmp_path / "built")
    finally:
        os.umask(before)
    path, _mark, digest = Assets(source, watch=False).url("js/app.js").partition("?v=")
    file = tmp_path / "built" / digest / path.removeprefix("/")
    assert file.read_text() == "go(); " * 200
    assert gzip.decompress(file.with_name("app.js.gz").read_bytes()) == file.read_bytes()
    assert not list((tmp_path / "built").rglob("small.css.gz")), "smaller as it is"
    for each in (tmp_path / "built").rglob("*"):
        assert each.stat().st_mode & 0o555 == (0o555 if each.is_dir() else 0o444), each
    assert not list((tmp_path / "built").rglob("*.part"))


def test_files_of_the_version_before_stay_until_nobody_asks_for_them(
    source: Path, tmp_path: Path
) -> None:
    built = tmp_path / "built"
    old = write_assets(source, built)
    (source / "js" / "app.js").write_text("gone(); " * 200)
    new = write_assets(source, built)
    assert remove_before(built, time.time() - DAY_SECONDS, spare=new) == 0
    (gone,) = old - new
    long_ago = time.time() - 31 * DAY_SECONDS
    for each in built.iterdir():
        os.utime(each, (long_ago, long_ago))
    assert remove_before(built, time.time() - 30 * DAY_SECONDS, spare=new) == 1
    assert not (built / gone).exists()
    assert {each.name for each in built.iterdir()} == new
