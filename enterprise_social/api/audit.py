"""The audit log, for programs that keep it elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Moment, Text, Whole
from enterprise_social.api.wire import listing
from enterprise_social.core.access import require
from enterprise_social.people.models import Person
from enterprise_social.records.audit_documents import document
from enterprise_social.records.audit_words import sentence
from enterprise_social.records.policy.audit import may_read
from enterprise_social.records.queries.audit import Asked, names_of, page


@call(
    "GET",
    "/audit",
    "Read the audit log, the newest entry first",
    answer="[AuditEntry]",
    paged=True,
    query={
        "actor_id": Whole(1, summary="What this person did."),
        "action": Text(80, summary="One sort of act, such as `people.role`."),
        "target": Text(120, summary="What was done to it, such as `person:7`."),
        "since": Moment("From then on."),
        "until": Moment("Before then."),
    },
    refusals={403: "The caller may not read the audit log, or the token lacks `admin`."},
)
def list_audit_entries(
    viewer: Person,
    *,
    limit: int,
    cursor: str | None,
    actor_id: int | None = None,
    action: str = "",
    target: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """For admins, and those to whom the right was granted.

    `hash` is the SHA-256 of the other members but `sentence` as canonical JSON (RFC 8785).
    """
    identity.require_scope("admin")
    require(may_read(viewer), _("You may not read the audit log."))
    asked = Asked(actor_id=actor_id, act=action, target=target, since=since, until=until)
    found = page(asked, cursor=cursor, limit=limit)
    names = names_of(found.items, viewer)
    return listing(found, lambda entry: {**document(entry), "sentence": sentence(entry, names)})
