"""What is counted for Prometheus: requests as they end, the rest when it is asked for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask, current_app, g, request
from flask.wrappers import Response
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from enterprise_social.core.actions import after_commit
from enterprise_social.core.clock import now
from enterprise_social.core.db import counted, db
from enterprise_social.core.events import during
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.posts.events import PostCreated, PostsImported

# The text format 0.0.4, which every version of Prometheus reads.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PREFIX = "enterprise_social"
MOST_JOBS = 100_000  # counted; more is a number that says as much
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# When a series began is of no use to rates, and would be a line each.
disable_created_metrics()
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metrics:
    """The measurements of one application in a registry of its own."""

    content_type = CONTENT_TYPE

    def __init__(self, app: Flask) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            f"{PREFIX}_http_requests",
            "Requests answered.",
            ["method", "rule", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            f"{PREFIX}_http_request_duration_seconds",
            "Time from a request's arrival to its answer.",
            ["method", "rule"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self.posts = Counter(
            f"{PREFIX}_posts_created",
            "Posts and replies written through this process.",
            registry=self._registry,
        )
        self._registry.register(State(app))
        # Looking a labelled child up costs more than counting; there are few of them.
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        app.after_request(self.count)

    def count(self, response: Response) -> Response:
        """Count one answer under the rule that matched, never under the path that was asked."""
        key = (
            request.method if request.method in METHODS else "other",
            request.url_rule.rule if request.url_rule is not None else "none",
            response.status_code,
        )
        children = self._children.get(key)
        if children is None:
            method, rule, status = key
            children = self._children[key] = (
                self._requests.labels(method, rule, str(status)),
                self._seconds.labels(method, rule),
            )
        children[0].inc()
        if "started" in g:
            children[1].observe(time.perf_counter() - g.started)
        return response

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


class State(Collector):
    """What is read off at the moment of asking; a database that is away leaves its part out."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def describe(self) -> list[Metric]:
        """Name nothing before it is asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Read the state off."""
        extensions = self._app.extensions
        yield _gauge("sockets_connected", "Open sockets.", len(extensions.get("registry", ())))
        yield _turned_away(extensions)
        waiting = extensions["live"].waiting.qsize()
        yield _gauge("live_queue_length", "Changes that wait to be delivered.", waiting)
        try:
            with self._app.app_context():
                outbox = _outbox()
                db.session.rollback()
        except Exception:  # noqa: BLE001 - the rest is still worth having
            yield _gauge("database_up", "Whether the database answers.", 0)
            return
        yield _gauge("database_up", "Whether the database answers.", 1)
        for name, (text, value) in outbox.items():
            yield _gauge(name, text, value)


def _turned_away(extensions: Mapping[str, Any]) -> CounterMetricFamily:
    text = "Sockets that were refused or let go, by why."
    family = CounterMetricFamily(f"{PREFIX}_sockets_turned_away", text, labels=["why"])
    for why, count in sorted(extensions["socketio"].server.eio.counts.items()):
        family.add_metric([why], count)
    return family


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", text, value=value)


def _outbox() -> dict[str, tuple[str, float]]:
    moment = now()
    failed = counted(select(OutboxJob.id).where(OutboxJob.failed_at.is_not(None)), MOST_JOBS)
    alive = OutboxJob.failed_at.is_(None)
    waiting = counted(select(OutboxJob.id).where(alive), MOST_JOBS)
    first = select(func.min(OutboxJob.run_at)).where(alive)
    oldest = db.session.execute(first).scalar()
    # Of what is due: what has its time later says nothing on how far behind the index is.
    searched = first.where(OutboxJob.run_at <= moment, OutboxJob.listener.startswith("search."))
    oldest_search = db.session.execute(searched).scalar()

    def age(since: object) -> float:
        return max(0.0, (moment - since).total_seconds()) if since else 0.0  # type: ignore[operator]

    return {
        "outbox_waiting": ("Jobs that wait for their turn or time.", waiting),
        "outbox_failed": ("Jobs that failed for good.", failed),
        "outbox_lag_seconds": ("Age of the oldest job whose time has come.", age(oldest)),
        "search_lag_seconds": ("Age of the oldest change not yet searchable.", age(oldest_search)),
    }


@during(PostCreated)
def _one_more(_event: PostCreated) -> None:
    found: Metrics | None = current_app.extensions.get("metrics")
    if found is not None:
        after_commit(found.posts.inc)


@during(PostsImported)
def _many_more(event: PostsImported) -> None:
    found: Metrics | None = current_app.extensions.get("metrics")
    if found is not None:
        count = len(event.post_ids)
        after_commit(lambda: found.posts.inc(count))
