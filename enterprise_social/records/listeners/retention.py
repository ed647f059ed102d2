"""What the worker does about retention: a run a day, a little at a time."""

from __future__ import annotations

from enterprise_social.core.daily import DayBegun
from enterprise_social.core.events import after
from enterprise_social.records.actions import retention
from enterprise_social.records.events import RetentionDue

# Removing a million posts takes its time, and holds nothing else up.
LANE = "retention"


@after(DayBegun)
def begin(_event: DayBegun) -> None:
    """Begin the day's run."""
    retention.begin_run()


@after(RetentionDue, lane=LANE)
def go_on(event: RetentionDue) -> None:
    """Remove some of what is past its time."""
    retention.take_turn(event.run_id, event.after_channel_id)
