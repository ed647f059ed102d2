"""Writes of reactions: to react, to take it back, to choose a skin tone."""

from __future__ import annotations

from enterprise_social.reactions.actions.choosing import set_tone
from enterprise_social.reactions.actions.reacting import react, withdraw

__all__ = ["react", "set_tone", "withdraw"]
