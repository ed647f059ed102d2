"""Where the audit log stands: what an archive says of it can be checked against it later."""

from __future__ import annotations

from typing import Any

from enterprise_social.core.audit import AuditHead
from enterprise_social.core.audit.models import HEAD_ID
from enterprise_social.core.db import db


def audit_head() -> dict[str, Any]:
    """Return the number and hash of the audit log's last entry."""
    head = db.session.get(AuditHead, HEAD_ID, populate_existing=True)
    return {"entry_id": head.entry_id, "hash": head.hash} if head is not None else {}
