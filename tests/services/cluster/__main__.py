"""``make cluster``: runs one in the foreground, with the demo workspace, until Ctrl-C."""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from tests.services.cluster import Cluster
from tests.services.cluster.rendering import ROOT

LOAD_DEMO = """
from enterprise_social import create_app
from enterprise_social.cli import load_demo
app = create_app()
with app.app_context():
    print(*load_demo(), sep="\\n")
    app.extensions["live"].close()
"""
PORT = 8080


def main() -> int:
    """Start, say where, wait, stop. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help=f"nginx's ({PORT}); 0: a free one")
    parser.add_argument("--web", type=int, default=2, help="web processes (2)")
    parser.add_argument("--workers", type=int, default=2, help="workers (2)")
    parser.add_argument("--tls", action="store_true", help="https, with a certificate of its own")
    parser.add_argument("--empty", action="store_true", help="without the demo workspace")
    given = parser.parse_args()
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: _interrupt(done))
    folder = Path(tempfile.mkdtemp(prefix="enterprise-social-cluster-"))
    try:
        return _run(given, folder, done)
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(given: argparse.Namespace, folder: Path, done: threading.Event) -> int:
    print("Starting nginx, PostgreSQL, Redis, web processes and workers …", flush=True)
    size = {"web": given.web, "workers": given.workers}
    named = {} if given.empty else {"ORGANISATION": "Northquay"}
    with Cluster(folder, **size, tls=given.tls, port=given.port, environment=named) as cluster:
        if not given.empty:
            print(_demo(cluster), end="")
        print(f"Serving on {cluster.url}; logs are in {folder} until Ctrl-C ends it.", flush=True)
        _wait(done)
        print("Stopping …", flush=True)
        statuses = cluster.close()
    wrong = {role: found for role, found in statuses.items() if any(found)}
    if wrong:
        print(f"ended badly: {wrong}", file=sys.stderr)
    return 1 if wrong else 0


def _demo(cluster: Cluster) -> str:
    return subprocess.run(
        [sys.executable, "-c", LOAD_DEMO],
        env=cluster.env,
        cwd=ROOT,
        start_new_session=True,  # Ctrl-C is for us: we end it
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


_waiting = False


def _wait(done: threading.Event) -> None:
    global _waiting  # noqa: PLW0603
    _waiting = True
    done.wait()


def _interrupt(done: threading.Event) -> None:
    # Before it runs the start is given up; afterwards it is stopped in order, whatever else comes.
    done.set()
    if not _waiting:
        raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
