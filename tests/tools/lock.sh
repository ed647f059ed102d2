#!/usr/bin/env bash
# Resolves requirements.in and requirements-dev.in into lock files that hold for every platform,
# with the hash of each file that a package index offers for a version. Which index is asked is the
# machine's own setting and is not written down.
#   tests/tools/lock.sh [--upgrade | --upgrade-package NAME …]
set -euo pipefail
cd "$(dirname "$0")/../.."

uv=${UV:-$(command -v uv || true)}
if [ -z "$uv" ]; then
  python3 -m venv .artifacts/uv
  .artifacts/uv/bin/python -m pip --disable-pip-version-check --quiet install uv
  uv=.artifacts/uv/bin/uv
fi

compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" "$@"
}
compile "$@" requirements.in --output-file requirements.lock
# The same versions in both: the second is resolved within the first.
compile "$@" --constraint requirements.lock requirements-dev.in --output-file requirements-dev.lock

# One file for one platform only would mean that a folder of this machine answered for the index.
python3 - <<'PY'
import re
import sys
from pathlib import Path

few = []
for lock in ("requirements.lock", "requirements-dev.lock"):
    text = Path(lock).read_text()
    if re.search(r"(?m)^--|file:|https?:", text):
        sys.exit(f"{lock} names an index or a place; it must not")
    for entry in re.split(r"(?m)^(?=[a-z0-9])", text):
        name = re.match(r"[a-z0-9-]+==\S+", entry)
        if name and entry.count("--hash") < 2:
            few.append(f"{lock}: {name.group()} has a single file")
print("\n".join(few) or "both locks are complete")
PY
