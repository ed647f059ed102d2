"""Pages of keeping, holding, giving out and erasing."""

from __future__ import annotations
