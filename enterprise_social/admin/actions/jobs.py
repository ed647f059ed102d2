"""What is done about jobs that were given up."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from enterprise_social.core import audit, outbox
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin


@action
def retry_jobs(actor: Person | None, job_ids: Sequence[int] | None = None) -> int:
    """Try given-up jobs again from the first attempt, some or all; returns how many."""
    _require(actor)
    count = outbox.retry(job_ids)
    if count:
        audit.record(actor, "jobs.retry", "outbox", _details(job_ids, count))
    return count


@action
def drop_jobs(actor: Person | None, job_ids: Sequence[int]) -> int:
    """Throw given-up jobs away: what they should have done is not done. Returns how many."""
    _require(actor)
    count = outbox.drop(job_ids)
    if count:
        audit.record(actor, "jobs.drop", "outbox", _details(job_ids, count))
    return count


def _details(job_ids: Sequence[int] | None, count: int) -> dict[str, object]:
    return {"jobs": count, "ids": sorted(job_ids) if job_ids is not None else "all"}


def _require(actor: Person | None) -> None:
    require(is_admin(actor), _("Only admins may do this."))
