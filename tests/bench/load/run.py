"""One run at one number of people, and the search for the highest number that passes."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from tests.bench.load import plots, population, report
from tests.bench.load.conductor import Findings, Load
from tests.bench.load.figures import Figures, figures, over_time
from tests.bench.load.profile import Profile
from tests.bench.load.samples import Sampler
from tests.bench.load.servers import database_environment, servers

ARRIVALS = 40.0  # people a second, where nothing else is said
CONNECTING = 60.0  # seconds after the last one was let in
SETTLING = 60.0


def say(text: str) -> None:
    """Tell whoever waits how far it is."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stderr.flush()


@dataclass
class Site:
    """Running servers with people in their database."""

    running: Any
    app: Flask
    folder: Path
    town: population.Town

    @property
    def url(self) -> list[str]:
        """Where people reach it; two hosts have an address each."""
        return list(getattr(self.running, "urls", [self.running.url]))

    def roles(self, load: Load) -> Mapping[str, list[int]]:
        """Return the processes by what they are for, the generator's among them."""
        return {**self.running.processes(), "generator": load.processes}


@contextmanager
def site(asked: argparse.Namespace, people: int, **more: Any) -> Iterator[Site]:
    """Start servers and fill their database; both are gone in the end."""
    folder = Path(tempfile.mkdtemp(prefix="load-", dir=asked.folder))
    environment = {"RATE_LIMITS": "off"} if asked.no_limits else {}
    try:
        say(f"starting {asked.servers} …")
        sizes = {"web": asked.web, "workers": asked.workers, "tls": asked.tls}
        with servers(asked.servers, folder / "servers", **sizes, **environment) as running:
            say(f"{people:,} people …")
            app = population.application(database_environment(running))
            town = population.populate(app, people, **more)
            say(f"{town.channels:,} channels, {town.posts:,} posts")
            yield Site(running, app, folder, town)
    finally:
        if asked.keep:
            say(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Outcome:
    """A run with all that was seen."""

    figures: Figures
    found: Findings
    sampler: Sampler
    began: float


def steady(place: Site, people: int, profile: Profile, seconds: float, ramp: float) -> Outcome:
    """Let people come, wait for a steady state, watch it for some seconds, and look through it.

    Interrupted by Ctrl-C while it is watched, it ends at that moment and reports what it has.
    """
    everybody = place.town.people[:people]
    with Load(place.url, everybody, profile, place.folder / f"run-{people}") as load:
        sampler = Sampler(lambda: place.roles(load))
        sampler.start()
        load.do("come", seconds=ramp)
        load.wait(ramp, tell=say)
        if load.wait(CONNECTING, lambda now: now.get("ready", 0) >= people * 0.995, say) is None:
            say("not everybody is connected")
        # Everybody has come to their first action by now, and caches are warm.
        load.wait(min(profile.cycle, seconds / 4), tell=say)
        began = time.perf_counter()
        try:
            load.wait(seconds, tell=say)
        except KeyboardInterrupt:
            say("interrupted: what was seen until now is reported")
        ends = time.perf_counter()
        load.do("rest")
        whole = load.whole(SETTLING)
        if whole is None:
            say(f"not whole after {SETTLING:g} s: {load.line(load.now())}")
        load.quiet()
        load.open_all()
        found = load.judge(population.heads(place.app))
        sampler.stop()
    return Outcome(figures(found, sampler, people, began, ends), found, sampler, began)


def pictures(outcome: Outcome) -> dict[str, str]:
    """Return the plots of a run."""
    began, found, sampler = outcome.began, outcome.found, outcome.sampler
    ends = began + outcome.figures.seconds
    sends = [each for each in found.latencies() if began <= each[0] <= ends]
    asked = [(at, took) for at, _kind, _status, took in found.requests if began <= at <= ends]
    cores: dict[str, list[tuple[float, float]]] = {}
    for before, after in zip(sampler.samples, sampler.samples[1:], strict=False):
        for role, used in after.cpu.items():
            share = (used - before.cpu.get(role, used)) / max(0.01, after.at - before.at)
            cores.setdefault(role, []).append((after.at - began, max(0.0, share)))
    delivery, requests = over_time(sends, began), over_time(asked, began)
    both = {
        **{f"send to receipt, {name}": points for name, points in delivery.items()},
        **{f"request, {name}": points for name, points in requests.items()},
    }
    return {
        "latency": plots.lines(
            "Latency over time", both, across="seconds", up="ms", logarithmic=True
        ),
        "distribution": plots.lines(
            "Distribution of latencies",
            {
                "send to receipt": plots.shares([took for _at, took in sends]),
                "request": plots.shares([took for _at, took in asked]),
            },
            across="% of all that took less",
            up="ms",
            logarithmic=True,
        ),
        "cpu": plots.lines("Processor time", cores, across="seconds", up="cores"),
    }


def ramp_of(asked: argparse.Namespace, people: int) -> float:
    """Return over how many seconds people come."""
    return float(asked.ramp if asked.ramp is not None else max(5.0, people / ARRIVALS))


def run(asked: argparse.Namespace, profile: Profile) -> bool:
    """Put one load on it and write the report; tell whether every threshold was met."""
    with site(asked, asked.people) as place:
        ramp = ramp_of(asked, asked.people)
        outcome = steady(place, asked.people, profile, asked.seconds, ramp)
        found = outcome.figures
        page = report.write(
            asked.name or "load",
            f"{asked.people:,} active people",
            report.of_run(found),
            {"profile": profile.document(), "figures": found.document()},
            pictures(outcome),
            asked.report,
        )
    say(report.of_run(found))
    for text, count in found.troubles.items():
        say(f"{count} × {text}")
    for text in found.verdict.get("examples", [])[:5]:
        say(text)
    say(f"written: {page}")
    return not found.missed()
