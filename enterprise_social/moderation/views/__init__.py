"""The pages of moderation: reporting, judging, what concerns oneself, and the counts."""

from __future__ import annotations

from enterprise_social.moderation.views import (
    appealing,
    approvals,
    cases,
    counting,
    limits,
    mine,
    queue,
    reporting,
    rules,
    words,
)
from enterprise_social.moderation.views.place import blueprint

__all__ = [
    "appealing",
    "approvals",
    "blueprint",
    "cases",
    "counting",
    "limits",
    "mine",
    "queue",
    "reporting",
    "rules",
    "words",
]
