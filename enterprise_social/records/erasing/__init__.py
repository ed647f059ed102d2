"""Erasing a person: what they were known by, and the steps that look for it everywhere."""

from __future__ import annotations
