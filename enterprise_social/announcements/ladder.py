"""The ladder: which way is tried when, until somebody has answered.

A ladder is ``{"steps": [{"after": seconds, "ways": [way, …]}, …], "repeat": {"after", "ways"} or
None}``. ``after`` counts from the recipient's own beginning; the repetition counts from the step
before it. The way ``next`` stands for the recipient's own next way that was not tried yet.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from enterprise_social.announcements.models import WAYS
from enterprise_social.core.errors import Invalid

MOST_STEPS = 10
LONGEST_AFTER = 30 * 24 * 3600
SHORTEST_REPEAT = 60
SHORTEST_GAP = timedelta(seconds=60)
STEP_WAYS = (*WAYS, "next")

DEFAULTS: dict[str, dict[str, Any]] = {
    "routine": {"steps": [{"after": 0, "ways": ["app"]}], "repeat": None},
    "important": {
        "steps": [
            {"after": 0, "ways": ["app", "push"]},
            {"after": 3600, "ways": ["email"]},
        ],
        "repeat": None,
    },
    "critical": {
        "steps": [
            {"after": 0, "ways": ["app", "push"]},
            {"after": 300, "ways": ["email"]},
            {"after": 600, "ways": ["push", "gateway"]},
            {"after": 1200, "ways": ["manager"]},
        ],
        "repeat": {"after": 1800, "ways": ["push", "email"]},
    },
}


def ways_of_step(ladder: dict[str, Any], index: int) -> Sequence[str]:
    """Return the ways of step ``index``, counted from 0; repetitions follow the last step."""
    steps = ladder["steps"]
    if index < len(steps):
        return list(steps[index]["ways"])
    repeat = ladder.get("repeat")
    return list(repeat["ways"]) if repeat else []


def moment_of_step(ladder: dict[str, Any], begins_at: datetime, index: int) -> datetime | None:
    """Return when step ``index`` of somebody is due, or None where there is no such step."""
    steps = ladder["steps"]
    if index < len(steps):
        return begins_at + timedelta(seconds=steps[index]["after"])
    repeat = ladder.get("repeat")
    if not repeat:
        return None
    rounds = index - len(steps) + 1
    return begins_at + timedelta(seconds=steps[-1]["after"] + rounds * repeat["after"])


def next_moment(
    ladder: dict[str, Any], begins_at: datetime, index: int, moment: datetime
) -> datetime | None:
    """Return when the step after ``index``, carried out at ``moment``, is due; None after the last.

    Steps that were slept through, by a stop or quiet hours, don't all come at once: they keep
    their distance, up to SHORTEST_GAP.
    """
    here = moment_of_step(ladder, begins_at, index)
    after = moment_of_step(ladder, begins_at, index + 1)
    if here is None or after is None:
        return after
    return max(after, moment + min(after - here, SHORTEST_GAP))


def choose_ways(
    ways: Sequence[str], own_order: Sequence[str], tried: Collection[str], possible: Collection[str]
) -> list[str]:
    """Return the ways that are tried for somebody at a step.

    ``possible`` are those by which they can be reached at all. Where none of a step's ways is,
    the step isn't lost: their own first possible way that was not tried yet takes its place.
    """
    chosen: list[str] = []
    for way in ways:
        if way == "next":
            way = _untried(own_order, tried, possible, chosen) or ""
        if way in possible and way not in chosen:
            chosen.append(way)
    if not chosen:
        instead = _untried(own_order, tried, possible, chosen)
        chosen = [instead] if instead else []
    return chosen


def _untried(
    order: Sequence[str], tried: Collection[str], possible: Collection[str], chosen: Sequence[str]
) -> str | None:
    fits = (way for way in order if way in possible and way not in tried and way not in chosen)
    return next(fits, None)


def clean(steps: Any, repeat: Any) -> dict[str, Any]:
    """Return a ladder in the form in which it is kept; raises Invalid that says what is wrong."""
    if not isinstance(steps, list) or not 1 <= len(steps) <= MOST_STEPS:
        raise Invalid(errors={"steps": [_("A ladder has 1 to %(most)d steps.", most=MOST_STEPS)]})
    cleaned = [_clean_step(step, f"steps.{index}") for index, step in enumerate(steps)]
    if cleaned[0]["after"] != 0:
        raise Invalid(errors={"steps.0": [_("The first step is at once: after 0 seconds.")]})
    for index in range(1, len(cleaned)):
        if cleaned[index]["after"] <= cleaned[index - 1]["after"]:
            late = _("Each step comes later than the one before it.")
            raise Invalid(errors={f"steps.{index}": [late]})
    again = _clean_step(repeat, "repeat") if repeat else None
    if again is not None and again["after"] < SHORTEST_REPEAT:
        raise Invalid(errors={"repeat": [_("Repeat after a minute at the earliest.")]})
    return {"steps": cleaned, "repeat": again}


def _clean_step(step: Any, field: str) -> dict[str, Any]:
    after = step.get("after") if isinstance(step, dict) else None
    ways = step.get("ways") if isinstance(step, dict) else None
    if isinstance(after, bool) or not isinstance(after, int) or not 0 <= after <= LONGEST_AFTER:
        raise Invalid(errors={field: [_("A step needs its time, at most 30 days.")]})
    if not isinstance(ways, list) or not ways or any(way not in STEP_WAYS for way in ways):
        names = ", ".join(STEP_WAYS)
        raise Invalid(errors={field: [_("A step needs its ways: %(names)s.", names=names)]})
    return {"after": after, "ways": list(dict.fromkeys(ways))}
