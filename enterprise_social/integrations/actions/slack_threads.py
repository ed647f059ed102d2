"""Tells the first posts of threads about the replies that an import wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from enterprise_social.core.db import db
from enterprise_social.integrations.actions.slack_keys import chunks
from enterprise_social.posts.models import MOST_FACES, Post


@dataclass
class _Thread:
    replies: int = 0
    last_at: datetime | None = None
    changed_seq: int = 0
    faces: list[int] = field(default_factory=list)


class Threads:
    """Gathers replies by their root, and writes the counts once."""

    def __init__(self) -> None:
        self._threads: dict[int, _Thread] = {}

    def reply(self, root: int, author_id: int, moment: datetime, seq: int) -> None:
        """Note a reply of `author_id` at `moment`, the channel's change `seq`."""
        thread = self._threads.setdefault(root, _Thread())
        thread.replies += 1
        thread.last_at = max(thread.last_at or moment, moment)
        thread.changed_seq = seq
        thread.faces = _with(author_id, thread.faces)

    def write(self) -> None:
        """Add what was noted to the roots, which are all inserted by now."""
        values = [
            value for piece in chunks(list(self._threads)) for value in self._changed(list(piece))
        ]
        if values:
            db.session.execute(update(Post), values)

    def _changed(self, roots: list[int]) -> list[dict[str, Any]]:
        columns = (Post.id, Post.reply_count, Post.last_reply_at, Post.reply_faces)
        values = []
        for row in db.session.execute(select(*columns).where(Post.id.in_(roots))):
            thread = self._threads[row.id]
            times = [one for one in (thread.last_at, row.last_reply_at) if one is not None]
            faces = row.reply_faces
            for face in reversed(thread.faces):
                faces = _with(face, faces)
            values.append(
                {
                    "id": row.id,
                    "reply_count": row.reply_count + thread.replies,
                    "last_reply_at": max(times),
                    "reply_faces": faces,
                    "changed_seq": thread.changed_seq,
                }
            )
        return values


def _with(face: int, faces: list[int]) -> list[int]:
    """The faces with `face` in front, as each new reply puts it there."""
    return [face, *(one for one in faces if one != face)][:MOST_FACES]
