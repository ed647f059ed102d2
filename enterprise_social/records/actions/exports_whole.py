"""That everything was given out by the command line stands in the audit log."""

from __future__ import annotations

from enterprise_social.core import audit
from enterprise_social.core.actions import action


@action
def note_whole_export(counts: dict[str, int]) -> None:
    """Note that an archive of everything was written."""
    audit.record(None, "exports.everything", "organisation", {"counts": counts})
