"""A process with some senders, each of which posts again as soon as it is answered.

Reads what to do as JSON from standard input, writes the latencies as JSON to standard output.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

from tests.bench.http import Line


def main() -> None:
    """Send until the posts or the seconds are used up."""
    plan: dict[str, Any] = json.load(sys.stdin)
    latencies: list[list[float]] = [[] for _ in range(plan["senders"])]
    failures: list[str] = []
    start = threading.Barrier(plan["senders"] + 1)
    each = plan["posts"] // plan["senders"]

    def send(number: int) -> None:
        who = plan["callers"][number % len(plan["callers"])]
        line = Line(plan["port"], who)
        start.wait()
        for turn in range(each):
            began = time.perf_counter()
            if began > deadline[0]:
                break
            path = plan["paths"][(number + turn) % len(plan["paths"])]
            body = plan["bodies"][(number * 7 + turn) % len(plan["bodies"])]
            document = {"body": body, "client_id": f"{plan['run']}-{number}-{turn}"}
            status, answer = line.post(path, document)
            if status != 201:
                failures.append(f"{status} {answer[:200]!r}")
                break
            latencies[number].append(time.perf_counter() - began)
        line.close()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(plan["senders"])]
    deadline = [0.0]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    deadline[0] = began + plan["seconds"]
    start.wait()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    flat = [latency for some in latencies for latency in some]
    json.dump({"seconds": took, "latencies": flat, "failures": failures[:5]}, sys.stdout)


if __name__ == "__main__":
    main()
