"""Reads of word rules: their lists, what they matched, and what one would have matched."""

from __future__ import annotations
