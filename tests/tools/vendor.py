"""Fetches the third-party browser files that stand in the repository, from npm, at fixed versions.

Run ``python tests/tools/vendor.py``; change a version in ``PACKAGES`` first to move to it. It
needs npm, and asks whichever registry npm is set up for. The icon sprite keeps the icons that it
has; ``python tests/tools/vendor.py bell pin-off`` adds icons by their name.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ICON_PACKAGE = ("lucide-static", "1.62.0")
SPRITE = ROOT / "static" / "icons" / "lucide.svg"


@dataclass(frozen=True)
class Package:
    """One npm package: which of its files goes where, and what for."""

    name: str
    version: str
    licence: str
    purpose: str
    folder: str
    files: tuple[str, ...]


PACKAGES = (
    Package(
        "socket.io-client",
        "4.8.4",
        "MIT",
        "the live connection of the pages, as a native module",
        "static/vendor/socket.io-client",
        ("dist/socket.io.esm.min.js", "LICENSE"),
    ),
    Package(
        "axe-core",
        "4.14.1",
        "MPL-2.0",
        "accessibility checks in the browser tests; never served",
        "tests/vendor/axe-core",
        ("axe.min.js", "LICENSE", "LICENSE-3RD-PARTY.txt"),
    ),
)


def fetch(name: str, version: str, folder: Path) -> tarfile.TarFile:
    """Download a package into ``folder`` and open it; npm checks its integrity."""
    output = subprocess.run(
        ["npm", "pack", f"{name}@{version}", "--json", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
    ).stdout
    answer = json.loads(output)
    facts = answer[0] if isinstance(answer, list) else next(iter(answer.values()))
    return tarfile.open(folder / facts["filename"])


def member(archive: tarfile.TarFile, path: str) -> bytes:
    """Return one file of an npm package; raises KeyError where it has no such file."""
    stream = archive.extractfile(f"package/{path}")
    if stream is None:
        raise KeyError(path)
    return stream.read()


def vendor(package: Package, folder: Path) -> list[str]:
    """Write the files of one package and return the lines of the table about them."""
    target = ROOT / package.folder
    target.mkdir(parents=True, exist_ok=True)
    rows = []
    with fetch(package.name, package.version, folder) as archive:
        for path in package.files:
            content = member(archive, path)
            # The map beside it is not served; without the hint browsers don't look for it.
            content = re.sub(rb"\n?//# sourceMappingURL=\S+\s*$", b"\n", content)
            (target / Path(path).name).write_bytes(content)
            if path.endswith(".js"):
                digest = hashlib.sha256(content).hexdigest()
                rows.append(
                    f"| {package.name} {package.version} | {Path(path).name} | {package.licence} "
                    f"| {package.purpose} | `{digest}` |"
                )
    return rows


def sprite(folder: Path, additions: list[str]) -> None:
    """Build the sprite anew: one ``<symbol id="i-NAME">`` an icon."""
    name, version = ICON_PACKAGE
    icons = {*re.findall(r'id="i-([a-z0-9-]+)"', SPRITE.read_text()), *additions}
    symbols = []
    with fetch(name, version, folder) as archive:
        (SPRITE.parent / "LICENSE").write_bytes(member(archive, "LICENSE"))
        for icon in sorted(icons):
            source = member(archive, f"icons/{icon}.svg").decode()
            shapes = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
            if shapes is None:
                raise ValueError(f"{icon} is not an SVG image")
            inner = " ".join(shapes.group(1).split())
            symbols.append(f'<symbol id="i-{icon}" viewBox="0 0 24 24">{inner}</symbol>')
    head = f"<!-- {name} {version}, ISC licence, (c) Lucide Icons and Contributors -->"
    lines = [head, '<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    SPRITE.write_text("\n".join(lines))


def readme(folder: str, rows: list[str]) -> None:
    """Write the table of one vendor folder."""
    (ROOT / folder / "README.md").write_text(
        "# Third-party browser files\n\n"
        "Unchanged but for the hint to the source map. Written by `python tests/tools/vendor.py`;"
        " each folder holds the licence.\n\n"
        "| package | file | licence | what for | SHA-256 |\n| --- | --- | --- | --- | --- |\n"
        + "\n".join(rows)
        + "\n"
    )


def main() -> None:
    """Fetch everything anew."""
    with tempfile.TemporaryDirectory() as name:
        tables: dict[str, list[str]] = {}
        for package in PACKAGES:
            top = package.folder.rsplit("/", 1)[0]
            tables.setdefault(top, []).extend(vendor(package, Path(name)))
        for top, rows in tables.items():
            readme(top, rows)
        sprite(Path(name), sys.argv[1:])


if __name__ == "__main__":
    main()
