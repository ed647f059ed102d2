"""Writes a conversation's messages as posts: in batches, in the order of their times."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import insert, select

from enterprise_social.channels.models import Change
from enterprise_social.core import screening
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.core.screening import Verdict
from enterprise_social.core.text import Rendered, normalise, render, safe_name
from enterprise_social.integrations.actions.slack_channels import Place, read_up_to_end
from enterprise_social.integrations.actions.slack_keys import (
    import_key,
    timestamp,
)
from enterprise_social.integrations.actions.slack_names import NameBook
from enterprise_social.integrations.actions.slack_reactions import kept_of, landed
from enterprise_social.integrations.actions.slack_screening import STOPPED, judged
from enterprise_social.integrations.actions.slack_threads import Threads
from enterprise_social.integrations.report import Counts, ImportReport
from enterprise_social.integrations.slack.content import skip_reason, spoken_text
from enterprise_social.integrations.slack.mrkdwn import to_markdown
from enterprise_social.integrations.slack.records import SlackMessage, at
from enterprise_social.integrations.slack.survey import Speakers
from enterprise_social.posts.events import PostsImported
from enterprise_social.posts.models import Mention, Post, PostHashtag
from enterprise_social.reactions.models import Reaction
from enterprise_social.reactions.queries import all_tokens

BATCH = 500
# Slack's own limit is 40,000. What is longer than ours is kept whole; this is only a bound.
LONGEST_IMPORTED = 100_000
DUPLICATE = "duplicate"
UNKNOWN_REACTION = "unknown_emoji_or_person"


class Said(NamedTuple):
    """A message's text, what it becomes, and what rules of words say of it."""

    body: str
    content: Rendered
    verdict: Verdict


