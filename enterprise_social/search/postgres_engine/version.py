"""The version of the index's content."""

from __future__ import annotations

#: Raised with every change to the tables' content or to `words.py`: an older index is rebuilt.
VERSION = 2
