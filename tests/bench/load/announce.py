"""Many connected clients, each somebody else, and an announcement that all of them get."""

from __future__ import annotations

import argparse
import json
import resource
import threading
import time
from collections import Counter
from typing import Any

from tests.bench.load import plots, report
from tests.bench.load.conductor import Load
from tests.bench.load.figures import summary
from tests.bench.load.profile import Profile
from tests.bench.load.run import Site, say, site
from tests.bench.load.samples import Sampler
from tests.bench.load.writer import Writer

AIM_MS, AIM_KB = 1_000.0, 70.0
LONGEST = 60.0  # seconds for one announcement
PAUSE = 5.0
RESTING = 15.0  # seconds in which memory settles
ARRIVALS = 150.0  # clients a second
SPARE = 3_000  # files that a process needs beside its clients


def announce(asked: argparse.Namespace, profile: Profile) -> bool:
    """Connect them, announce, and report; tell whether the aims were met."""
    _room_for(asked.clients)
    if asked.ramp is None:
        asked.ramp = asked.clients / ARRIVALS
    with site(asked, asked.clients, posts=False) as place:
        found = _measure(place, asked, profile)
    delays = [delay for one in found["rounds"] for delay in one["delays"]]
    picture = plots.lines(
        f"One announcement to {asked.clients:,} connected clients",
        {f"round {n + 1}": plots.shares(one["delays"]) for n, one in enumerate(found["rounds"])},
        across="% of the clients that had it",
        up="ms since it was sent",
        aim=AIM_MS,
    )
    for one in found["rounds"]:
        one["ms"] = summary(one.pop("delays"))
    found["ms"] = summary(delays)
    text = _text(asked, found)
    name = asked.name or f"announcement-{asked.clients}"
    title = f"An announcement to {asked.clients:,} connected clients"
    page = report.write(name, title, text, found, {"distribution": picture}, asked.report)
    say(text)
    say(f"written: {page}")
    return not _missed(found)


