"""An index of posts in a folder, kept with Whoosh: the default beside SQLite.

The web process only reads (`segments`, `snapshot`, `matching`, `ranking`, `vocabulary`); a child
process writes and merges (`process` here, `child`, `writing` and `merging` there), because a merge
holds the interpreter for seconds. `folders` decides which folder is the live index, `backend` is
the `SearchEngine`.

From Whoosh come the files: analysis hooks, schema, segments with their postings, the writer and
the table of contents. Matching and scoring are ours, over decoded postings of segments that never
change, so that the rights of a reader and the words of a thread cost little.
"""

from __future__ import annotations