class PostWriter:
    """Writes the messages of one conversation; `add` them in order, then `finish`."""

    def __init__(
        self,
        place: Place,
        *,
        workspace: str,
        authors: dict[str, int],
        speakers: Speakers,
        names: NameBook,
        report: ImportReport,
        ids: Iterator[int],
    ) -> None:
        self._channel = place.channel
        self._label = safe_name(place.source.name or place.source.id)
        self._key_parts = (workspace, place.source.id)
        self._authors = authors
        self._speakers = speakers
        self._names = names
        names.current = place.channel.id
        self._report = report
        self._ids = ids
        self._seq_before = place.channel.seq
        self._existing = {} if place.is_new else self._written_before()
        # The root of each message's thread, by the message's time, which is its id in Slack.
        self._roots: dict[int, int] = {}
        self._seen: dict[str, str] = {}
        self._threads = Threads()
        self._headless: set[int] = set()
        self._posts: list[dict[str, Any]] = []
        self._changes: list[dict[str, Any]] = []
        self._mentions: list[dict[str, Any]] = []
        self._tags: list[dict[str, Any]] = []
        self._reactions: list[dict[str, Any]] = []
        self._own_emoji = all_tokens()
        self._moment = now()

    def _written_before(self) -> dict[str, tuple[int, int | None]]:
        rows = db.session.execute(
            select(Post.import_key, Post.id, Post.parent_id).where(
                Post.channel_id == self._channel.id, Post.import_key.is_not(None)
            )
        )
        return {row.import_key: (row.id, row.parent_id) for row in rows}

    def add(self, message: SlackMessage) -> None:
        """Write one message, or count why not."""
        if reason := skip_reason(message):
            self._report.skip("replies" if message.is_reply else "posts", reason)
            return
        author = self._speakers.of(message)
        key = self._key(message, author)
        if key is None:
            self._report.skip("replies" if message.is_reply else "posts", DUPLICATE)
            return
        if key in self._existing:
            self._recognise(message, *self._existing[key])
            return
        said = self._said(message, self._authors[author])
        if said is None:
            self._report.skip("replies" if message.is_reply else "posts", STOPPED)
            return
        root = self._root(message)
        identifier = self._write(message, key, self._authors[author], root, said)
        self._roots.setdefault(message.ts, root or identifier)
        if message.is_reply and root is None and message.thread_ts is not None:
            self._roots.setdefault(message.thread_ts, identifier)
        self._count(message, root is not None, existing=False)

    def _key(self, message: SlackMessage, author: str) -> str | None:
        """The message's key; None for one that came before, word for word."""
        said = hashlib.sha256(f"{author}\0{message.text}".encode()).hexdigest()[:16]
        key = import_key(*self._key_parts, timestamp(message.ts))
        if self._seen.get(key) == said:
            return None
        if key in self._seen:
            # Two messages of the same moment: both stay.
            key = import_key(*self._key_parts, timestamp(message.ts), said)
            if key in self._seen:
                return None
        self._seen[key] = said
        return key

    def _root(self, message: SlackMessage) -> int | None:
        """The root of the thread that a message replies in; None for one that begins something.

        Where the export doesn't have the first message, the first reply takes its place.
        """
        if not message.is_reply or message.thread_ts is None:
            return None
        root = self._roots.get(message.thread_ts)
        if root is None:
            self._headless.add(message.thread_ts)
        return root

    def _recognise(self, message: SlackMessage, identifier: int, parent: int | None) -> None:
        self._roots.setdefault(message.ts, parent or identifier)
        if message.is_reply and parent is None and message.thread_ts is not None:
            self._roots.setdefault(message.thread_ts, identifier)
        self._count(message, parent is not None, existing=True)

    def _count(self, message: SlackMessage, in_thread: bool, *, existing: bool) -> None:
        def count(counts: Counts, number: int) -> None:
            if existing:
                counts.existing += number
            else:
                counts.imported += number

        count(self._report.replies if in_thread else self._report.posts, 1)
        count(self._report.files, len(message.files))
        if existing:
            reactions = landed(message.reactions, self._authors, self._own_emoji)
            count(self._report.reactions, len(reactions.pairs))

    def _said(self, message: SlackMessage, author_id: int) -> Said | None:
        """What a message says here; None where a rule of words stops it."""
        body = self._body(message)
        content = render(body, self._names)
        place = "messages" if self._channel.kind == "direct" else "posts"
        verdict = judged(place, body, content.plain, self._channel.id, author_id)
        if verdict is None:
            return None
        if verdict.text != body:
            body = verdict.text
            content = render(body, self._names)
        return Said(body, content, verdict)

    def _write(
        self, message: SlackMessage, key: str, author_id: int, root: int | None, said: Said
    ) -> int:
        body, content = said.body, said.content
        channel, identifier, moment = self._channel, next(self._ids), at(message.ts)
        reactions = landed(message.reactions, self._authors, self._own_emoji)
        self._reactions += reactions.rows(identifier, moment)
        self._report.reactions.imported += len(reactions.pairs)
        if unknown := reactions.unknown:
            self._report.skip("reactions", UNKNOWN_REACTION, unknown)
        channel.seq += 1
        in_stream = root is None or message.broadcast
        if in_stream:
            channel.last_post_seq = channel.seq
        channel.last_post_at = max(channel.last_post_at or moment, moment)
        if root is not None:
            self._threads.reply(root, author_id, moment, channel.seq)
        self._posts.append(
            {
                "id": identifier,
                "channel_id": channel.id,
                "seq": channel.seq,
                "changed_seq": channel.seq,
                "parent_id": root,
                "in_stream": in_stream,
                "author_id": author_id,
                "body": body,
                "html": content.html,
                "plain": content.plain,
                "created_at": moment,
                "edited_at": None if message.edited is None else at(message.edited),
                "mention_ids": list(content.person_ids),
                "mentions_all": content.mentions_all,
                "has_link": bool(content.links),
                "import_key": key,
                "reaction_counts": reactions.counts,
                "import_data": kept_of(message, reactions),
            }
        )
        self._changes.append(
            {
                "channel_id": channel.id,
                "seq": channel.seq,
                "type": "post_created",
                "at": self._moment,
                "post_id": identifier,
                "person_id": author_id,
            }
        )
        named: list[int | None] = [*content.person_ids]
        if content.mentions_all:
            named.append(None)
        self._mentions += [
            {
                "post_id": identifier,
                "person_id": person_id,
                "channel_id": channel.id,
                "author_id": author_id,
                "seq": channel.seq,
            }
            for person_id in named
        ]
        screening.note(said.verdict, f"post:{identifier}")
        tags = sorted({tag[:100] for tag in content.hashtags})
        when = {"post_id": identifier, "created_at": moment}
        self._tags += [{**when, "tag": tag} for tag in tags]
        if len(self._posts) >= BATCH:
            self._flush()
        return identifier

    def _body(self, message: SlackMessage) -> str:
        if message.markdown:
            return normalise(message.markdown)[:LONGEST_IMPORTED]
        converted = to_markdown(spoken_text(message), self._names)
        for unknown in converted.dangling:
            self._report.problem(
                _(
                    "#%(channel)s: a message names %(id)s, whom the export doesn't know",
                    channel=self._label,
                    id=safe_name(unknown),
                )
            )
        body = normalise(converted.body)
        if len(body) > LONGEST_IMPORTED:
            self._report.problem(
                _(
                    "#%(channel)s: the message %(ts)s was cut to %(most)d characters",
                    channel=self._label,
                    ts=timestamp(message.ts),
                    most=LONGEST_IMPORTED,
                )
            )
            body = body[:LONGEST_IMPORTED]
        return body

    def _flush(self) -> None:
        for table, rows in (
            (Post, self._posts),
            (Change, self._changes),
            (Mention, self._mentions),
            (PostHashtag, self._tags),
            (Reaction, self._reactions),
        ):
            if rows:
                db.session.execute(insert(table), rows)
        if self._posts:
            announce(PostsImported(tuple(row["id"] for row in self._posts)))
        for rows in (self._posts, self._changes, self._mentions, self._tags, self._reactions):
            rows.clear()

    def finish(self) -> None:
        """Write what is left, and what threads and members have to know of it."""
        self._flush()
        self._threads.write()
        if self._channel.seq != self._seq_before:
            db.session.flush()
            read_up_to_end(self._channel, self._seq_before)
        if self._headless:
            self._report.problem(
                _(
                    "#%(channel)s: of %(count)d threads the first message is missing; "
                    "the first reply stands in for it",
                    channel=self._label,
                    count=len(self._headless),
                )
            )
