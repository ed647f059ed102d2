"""What the worker does to keep, remove and give out."""

from __future__ import annotations
