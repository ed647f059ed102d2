"""Tables of what is kept, held, given out and erased."""

from __future__ import annotations

from enterprise_social.records.models.audit import AuditCheck, GivenHead
from enterprise_social.records.models.erasures import LONGEST_ERASURE_REASON, Erasure
from enterprise_social.records.models.exports import (
    EXPORT_KINDS,
    EXPORT_STATES,
    LONGEST_EXPORT_REASON,
    DataExport,
)
from enterprise_social.records.models.holds import LONGEST_MATTER, LONGEST_REASON, LegalHold
from enterprise_social.records.models.memberships import MembershipSpan
from enterprise_social.records.models.retention import (
    LONGEST_DAYS,
    STATE_ID,
    ChannelRetention,
    RecordsState,
    RetentionRun,
)

__all__ = [
    "EXPORT_KINDS",
    "EXPORT_STATES",
    "LONGEST_DAYS",
    "LONGEST_ERASURE_REASON",
    "LONGEST_EXPORT_REASON",
    "LONGEST_MATTER",
    "LONGEST_REASON",
    "STATE_ID",
    "AuditCheck",
    "ChannelRetention",
    "DataExport",
    "Erasure",
    "GivenHead",
    "LegalHold",
    "MembershipSpan",
    "RecordsState",
    "RetentionRun",
]
