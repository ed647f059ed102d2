"""An index of posts in PostgreSQL, for installations of several processes.

Words are cut by `search.words` and stored as vectors that are made here, so that this engine and
the one in a folder find the same posts. PostgreSQL filters and matches (GIN indexes over the
vectors); ranking looks at some thousand matches and happens in Python, because ranking in the
database reads every match.
"""

from __future__ import annotations
