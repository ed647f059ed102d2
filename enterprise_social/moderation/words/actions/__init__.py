"""Writes of word rules: making, changing, switching and deleting them, and what they matched."""

from __future__ import annotations

from enterprise_social.moderation.words.actions.hits import add_hits, forget_hits, keep_hits
from enterprise_social.moderation.words.actions.rules import (
    create_rule,
    delete_rule,
    switch_rule,
    update_rule,
)

__all__ = [
    "add_hits",
    "create_rule",
    "delete_rule",
    "forget_hits",
    "keep_hits",
    "switch_rule",
    "update_rule",
]
