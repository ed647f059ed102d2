"""Tables of what is kept, held, given out and erased."""

from __future__ import annotations

from enterprise_social.records.models.holds import LONGEST_MATTER, LONGEST_REASON, LegalHold
from enterprise_social.records.models.retention import (
    LONGEST_DAYS,
    STATE_ID,
    ChannelRetention,
    RecordsState,
    RetentionRun,
)

__all__ = [
    "LONGEST_DAYS",
    "LONGEST_MATTER",
    "LONGEST_REASON",
    "STATE_ID",
    "ChannelRetention",
    "LegalHold",
    "RecordsState",
    "RetentionRun",
]
