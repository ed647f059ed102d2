"""``python -m tests.bench.load``: puts people on the production set-up and looks at what comes.

run       one number of people for some time
search    the highest number of active people that meets every threshold
announce  many connected clients and one announcement to all
faults    what happens while processes, Redis, PostgreSQL or the disk fail
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.bench.load import profile, report


def main() -> int:
    """Do what is asked for. Returns 1 where something was missed."""
    asked = _arguments()
    people = profile.load(
        asked.profile,
        posts_per_second=asked.posts_per_second,
        pause_mean=asked.pause,
        polling=asked.polling,
        deflate=False if asked.no_deflate else None,
    )
    if asked.what == "run":
        from tests.bench.load.run import run as does
    elif asked.what == "search":
        from tests.bench.load.search import search as does
    elif asked.what == "announce":
        from tests.bench.load.announce import announce as does
    else:
        from tests.bench.load.faults import faults as does
    return 0 if does(asked, people) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--servers", choices=("cluster", "default"), default="cluster")
    common.add_argument("--web", type=int, default=2, help="web processes (2)")
    common.add_argument("--workers", type=int, default=1, help="workers (1)")
    common.add_argument("--tls", action="store_true", help="https, as in production")
    common.add_argument("--no-limits", action="store_true", help="without limits by person")
    common.add_argument("--profile", type=Path, help="a TOML file with other shares")
    common.add_argument("--posts-per-second", type=float, help="of all; else the profile's")
    common.add_argument("--pause", type=float, help="mean seconds between actions (20)")
    common.add_argument("--polling", type=float, help="share that can't use WebSocket (0.02)")
    common.add_argument("--no-deflate", action="store_true", help="offer no compression")
    common.add_argument("--ramp", type=float, help="seconds in which people come (40 a second)")
    common.add_argument("--name", help="of the report")
    common.add_argument("--report", type=Path, default=report.PLACE, help="its folder")
    common.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    common.add_argument("--keep", action="store_true", help="leave data and logs")
    parts = parser.add_subparsers(dest="what", required=True)
    one = parts.add_parser("run", parents=[common])
    one.add_argument("--people", type=int, default=500)
    one.add_argument("--seconds", type=float, default=60)
    many = parts.add_parser("search", parents=[common])
    many.add_argument("--from", dest="start", type=int, default=500)
    many.add_argument("--to", type=int, default=6_000)
    many.add_argument("--step", type=int, default=100, help="how near it must be found")
    many.add_argument("--seconds", type=float, default=60, help="of each probe's steady state")
    crowd = parts.add_parser("announce", parents=[common])
    crowd.add_argument("--clients", type=int, default=5_000)
    crowd.add_argument("--rounds", type=int, default=3, help="announcements, one after the other")
    broken = parts.add_parser("faults", parents=[common])
    broken.add_argument("names", nargs="*", metavar="NAME", help="which ones; all, unless named")
    broken.add_argument("--list", action="store_true", help="only say which there are")
    broken.add_argument("--people", type=int, default=300)
    broken.add_argument("--reconnecting", type=int, default=3_000, help="clients of that fault")
    broken.add_argument("--away", type=float, default=60, help="seconds a service is gone")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
