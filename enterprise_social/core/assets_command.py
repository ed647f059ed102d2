"""``enterprise-social assets build FOLDER``: static files as a proxy hands them out itself."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import click

from enterprise_social.config import ROOT
from enterprise_social.core.assets import Asset, Assets

DAY_SECONDS = 24 * 3600


@click.group("assets")
def assets_group() -> None:
    """Static files for the proxy."""


@assets_group.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep-days",
    type=click.IntRange(0),
    default=30,
    show_default=True,
    help="How long files of earlier versions stay after they were last built.",
)
def build(folder: Path, keep_days: int) -> None:
    """Write every static file below a folder of its hash, compressed beside it.

    What is there stays: during an update pages of both versions find their files.
    """
    present = write_assets(ROOT / "static", folder)
    gone = remove_before(folder, time.time() - keep_days * DAY_SECONDS, spare=present)
    click.echo(f"{len(present)} files in {folder}, {gone} of earlier versions removed")


def write_assets(source: Path, folder: Path) -> set[str]:
    """Write all files under ``source`` as ``HASH/static/PATH``, and ``….gz`` where that is smaller.

    Returns the hashes. Each file appears whole.
    """
    store = Assets(source, watch=False)
    present = set()
    for file in sorted(source.rglob("*")):
        path = file.relative_to(source).as_posix()
        asset = store.get(path)
        if asset is None:
            continue  # a folder
        present.add(asset.digest)
        _write(folder / asset.digest / "static" / path, asset)
        # The time of the last build that had it.
        (folder / asset.digest).touch()
    return present


def remove_before(folder: Path, moment: float, *, spare: set[str]) -> int:
    """Remove what no build had since ``moment`` (seconds since 1970); return how much that was."""
    old = [
        each
        for each in folder.iterdir()
        if each.is_dir() and each.name not in spare and each.stat().st_mtime < moment
    ]
    for each in old:
        shutil.rmtree(each)
    return len(old)


def _write(target: Path, asset: Asset) -> None:
    _make_readable_folder(target.parent)
    if asset.compressed is not None:
        _put(target.with_name(f"{target.name}.gz"), asset.compressed)
    _put(target, asset.body)


def _put(target: Path, content: bytes) -> None:
    if target.exists() and target.read_bytes() == content:
        return
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(content)
    part.chmod(0o644)
    part.rename(target)


def _make_readable_folder(folder: Path) -> None:
    # For the proxy's account, whatever our umask is. These files are no secret.
    if folder.is_dir():
        return
    _make_readable_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
