"""What the worker does when somebody was erased, or two accounts became one."""

from __future__ import annotations

from enterprise_social.core.events import after
from enterprise_social.records.actions import erasing_steps, merging_steps
from enterprise_social.records.events import ErasureStep, PeopleMerged


@after(ErasureStep, lane="erasing")
def go_on(event: ErasureStep) -> None:
    """Look for what is left, everywhere."""
    erasing_steps.go_on(event.erasure_id)


@after(PeopleMerged, lane="erasing")
def hand_over(event: PeopleMerged) -> None:
    """Let everything that names the closed account name the kept one."""
    merging_steps.go_on(event.kept_id, event.closed_id)
