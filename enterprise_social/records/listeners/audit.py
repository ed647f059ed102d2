"""What the worker does with the audit log: checks it, and gives its head out every day."""

from __future__ import annotations

import logging
import time

from enterprise_social.core.audit import checking
from enterprise_social.core.daily import DayBegun
from enterprise_social.core.events import after
from enterprise_social.records import giving_heads
from enterprise_social.records.actions import audit
from enterprise_social.records.events import AuditCheckAsked, HeadGiven

log = logging.getLogger(__name__)
# A million entries take their time, and hold nothing else up.
CHECKS = "audit checks"
HEADS = "audit heads"
# After each thousand entries others have their turn: requests may be answered by this process.
PAUSE_SECONDS = 0.005


@after(DayBegun)
def give_out(event: DayBegun) -> None:
    """Check the log and give its head out, once a day."""
    audit.ask_check(None)
    audit.give_out_head(event.day)


@after(AuditCheckAsked, lane=CHECKS)
def check(event: AuditCheckAsked) -> None:
    """Check the whole log, and whether it holds all heads that were given out."""
    known = giving_heads.known_heads()
    outcome = checking.check(known, lambda: time.sleep(PAUSE_SECONDS))
    if outcome.fault is not None:
        fault = outcome.fault
        log.error("the audit log is not whole: entry %s was %s", fault.number, fault.how)
    audit.keep_outcome(event.check_id, outcome)


@after(HeadGiven)
def write_head(event: HeadGiven) -> None:
    """Write it to those who keep it."""
    giving_heads.mail_head(event.day)


@after(HeadGiven, lane=HEADS)
def send_head(event: HeadGiven) -> None:
    """Send it to the server that keeps it."""
    giving_heads.post_head(event.day)