def _room_for(clients: int) -> None:
    """Refuse what the limits of this machine don't allow, in words."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # nginx holds two for each; it is one process a core. Ports: every client has its own address.
    if clients + SPARE > hard:
        raise SystemExit(
            f"{clients:,} clients need more than the {hard:,} open files that a process may have: "
            f"ulimit -n {2 * clients + SPARE}"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _measure(place: Site, asked: argparse.Namespace, profile: Profile) -> dict[str, Any]:
    everybody = place.town.people[: asked.clients]
    found: dict[str, Any] = {"clients": asked.clients, "rounds": []}
    with Load(place.url, everybody, profile, place.folder / "crowd") as load:
        sampler = Sampler(lambda: place.roles(load))
        sampler.start()
        time.sleep(3)
        # The first ones have everything loaded that a process needs for any.
        few = max(10, asked.clients // 20)
        load.do("come", seconds=2, act=False, last=few)
        load.wait(30, lambda now: now.get("ready", 0) >= few)
        time.sleep(RESTING / 2)
        few = load.now()["ready"]
        before = sampler.memory_now()
        began = time.perf_counter()
        load.do("come", seconds=asked.ramp, act=False, first=few)
        load.wait(asked.ramp, tell=say)
        load.wait(60, lambda now: now.get("ready", 0) >= asked.clients, say)
        found["connected"] = load.now()["ready"]
        came = time.perf_counter()
        say(f"{found['connected']:,} of {asked.clients:,} connected")
        time.sleep(RESTING)
        resting = time.perf_counter()
        after = sampler.memory_now()
        found["coming"] = {"seconds": came - began, "cores": sampler.used(began, came)}
        found["resting"] = {"cores": sampler.used(resting - 8, resting)}
        found["megabytes"] = {"before": before, "connected": after, "clients before": few}
        grown = after.get("web", 0) - before.get("web", 0)
        found["kb_a_connection"] = grown * 1024 / max(1, found["connected"] - few)
        said: list[tuple[int, float, float]] = []
        try:
            for turn in range(asked.rounds):
                said.append(_one(place, load, found["connected"], turn))
                time.sleep(PAUSE)
        except KeyboardInterrupt:
            say("interrupted: what was seen until now is reported")
        ends = time.perf_counter()
        seen = load.judge({})
        sampler.stop()
    for number, sent, answered in said:
        mine = [(person, at) for which, person, at in seen.announced if which == number]
        times = Counter(person for person, _at in mine)
        found["rounds"].append(
            {
                "received": len(times),
                "doubled": sum(times.values()) - len(times),
                "answered_ms": (answered - sent) * 1000,
                "delays": [at - sent for _person, at in mine],
                "cores": sampler.used(sent, min(ends, sent + 5)),
            }
        )
    found["generator_lag_ms"] = summary(seen.lags)
    found["refusals"] = dict(seen.refusals)
    found["troubles"] = dict(seen.troubles)
    return found


def _one(place: Site, load: Load, clients: int, turn: int) -> tuple[int, float, float]:
    """Announce once and wait until everybody has it; returns its id, when sent, when answered."""
    admin = place.town.admin
    content = {
        "title": f"Leave the yard, number {turn}",
        "body": "At once, by the nearest gate.",
        "reason": "Fire",
        "priority": "critical",
        "requires_ack": True,
        "audience": "everyone",
    }
    line = Writer(place.url[0], admin)
    answers: list[tuple[int, bytes, float]] = []

    def post() -> None:
        status, answer = line.post("/api/v1/announcements", content)
        answers.append((status, answer, time.perf_counter()))

    had = load.now().get("announced", 0)
    sent = time.perf_counter()
    thread = threading.Thread(target=post)
    thread.start()
    took = load.wait(LONGEST, lambda now: now.get("announced", 0) >= had + clients)
    thread.join(LONGEST)
    line.close()
    if not answers or answers[0][0] != 201:
        raise RuntimeError(f"the announcement was not taken: {answers[:1]!r}"[:400])
    say(f"round {turn + 1}: {'all have it' if took is not None else 'not all have it'}")
    return int(json.loads(answers[0][1])["id"]), sent, answers[0][2]


def _missed(found: dict[str, Any]) -> list[str]:
    missed = []
    if found["connected"] < found["clients"]:
        missed.append(f"{found['connected']:,} of {found['clients']:,} could connect")
    if found["ms"]["p99"] > AIM_MS:
        missed.append(f"p99 is {found['ms']['p99']:.0f} ms")
    if found["kb_a_connection"] > AIM_KB:
        missed.append(f"a connection takes {found['kb_a_connection']:.0f} kB")
    for number, one in enumerate(found["rounds"], start=1):
        if one["received"] < found["connected"]:
            missed.append(f"{found['connected'] - one['received']} did not get number {number}")
        if one["doubled"]:
            missed.append(f"{one['doubled']} got number {number} twice")
    return missed


def _text(asked: argparse.Namespace, found: dict[str, Any]) -> str:
    missed = _missed(found)
    rows = [("", "answered, ms", "p50, ms", "p95", "p99", "received", "twice")]
    rows += [
        (
            f"round {number}",
            f"{one['answered_ms']:.0f}",
            *(f"{one['ms'][c]:.0f}" for c in ("p50", "p95", "p99")),
            f"{one['received']:,}",
            str(one["doubled"]),
        )
        for number, one in enumerate(found["rounds"], start=1)
    ]
    before, after = found["megabytes"]["before"], found["megabytes"]["connected"]
    sizes = [("MB", f"{found['megabytes']['clients before']:,} clients", "all")]
    sizes += [(role, f"{before.get(role, 0):,.0f}", f"{size:,.0f}") for role, size in after.items()]
    seconds, idle = found["coming"]["seconds"], found["resting"]["cores"].get("web", 0.0)
    told = (
        f"{found['connected']:,} clients on {asked.web} web processes: "
        f"{found['kb_a_connection']:.0f} kB of the web processes a connection (at most "
        f"{AIM_KB:g}). They came within {seconds:.0f} s; connected and quiet they cost "
        f"{idle:.2f} cores of the web processes."
    )
    return "\n\n".join(
        [
            "Every aim is met." if not missed else "**Missed:** " + "; ".join(missed) + ".",
            report.table(rows),
            told,
            report.table(sizes),
        ]
    )
