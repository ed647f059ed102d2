"""What happens to the posts of people while something fails; each fault under the same load.

Every client follows the channel on its page without gaps, as a browser. What somebody was away for
elsewhere they only know by its number; in the end everybody opens all of that, so that everything
they were promised must have come. ``lost``, ``doubled`` and ``reordered`` are what people saw
(``ledger``); ``unwritten`` are posts that somebody was told were there and the database has not,
``twice`` those it has more than once.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from tests.bench.load import plots, population, report
from tests.bench.load.breaking import FAULTS, Fault, Scene
from tests.bench.load.conductor import Findings, Load
from tests.bench.load.figures import over_time, percentile
from tests.bench.load.profile import Profile
from tests.bench.load.run import Site, say, site

POSTS_A_SECOND = 20.0
BEFORE, AFTER = 10.0, 5.0  # seconds of steady load around each
LONGEST = 180.0  # seconds until all are whole again


@dataclass
class Result:
    """One fault."""

    name: str
    what: str
    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    expected: int = 0
    confirmed: int = 0
    unwritten: int = 0
    twice: int = 0
    unsent: int = 0
    repeated: int = 0
    seconds: float = 0.0  # that the fault itself lasted
    whole_after: float | None = None  # seconds after its end
    longest_wait: float = 0.0  # of a post until it was confirmed
    receipt_p99: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=dict)
    logged: dict[str, int] = field(default_factory=dict)
    skipped: str = ""

    @property
    def missed(self) -> list[str]:
        """Say what should not have been."""
        if self.skipped:
            return []
        found = [
            f"{getattr(self, name)} {name}"
            for name in ("lost", "doubled", "reordered", "unwritten", "twice", "unsent")
            if getattr(self, name)
        ]
        if self.statuses.get("500"):
            found.append(f"{self.statuses['500']} answers of 500")
        if self.whole_after is None:
            found.append(f"not whole after {LONGEST:g} s")
        if any("without Retry-After" in text for text in self.troubles):
            found.append("503 without Retry-After")
        return found


def faults(asked: argparse.Namespace, profile: Profile) -> bool:
    """Have each come about and report after every one; tell whether none did harm."""
    if asked.list:
        for fault in FAULTS.values():
            say(f"{fault.name:20} {fault.what}")
        return True
    if unknown := set(asked.names) - FAULTS.keys():
        raise SystemExit(
            f"no such fault: {', '.join(sorted(unknown))}; --list says which there are"
        )
    chosen = [fault for name, fault in FAULTS.items() if not asked.names or name in asked.names]
    asked.workers = max(2, asked.workers)
    given = replace(profile, posts_per_second=profile.posts_per_second or POSTS_A_SECOND)
    results: list[Result] = []
    pictures: dict[str, str] = {}
    together = [fault for fault in chosen if not fault.alone]
    try:
        if together:
            with site(asked, asked.people) as place:
                for fault in together:
                    results.append(_one(fault, place, asked, given, pictures))
                    _write(asked, given, results, pictures)
        for fault in chosen:
            if fault.alone:
                results.append(fault.alone(lambda place, one: _one(one, place, asked, given,
                               pictures), fault, asked) or _skipped(fault))  # fmt: skip
                _write(asked, given, results, pictures)
    except KeyboardInterrupt:
        say("interrupted: what was done until now is reported")
    page = _write(asked, given, results, pictures)
    say(_text(asked, given, results))
    say(f"written: {page}")
    return bool(results) and not any(each.missed for each in results)


def _one(
    fault: Fault,
    place: Site,
    asked: argparse.Namespace,
    profile: Profile,
    pictures: dict[str, str],
) -> Result:
    say(f"— {fault.name}: {fault.what} —")
    result = Result(fault.name, fault.what)
    logged = _errors(place)
    folder = place.folder / f"fault-{fault.name}-{time.monotonic_ns()}"
    with Load(place.url, place.town.people[: asked.people], profile, folder) as load:
        scene = Scene(place, load, asked, profile, folder)
        load.do("come", seconds=max(5.0, asked.people / 30))
        load.wait(max(5.0, asked.people / 30))
        load.wait(60, lambda now: now.get("ready", 0) >= asked.people, say)
        scene.prepare(fault)
        load.wait(BEFORE, tell=say)
        began = time.perf_counter()
        fault.does(scene)
        ends = time.perf_counter()
        result.seconds = ends - began
        say(f"over after {result.seconds:.1f} s")
        heads = population.heads(place.app)
        result.whole_after = load.whole(LONGEST, scene.excused, heads)
        if result.whole_after is not None:
            say(f"all are whole {result.whole_after:.1f} s later")
        load.wait(AFTER, tell=say)
        load.do("rest")
        load.whole(LONGEST / 3, scene.excused)
        load.quiet()
        load.open_all()
        result.notes += scene.ended()
        found = load.judge(population.heads(place.app), scene.excused)
    _fill(result, found, place)
    result.logged = dict((_errors(place) - logged).most_common(8))
    delays = [each for each in found.latencies() if each[0] >= began - BEFORE]
    pictures[fault.name] = plots.lines(
        f"{fault.what}: from send to receipt",
        over_time(delays, began, 1.0),
        across=f"seconds; at 0 it begins, at {result.seconds:.0f} it ends",
        up="ms, by when it was sent",
        logarithmic=True,
    )
    for text in result.missed:
        say(f"MISSED: {text}")
    for text in found.verdict.get("examples", [])[:3]:
        say(text)
    return result


def _fill(result: Result, found: Findings, place: Site) -> None:
    for name in ("lost", "doubled", "reordered", "expected"):
        setattr(result, name, found.verdict.get(name, 0))
    said = {each["client_id"]: each for each in found.sent if each["seq"]}
    ids = [*said, *(each["client_id"] for each in found.unsent)]
    written = population.written(place.app, ids)
    result.confirmed = len(said)
    result.unsent = len(found.unsent)
    result.twice = sum(1 for count, *_rest in written.values() if count > 1)
    result.unwritten = sum(
        1
        for client_id, each in said.items()
        if written.get(client_id, (0, 0, 0))[1:] != (each["channel"], each["seq"])
    )
    result.repeated = sum(1 for each in said.values() if each["tries"] > 1)
    waits = [each["answered"] - each["began"] for each in said.values()]
    result.longest_wait = max(waits, default=0.0)
    result.receipt_p99 = percentile([took for _at, took in found.latencies()], 0.99)
    result.statuses = dict(Counter(str(status) for _at, _kind, status, _s in found.requests))
    result.troubles = dict(found.troubles.most_common(12))


def _errors(place: Site) -> Counter[str]:
    """Count what the processes logged as errors, by their words."""
    found: Counter[str] = Counter()
    for file in [
        *place.folder.rglob("web-*.log"),
        *place.folder.rglob("worker-*.log"),
    ]:
        for line in file.read_text(errors="replace").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, Mapping) and entry.get("level") in ("error", "critical"):
                last = str(entry.get("error", "")).strip().rsplit("\n", 1)[-1]
                found[f"{entry.get('message')}: {last}"[:200]] += 1
    return found


def _skipped(fault: Fault) -> Result:
    return Result(fault.name, fault.what, skipped="not possible here")


def _write(
    asked: argparse.Namespace,
    profile: Profile,
    results: list[Result],
    pictures: Mapping[str, str],
) -> Any:
    return report.write(
        asked.name or "faults",
        "Faults under load",
        _text(asked, profile, results),
        {
            "people": asked.people,
            "profile": profile.document(),
            "faults": [{**asdict(each), "missed": each.missed} for each in results],
        },
        pictures,
        asked.report,
    )


def _text(asked: argparse.Namespace, profile: Profile, results: list[Result]) -> str:
    rows = [("fault", "lasted, s", "whole after, s", "lost", "doubled", "reordered", "confirmed",
             "sent again", "longest wait, s", "answers")]  # fmt: skip
    for each in results:
        if each.skipped:
            rows.append((each.what, each.skipped, *[""] * 8))
            continue
        whole = "never" if each.whole_after is None else f"{each.whole_after:.1f}"
        answers = ", ".join(f"{n:,} × {status}" for status, n in sorted(each.statuses.items()))
        rows.append(
            (
                each.what,
                f"{each.seconds:.1f}",
                whole,
                *(str(getattr(each, name)) for name in ("lost", "doubled", "reordered")),
                f"{each.confirmed:,}",
                f"{each.repeated:,}",
                f"{each.longest_wait:.1f}",
                answers,
            )
        )
    missed = [f"{each.what}: {', '.join(each.missed)}" for each in results if each.missed]
    notes = [f"- {each.what}: {text}" for each in results for text in each.notes]
    parts = [
        f"{asked.people} active people write {profile.posts_per_second:g} posts a second; every "
        f"client follows the channel on its page and opens all others in the end. A status of 0 "
        f"is no answer at all. "
        + ("Nothing was lost, doubled or reordered." if not missed else "**Missed:** "),
        *(f"- {text}" for text in missed),
        report.table(rows),
        "\n".join(notes),
    ]
    return "\n\n".join(part for part in parts if part)
