"""What it takes to tell 500 clients how twenty people are."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

from tests.bench.crowd import crowd
from tests.bench.targets import Target

CLIENTS = 500
CHANGES = 20
PAUSE = 1.3  # seconds: each change is a message of its own
STORM_SECONDS = 5.0


def presence(target: Target) -> dict[str, float]:
    """500 clients show 20 people; somebody sets a status, then all go away and come back at once.

    The bare application has no presence.
    """
    if target.name == "bare":
        return {}
    from tests.bench.scenarios import latency

    ids = [int(_ask(target, caller, "GET", "/me")["id"]) for caller in target.callers]
    before = target.serving_cpu()
    with crowd(target, "html", CLIENTS, watch=ids) as clients:
        came = (target.serving_cpu() - before) / CLIENTS
        target.settle(20)
        before = target.serving_cpu()
        time.sleep(STORM_SECONDS)
        idle = target.serving_cpu() - before
        sent = _change(target)
        told = target.serving_cpu() - before - idle
        time.sleep(STORM_SECONDS)
        storm = time.perf_counter()
        clients.say("away")
        time.sleep(STORM_SECONDS / 2)
        clients.say("active")
        time.sleep(STORM_SECONDS / 2)
        receipts, news = clients.report()
    delays = [moment - sent[number] for number, moment in receipts]
    if len(delays) < CHANGES * CLIENTS:
        raise RuntimeError(f"{len(delays)} of {CHANGES * CLIENTS} changes of presence came")
    most = max(sum(1 for moment in client if moment >= storm) for client in news)
    return {
        "500 clients come and watch: CPU ms each": came * 1000,
        "500 watching clients, idle: CPU ms a second": idle / STORM_SECONDS * 1000,
        **latency(delays, "presence to 500 clients: ms"),
        "presence to 500 clients: CPU ms each": max(0.0, told) / len(delays) * 1000,
        "500 clients change at once: messages a client and second, at most": most / STORM_SECONDS,
    }


def _change(target: Target) -> dict[int, float]:
    """Let one person after the other say something; return when each was sent."""
    sent: dict[int, float] = {}
    for number in range(CHANGES):
        caller = target.callers[number % len(target.callers)]
        sent[number] = time.perf_counter()
        _ask(target, caller, "PATCH", "/me/status", {"text": f"bench-mark-{number}-"})
        time.sleep(max(0.0, sent[number] + PAUSE - time.perf_counter()))
    return sent


def _ask(
    target: Target, headers: dict[str, str], method: str, path: str, body: Any = None
) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=30)
    try:
        content = None if body is None else json.dumps(body)
        every = {**headers, "Content-Type": "application/json"}
        connection.request(method, f"/api/v1{path}", content, every)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path} answered {answer.status}: {text[:200]!r}")
        found: dict[str, Any] = json.loads(text)
        return found
    finally:
        connection.close()
