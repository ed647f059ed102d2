"""Archives: ZIP files of any size in bounded memory, and what is written into them."""

from __future__ import annotations
