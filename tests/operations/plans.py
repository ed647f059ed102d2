"""What PostgreSQL really did for each statement: its plans with the rows that were visited.

`auto_explain` (PostgreSQL manual, F.4) tells the client the plan of every statement after it ran,
those of triggers and foreign keys as well. Sequential scans are switched off as far as they can
be: one that is left has no index that would serve, at any size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

# Tables that stay small however large the organisation is: what admins define.
SMALL = {
    "alembic_version", "announcement_policies", "announcement_rights", "announcement_templates",
    "audit_heads", "custom_emoji", "groups", "hidden_fields",
    "organisation_settings", "profile_fields", "records_settings",
    "retention_rules", "search_state", "settings", "skills", "word_rules",
}  # fmt: skip
_SETTINGS = (
    "LOAD 'auto_explain'",
    "SET auto_explain.log_min_duration = 0",
    "SET auto_explain.log_analyze = on",
    "SET auto_explain.log_timing = off",
    "SET auto_explain.log_format = json",
    "SET auto_explain.log_nested_statements = on",
    "SET auto_explain.log_level = notice",
    "SET enable_seqscan = off",
    "SET jit = off",
    # In so small an organisation it can be cheaper to go through a table once than to look up a
    # part of it many times: what is asked here is whether looking up is possible.
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET random_page_cost = 1.0",
)
_PLAN = re.compile(r"duration: [\d.]+ ms  plan:\n(.*)", re.DOTALL)


@dataclass(frozen=True)
class Visit:
    """A table that a statement went through: how, and by how many of its rows."""

    statement: str
    table: str
    way: str
    rows: int
    looked_up: bool
    limited: bool


@dataclass
class Recorder:
    """Keeps what was visited, under the label of what was asked for at that time."""

    label: str = ""
    visits: dict[Visit, str] = field(default_factory=dict)
    plans: int = 0

    def told(self, notice: Any) -> None:
        """Take what the database says."""
        found = _PLAN.search(notice.message_primary or "")
        if found is None:
            return
        said = json.loads(found[1])
        self.plans += 1
        statement = re.sub(r"\s+", " ", said["Query Text"])
        for visit in _visits(said["Plan"], statement, limited=False):
            self.visits.setdefault(visit, self.label)

    @contextmanager
    def on(self, engine: Engine) -> Iterator[Recorder]:
        """Record what the engine's new connections do."""

        def prepare(connection: Any, _record: Any) -> None:
            before = connection.autocommit
            connection.autocommit = True
            for statement in _SETTINGS:
                connection.execute(statement)
            connection.autocommit = before
            connection.add_notice_handler(self.told)

        engine.dispose()
        event.listen(engine, "connect", prepare)
        try:
            yield self
        finally:
            event.remove(engine, "connect", prepare)
            engine.dispose()


def _visits(plan: dict[str, Any], statement: str, *, limited: bool) -> Iterator[Visit]:
    kind = plan["Node Type"]
    limited = limited or kind == "Limit"
    if "Scan" in kind and "Relation Name" in plan:
        lost = sum(
            plan.get(name, 0)
            for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        )
        yield Visit(
            statement,
            plan["Relation Name"],
            kind,
            (plan.get("Actual Rows", 0) + lost) * plan.get("Actual Loops", 1),
            # A bitmap's heap is looked up by the bitmap below it.
            "Index Cond" in plan or kind in ("Bitmap Heap Scan", "Tid Scan"),
            limited,
        )
    elif kind == "Bitmap Index Scan" and "Index Cond" not in plan:
        yield Visit(statement, plan["Index Name"], kind, plan.get("Actual Rows", 0), False, limited)
    for part in plan.get("Plans", ()):
        yield from _visits(part, statement, limited=limited)
