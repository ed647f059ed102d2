"""From what was written down to figures, and whether they meet what was asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import fmean
from typing import Any

from tests.bench.load.conductor import Findings
from tests.bench.load.samples import Sampler

# The thresholds of Mattermost's public load tester (config/coordinator.sample.json), and our own of
# what reaches people.
MEAN_REQUEST, P99_REQUEST, FAILURES, P99_DELIVERY = 0.1, 2.0, 0.00025, 0.5


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share of the values lies (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def summary(values: Sequence[float]) -> dict[str, float]:
    """Return the mean and the usual percentiles in milliseconds."""
    return {
        "mean": (fmean(values) if values else 0.0) * 1000,
        **{f"p{share}": percentile(values, share / 100) * 1000 for share in (50, 95, 99)},
    }


@dataclass
class Figures:
    """One run."""

    people: int
    seconds: float
    requests: int = 0
    requests_a_second: float = 0.0
    request_ms: dict[str, float] = field(default_factory=dict)
    failures: int = 0
    failure_share: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, dict[str, float]] = field(default_factory=dict)
    posts: int = 0
    posts_a_second: float = 0.0
    deliveries: int = 0
    deliveries_a_second: float = 0.0
    delivery_ms: dict[str, float] = field(default_factory=dict)
    verdict: dict[str, Any] = field(default_factory=dict)
    wire: dict[str, int] = field(default_factory=dict)
    cores: dict[str, float] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)
    generator_lag_ms: dict[str, float] = field(default_factory=dict)
    troubles: dict[str, int] = field(default_factory=dict)

    def missed(self) -> list[str]:
        """Say what does not meet its threshold."""
        found = []
        if self.request_ms["mean"] >= MEAN_REQUEST * 1000:
            found.append(f"a request takes {self.request_ms['mean']:.0f} ms on average")
        if self.request_ms["p99"] >= P99_REQUEST * 1000:
            found.append(f"p99 of requests is {self.request_ms['p99']:.0f} ms")
        if self.failure_share >= FAILURES:
            found.append(f"{self.failure_share:.3%} of the requests failed")
        if self.delivery_ms["p99"] >= P99_DELIVERY * 1000:
            found.append(f"p99 from send to receipt is {self.delivery_ms['p99']:.0f} ms")
        wrong = {name: self.verdict.get(name, 0) for name in ("lost", "doubled", "reordered")}
        return found + [f"{count} messages {name}" for name, count in wrong.items() if count]

    def document(self) -> dict[str, Any]:
        """Return it as JSON's types, with the verdict on the thresholds."""
        return {**asdict(self), "missed": self.missed()}


def figures(found: Findings, sampler: Sampler, people: int, begin: float, end: float) -> Figures:
    """Return the figures of what was between two moments; the count of losses is of all."""
    within = [each for each in found.requests if begin <= each[0] <= end]
    took = [seconds for _at, _kind, _status, seconds in within]
    bad = sum(1 for _at, _kind, status, _s in within if status == 0 or status >= 500)
    posts = [each for each in found.sent if each["seq"] and begin <= each["began"] <= end]
    delays = [seconds for at, seconds in found.latencies() if begin <= at <= end]
    by_kind: dict[str, list[float]] = {}
    for _at, kind, _status, seconds in within:
        by_kind.setdefault(kind, []).append(seconds)
    seconds = max(0.001, end - begin)
    return Figures(
        people=people,
        seconds=round(seconds, 1),
        requests=len(within),
        requests_a_second=len(within) / seconds,
        request_ms=summary(took),
        failures=bad,
        failure_share=bad / max(1, len(within)),
        statuses=dict(Counter(str(each[2]) for each in within)),
        kinds={
            kind: {"count": len(times), **summary(times)}
            for kind, times in sorted(by_kind.items(), key=lambda item: -len(item[1]))
        },
        posts=len(posts),
        posts_a_second=len(posts) / seconds,
        deliveries=len(delays),
        deliveries_a_second=len(delays) / seconds,
        delivery_ms=summary(delays),
        verdict=found.verdict,
        wire=dict(found.counts),
        cores=sampler.used(begin, end),
        megabytes=sampler.memory(begin, end),
        generator_lag_ms=summary(found.lags),
        troubles=dict(found.troubles.most_common(20)),
    )


def over_time(
    moments: Sequence[tuple[float, float]], begin: float, step: float = 2.0
) -> Mapping[str, list[tuple[float, float]]]:
    """Return p50 and p99 in milliseconds of each stretch of time since ``begin``."""
    stretches: dict[int, list[float]] = {}
    for at, seconds in moments:
        stretches.setdefault(int((at - begin) // step), []).append(seconds)
    ordered = sorted(stretches.items())
    return {
        f"p{share}": [
            (number * step, percentile(values, share / 100) * 1000) for number, values in ordered
        ]
        for share in (50, 99)
    }
