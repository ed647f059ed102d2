"""Programs of the npm registry that tests run, installed by their lock files and kept."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from fcntl import LOCK_EX, flock
from pathlib import Path

from tests.services.missing import missing

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"


def installed(source: Path, names: Sequence[str], what: str) -> Path:
    """Return a folder with the files of ``source`` by these names, and what they need.

    ``names`` must hold package.json and package-lock.json; ``what`` names it where it is missing.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("Node.js with npm")
    content = b"".join((source / name).read_bytes() for name in names)
    folder = ARTIFACTS / f"node-{hashlib.sha256(content).hexdigest()[:16]}"
    ARTIFACTS.mkdir(exist_ok=True)
    with (ARTIFACTS / "node.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in names:
                shutil.copy(source / name, folder / name)
            command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=150, check=False
            )
            if done.returncode:
                missing(f"{what} from npm ({done.stderr.strip().splitlines()[-1:]})")
            (folder / "installed").touch()
    return folder
