"""Finds the highest number of active people that meets every threshold, by halving."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from tests.bench.load import plots, population, report
from tests.bench.load.figures import Figures
from tests.bench.load.profile import Profile
from tests.bench.load.run import Outcome, Site, pictures, ramp_of, say, site, steady

REQUEST = ("mean", "p99")


def search(asked: argparse.Namespace, profile: Profile) -> bool:
    """Probe, halve, and write a report; what was found until Ctrl-C is reported as well.

    The database is one for all probes, each of which finds an organisation of its own size in it:
    a post reaches as many at any number.
    """
    probes: list[Outcome] = []
    best: Outcome | None = None
    with site(asked, asked.start) as place:
        try:
            best = _halve(asked, profile, place, probes)
        except (KeyboardInterrupt, RuntimeError) as error:
            say(f"ended early ({type(error).__name__}: {error}); reported is what was found")
            passed = [each for each in probes if not each.figures.missed()]
            best = max(passed, key=lambda each: each.figures.people, default=None)
        page = report.write(
            asked.name or "capacity",
            "The highest number of active people",
            _text(probes, best, profile),
            {
                "profile": profile.document(),
                "probes": [each.figures.document() for each in probes],
                "highest": best.figures.people if best else 0,
            },
            {**_growth(probes), **(pictures(best) if best else {})},
            asked.report,
        )
    say(_text(probes, best, profile))
    say(f"written: {page}")
    return best is not None


def highest(start: int, to: int, step: int, passes: Callable[[int], bool]) -> int:
    """Return the highest number between two that passes, by halving; 0 where ``start`` doesn't.

    It is found to within ``step`` or a twentieth of itself, and has passed twice: a single pass may
    be luck. Where it fails the second time, the next lower one that passed is tried again.
    """
    if not passes(start):
        return 0
    passed, low, high = [start], start, to
    while high - low > max(step, low * 0.05):
        middle = (low + high + 1) // 2
        if passes(middle):
            low = middle
            passed.append(middle)
        else:
            high = middle
    while len(passed) > 1 and not passes(passed[-1]):
        passed.pop()
    return passed[-1]


def _halve(
    asked: argparse.Namespace, profile: Profile, place: Site, probes: list[Outcome]
) -> Outcome | None:
    def passes(people: int) -> bool:
        say(f"— {people:,} people —")
        if people not in towns:
            towns[people] = population.populate(place.app, people)
        place.town = towns[people]
        outcome = steady(place, people, profile, asked.seconds, ramp_of(asked, people))
        probes.append(outcome)
        missed = outcome.figures.missed()
        say(f"{people:,}: {'passed' if not missed else '; '.join(missed)}")
        return not missed

    towns = {asked.start: place.town}
    found = highest(asked.start, asked.to, asked.step, passes)
    last = [each for each in probes if each.figures.people == found]
    return last[-1] if last else None


def _text(probes: list[Outcome], best: Outcome | None, profile: Profile) -> str:
    rows = [("people", "posts/s", "request mean, ms", "p99, ms", "failed", "receipt p99, ms",
             "lost + doubled + reordered", "cores", "verdict")]  # fmt: skip
    rows += [_row(each.figures) for each in sorted(probes, key=lambda p: p.figures.people)]
    rate = f"{profile.posts_per_second:g} posts/s" if profile.posts_per_second else "its own posts"
    found = f"**{best.figures.people:,} active people**" if best else "**None passed**"
    parts = [f"{found} with {rate}; every probe:", report.table(rows)]
    if best is not None:
        parts += ["## At that number", report.of_run(best.figures)]
    return "\n\n".join(parts)


def _row(found: Figures) -> tuple[str, ...]:
    wrong = sum(found.verdict.get(name, 0) for name in ("lost", "doubled", "reordered"))
    return (
        f"{found.people:,}",
        f"{found.posts_a_second:.1f}",
        f"{found.request_ms['mean']:.1f}",
        f"{found.request_ms['p99']:.0f}",
        f"{found.failure_share:.3%}",
        f"{found.delivery_ms['p99']:.0f}",
        str(wrong),
        f"{found.cores.get('machine', 0):.2f}",
        "missed" if found.missed() else "passed",
    )


def _growth(probes: list[Outcome]) -> dict[str, str]:
    ordered = sorted((each.figures for each in probes), key=lambda found: found.people)
    series = {
        **{f"request, {c}": [(f.people, f.request_ms[c]) for f in ordered] for c in REQUEST},
        "send to receipt, p99": [(f.people, f.delivery_ms["p99"]) for f in ordered],
    }
    return {
        "growth": plots.lines(
            "Latency by the number of active people",
            series,
            across="active people",
            up="ms",
            logarithmic=True,
            dots=True,
        )
    }
