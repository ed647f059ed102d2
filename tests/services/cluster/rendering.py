"""The files under ``deploy/`` as the cluster uses them: other addresses, ports and folders.

``render(file, target, {old: new, …})`` copies a file and puts a text in the place of another, which
must stand in it: so a file can't change without somebody seeing that the cluster runs something
else. That is all there is to it; what is not replaced is used as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"


def render(name: str, target: Path, changes: Mapping[str, str]) -> Path:
    """Write ``deploy/name`` with ``changes`` to ``target`` and return that.

    Raises LookupError for a text that isn't in the file any more.
    """
    text = (DEPLOY / name).read_text()
    for old, new in changes.items():
        if old not in text:
            raise LookupError(f"deploy/{name} no longer holds {old!r}")
        text = text.replace(old, new)
    open_folder(target.parent)
    target.write_text(text)
    target.chmod(0o644)
    return target


def open_folder(folder: Path) -> Path:
    """Make a folder that other accounts may look into, whatever our umask is; return it."""
    if not folder.is_dir():
        open_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    return folder


def read_environment(text: str) -> dict[str, str]:
    """Return the settings of an environment file, as systemd reads the simple ones."""
    lines = (line.strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith(("#", ";")))
    return {name.strip(): value.strip() for name, _sign, value in pairs}
