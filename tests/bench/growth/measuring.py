"""What is asked at each size, and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from urllib.parse import quote

from enterprise_social.home.generator.vocabulary import COMMON, RARE
from tests.bench.http import Line
from tests.bench.scenarios import percentile
from tests.bench.seed import Seeded
from tests.bench.targets import Target

Ask = Callable[[], tuple[int, bytes]]
MOST, WARM = 80, 4


def questions(target: Target, seeded: Seeded) -> dict[str, Ask]:
    """Return what is asked, by name."""
    # As the shell asks: the frame and the rail are there already.
    page = Line(target.port, {**target.signed_in(), "X-Shell": "main"})
    api = Line(target.port, target.callers[0])
    places = dict(zip(("busiest channel", "usual channel", "conversation"), seeded.slugs,
                      strict=False))  # fmt: skip
    asked: dict[str, Ask] = {
        f"open the {name}": _get(page, f"/channels/{slug}" if name != "conversation" else
                                 f"/messages/{seeded.channel_ids[2]}")
        for name, slug in places.items()
    }  # fmt: skip
    asked |= {
        f"post into the {name}": _post(api, f"/api/v1/channels/{channel_id}/posts")
        for name, channel_id in zip(places, seeded.channel_ids, strict=False)
        if name != "conversation"
    }
    asked |= {
        "rail of 200 channels": _get(page, "/rail"),
        "what is new": _get(page, "/"),
        "notifications": _get(page, "/notifications"),
        "directory: all": _get(page, "/people"),
        "directory: common word": _get(page, "/people?q=driver"),
        "directory: name": _get(page, f"/people?q={quote('Kowalska')}"),
        "directory: misspelt": _get(page, "/people?q=Kowlaska"),
    }
    for name, words in (
        ("common word", COMMON),
        ("rare word", RARE),
        ("three words", f"{COMMON} crane delivery"),
        ("phrase", '"order week"'),
        ("misspelt", "shipmnet"),
    ):
        path = f"/api/v1/search?limit=20&q={quote(words)}"
        asked[f"search {name}"] = _get(api, path)
        asked[f"search {name}, newest"] = _get(api, f"{path}&sort=newest")
    return asked


def measure(target: Target, seeded: Seeded, seconds: float) -> dict[str, dict[str, float]]:
    """Ask everything for so many seconds each; return milliseconds by name."""
    found = {}
    for name, ask in questions(target, seeded).items():
        times: list[float] = []
        end = time.perf_counter() + seconds
        while len(times) < MOST + WARM and (time.perf_counter() < end or len(times) < WARM + 5):
            began = time.perf_counter()
            try:
                status, body = ask()
            except ConnectionError:
                continue  # kept alive for too long while others were asked; now it is a new one
            times.append((time.perf_counter() - began) * 1000)
            if status not in (200, 201):
                raise RuntimeError(f"{name} answered {status}: {body[:200]!r}")
        kept = times[WARM:]
        found[name] = {"p50": percentile(kept, 0.5), "p95": percentile(kept, 0.95)}
        print(f"  {name}: {found[name]['p50']:.1f} / {found[name]['p95']:.1f} ms", file=sys.stderr)
    return found


def _get(line: Line, path: str) -> Ask:
    return lambda: line.get(path)


def _post(line: Line, path: str) -> Ask:
    return lambda: line.post(path, {"body": f"One more, written at {time.time()}"})
