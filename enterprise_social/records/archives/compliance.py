"""A compliance export: all that a scope takes in, with edits, deletions and who could see it.

The members are described in docs/records.md; ``SHA256SUMS`` can be checked by ``sha256sum -c``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import select

from enterprise_social.announcements.models import Announcement, AnnouncementFile, Recipient
from enterprise_social.channels.models import STORYLINE, Channel
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.db import db
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person
from enterprise_social.records.archives import json_lines, mails, names
from enterprise_social.records.archives.contents import blocks_of
from enterprise_social.records.archives.reading import Audience, People, Piece, is_kept, pieces
from enterprise_social.records.archives.scopes import Scope, channels_of
from enterprise_social.records.archives.zipping import ZipWriter
from enterprise_social.records.models import MembershipSpan

FORMAT = 1
Step = Callable[[int], None]


# What a mail's subject calls a place that is no channel to whoever looks for one.
_PLACES = {"direct": "Direct conversation", STORYLINE: "Storyline of {name}"}


class ComplianceWriter:
    """Writes one export into an archive; ``counts`` says what is in it."""

    def __init__(self, archive: ZipWriter, scope: Scope, step: Step) -> None:
        """Prepare; ``step`` is told of each piece of posts."""
        self._archive = archive
        self._scope = scope
        self._step = step
        self._people = People()
        self._named: set[int] = set()
        self.counts: Counter[str] = Counter()

    def write(self, about: dict[str, Any]) -> None:
        """Write all members; ``about`` opens the manifest."""
        for channel, whole in channels_of(self._scope):
            self._channel(channel, whole)
        if not self._scope.channels:
            self._announcements()
        self._archive.add("people.jsonl", json_lines.lines(self._everybody_named()))
        self._archive.add("SHA256SUMS", self._archive.sums())
        manifest = {
            "format": FORMAT,
            **about,
            "scope": self._scope.as_json(),
            "counts": dict(self.counts),
            "members": self._archive.members,
        }
        self._archive.add("manifest.json", json_lines.document(manifest))

    def _channel(self, channel: Channel, whole: bool) -> None:
        folder = names.part(channel.slug, before=str(channel.id))
        audience = Audience(channel)
        day, written = "", 0
        with json_lines.Spool() as spool:

            def close(of_day: str) -> None:
                if of_day:
                    self._archive.add(f"channels/{folder}/{of_day}.jsonl", spool.blocks())
                    spool.clear()

            for piece in pieces(channel.id, self._scope.span, everybody=whole):
                self._remember(piece)
                for post in piece.posts:
                    its_day = post.created_at.astimezone(UTC).date().isoformat()
                    if its_day != day:
                        close(day)
                        day = its_day
                    facts = _post(post, piece, audience.at(post.created_at))
                    facts["files"] = [self._file(file) for file in piece.files[post.id]]
                    spool.write(json_lines.line(facts))
                    if self._scope.mail:
                        self._mail(channel, folder, day, post, piece, facts)
                    written += 1
                self._step(len(piece.posts))
            close(day)
        self.counts["posts"] += written
        if written or channel.id in self._scope.channels:
            self.counts["channels"] += 1
            document = json_lines.document(self._about(channel))
            self._archive.add(f"channels/{folder}/channel.json", document)

    def _remember(self, piece: Piece) -> None:
        for post in piece.posts:
            self._named.update({post.author_id, *post.mention_ids})
            self._named.update(each.editor_id for each in piece.revisions[post.id])
            self._named.update(each.person_id for each in piece.reactions[post.id])
            if post.deleted_by_id is not None:
                self._named.add(post.deleted_by_id)
            self.counts["deleted"] += post.deleted_at is not None
            self.counts["revisions"] += len(piece.revisions[post.id])

    def _about(self, channel: Channel) -> dict[str, Any]:
        columns = ("id", "slug", "name", "kind", "topic", "purpose", "created_by_id", "created_at")
        spans = select(
            MembershipSpan.person_id, MembershipSpan.began_at, MembershipSpan.ended_at
        ).where(MembershipSpan.channel_id == channel.id)
        members = [
            {"person_id": row.person_id, "from": row.began_at, "until": row.ended_at}
            for row in db.session.execute(spans.order_by(MembershipSpan.id))
        ]
        finish_reading()
        self._named.update(each["person_id"] for each in members)
        found = {name: getattr(channel, name) for name in columns}
        return {**found, "archived_at": channel.archived_at, "members": members}

    def _file(self, file: Any) -> dict[str, Any]:
        facts = {
            name: getattr(file, name)
            for name in ("id", "name", "mime", "size", "sha256", "alt", "owner_id", "created_at")
        }
        member = None
        if self._scope.files and is_kept(file) and storage().exists(f"files/{file.id}"):
            member = f"files/{names.part(file.name, before=str(file.id))}"
            if not file.deleted_at:
                self._archive.add(member, blocks_of(f"files/{file.id}"))
                self.counts["files"] += 1
        return {**facts, "deleted_at": file.deleted_at, "member": member}

    def _mail(
        self,
        channel: Channel,
        folder: str,
        day: str,
        post: Any,
        piece: Piece,
        facts: dict[str, Any],
    ) -> None:
        audience = facts["audience"].get("person_ids", ())
        known = self._people.get({post.author_id, *audience})
        attached = [
            mails.Attached(file["name"], file["mime"], partial(blocks_of, f"files/{file['id']}"))
            for file in facts["files"]
            if file["member"]
        ]
        for number, revision in enumerate(piece.revisions[post.id], 1):
            said = revision.body.encode("utf-8", "replace")
            name = f"before-edit-{number}.txt"
            attached.append(mails.Attached(name, "text/plain", partial(_whole, said)))
        root = piece.roots.get(post.parent_id) if post.parent_id else None
        first = (root.plain if root is not None else post.plain).split("\n", 1)[0]
        place = _PLACES.get(channel.kind, "#{name}").format(name=channel.name)
        letter = mails.Letter(
            post_id=post.id,
            root_id=post.parent_id,
            quoted_id=post.quoted_post_id,
            author=known.get(post.author_id),
            to=[known[each] for each in audience if each in known and each != post.author_id],
            place=place,
            subject=f"{'Re: ' if root is not None else ''}{place}: {first}",
            at=post.created_at,
            text=post.body,
            facts=_headers(channel, post, facts["audience"]),
            attached=attached,
        )
        self._archive.add(f"mail/{folder}/{day}/{post.id}.eml", mails.mail(letter))
        self.counts["mails"] += 1

    def _announcements(self) -> None:
        rows = list(_announcements(self._scope))
        if rows:
            self._archive.add("announcements.jsonl", json_lines.lines(map(self._announced, rows)))

    def _announced(self, row: Any) -> dict[str, Any]:
        self.counts["announcements"] += 1
        self._named.add(row.author_id)
        told = select(
            Recipient.person_id, Recipient.begins_at, Recipient.seen_at, Recipient.answered_at,
            Recipient.choice, Recipient.note,
        ).where(Recipient.announcement_id == row.id)  # fmt: skip
        recipients = [dict(each._mapping) for each in db.session.execute(told)]  # noqa: SLF001
        files = select(AnnouncementFile.file_id).where(AnnouncementFile.announcement_id == row.id)
        file_ids = list(db.session.scalars(files))
        finish_reading()
        return {**row._mapping, "recipients": recipients, "file_ids": file_ids}  # noqa: SLF001

    def _everybody_named(self) -> Iterator[dict[str, Any]]:
        columns = (
            Person.id, Person.name, Person.username, Person.email, Person.title,
            Person.department, Person.location, Person.role, Person.is_bot, Person.created_at,
            Person.deactivated_at, Person.erased_at,
        )  # fmt: skip
        ids = sorted(self._named)
        for start in range(0, len(ids), 500):
            statement = select(*columns).where(Person.id.in_(ids[start : start + 500]))
            rows = db.session.execute(statement.order_by(Person.id)).all()
            finish_reading()
            self.counts["people"] += len(rows)
            yield from (dict(row._mapping) for row in rows)  # noqa: SLF001


def _announcements(scope: Scope) -> Iterable[Any]:
    table = Announcement
    statement = select(
        table.id, table.kind, table.author_id, table.in_name_of_id, table.state, table.title,
        table.body, table.priority, table.audience_text, table.asks, table.choices,
        table.published_at, table.ended_at, table.ended_as, table.created_at, table.updated_at,
    ).order_by(table.id)  # fmt: skip
    if scope.people:
        statement = statement.where(table.author_id.in_(scope.people))
    if scope.since is not None:
        statement = statement.where(table.created_at >= scope.since)
    if scope.until is not None:
        statement = statement.where(table.created_at < scope.until)
    return db.session.execute(statement).all()


def _post(post: Any, piece: Piece, audience: dict[str, Any]) -> dict[str, Any]:
    names_of = (
        "id", "channel_id", "seq", "type", "parent_id", "in_stream", "author_id", "body",
        "created_at", "edited_at", "deleted_at", "deleted_by_id", "hidden_at", "pinned_at",
        "quoted_post_id", "mention_ids", "mentions_all", "import_key",
    )  # fmt: skip
    revisions = [
        {"body": each.body, "replaced_at": each.replaced_at, "editor_id": each.editor_id}
        for each in piece.revisions[post.id]
    ]
    found = {name: getattr(post, name) for name in names_of}
    reactions = [
        {"emoji": each.emoji, "person_id": each.person_id, "at": each.created_at}
        for each in piece.reactions[post.id]
    ]
    return {**found, "revisions": revisions, "reactions": reactions, "audience": audience}


def _headers(channel: Channel, post: Any, audience: dict[str, Any]) -> dict[str, str]:
    facts = {
        "Post": str(post.id),
        "Channel": f"{channel.id} {channel.slug} {channel.kind}",
        "Audience": f"{audience['kind']} {audience.get('count', '')}".strip(),
    }
    moments = {"Edited": "edited_at", "Deleted": "deleted_at", "Hidden": "hidden_at"}
    for name, column in moments.items():
        moment: datetime | None = getattr(post, column)
        if moment is not None:
            facts[name] = str(json_lines.plain(moment))
    if post.deleted_by_id is not None:
        facts["Deleted-By"] = str(post.deleted_by_id)
    return facts


def _whole(content: bytes) -> Iterator[bytes]:
    yield content
