"""What the worker does when somebody was erased."""

from __future__ import annotations

from enterprise_social.core.events import after
from enterprise_social.records.actions import erasing_steps
from enterprise_social.records.events import ErasureStep


@after(ErasureStep, lane="erasing")
def go_on(event: ErasureStep) -> None:
    """Look for what is left, everywhere."""
    erasing_steps.go_on(event.erasure_id)
