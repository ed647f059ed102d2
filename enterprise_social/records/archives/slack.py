"""Everything in Slack's layout, which other programs and our own import read.

What Slack has no place for lies beside it as JSON lines, a file a table, without any secret.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.db import db
from enterprise_social.core.sealing import secret_keys
from enterprise_social.files.storage import storage
from enterprise_social.people.models import Person, Status
from enterprise_social.reactions.emoji import slack_name
from enterprise_social.records.archives import json_lines, names
from enterprise_social.records.archives.contents import blocks_of
from enterprise_social.records.archives.mrkdwn import escaped, to_mrkdwn
from enterprise_social.records.archives.reading import Piece, Span, is_kept, pieces
from enterprise_social.records.archives.tables import write_tables
from enterprise_social.records.archives.zipping import ZipWriter

PIECE = 500
# Kinds that Slack knows; announcement channels are public ones there.
_KINDS = ("public", "announcement", "private", "direct")
_FILES = {"private": "groups.json"}
_SAFE_FOLDER = re.compile(r"[^/\\\x00-\x1f\x7f<>:\"|?*.]+\Z")


class SlackWriter:
    """Writes one archive; ``counts`` says what is in it."""

    def __init__(self, archive: ZipWriter, until: datetime, step: Callable[[int], None]) -> None:
        """Prepare; what is said after ``until`` is left out. ``step`` is told of each piece."""
        self._archive = archive
        self._span = Span(until=until)
        self._step = step
        self._users: dict[str, str] = {}
        self._channels: dict[str, tuple[str, str]] = {}
        self.counts: Counter[str] = Counter()

    def write(self) -> None:
        """Write all members."""
        self._archive.add("users.json", _array(self._people()))
        channels = self._all_channels(Channel.kind.in_(_KINDS))
        for channel in channels:
            if channel.kind != "direct":
                self._channels[channel.slug] = (_channel_id(channel), channel.name)
        folders = _folders(channels)
        self._lists(channels)
        for channel in channels:
            self._days(channel, folders[channel.id])
        others = self._all_channels(Channel.kind.not_in(_KINDS))
        name = "enterprise-social/comments.jsonl"
        self._archive.add(name, json_lines.lines(self._comments(others)))
        write_tables(self._archive, self.counts)
        self._archive.add("enterprise-social/SHA256SUMS", self._archive.sums())

    def _people(self) -> Iterator[dict[str, Any]]:
        team, last = _team(), 0
        while True:
            statement = select(Person).where(Person.id > last).order_by(Person.id).limit(PIECE)
            people = db.session.scalars(statement).all()
            ids = [person.id for person in people]
            statuses = {
                each.person_id: each
                for each in db.session.scalars(select(Status).where(Status.person_id.in_(ids)))
            }
            db.session.expunge_all()
            finish_reading()
            for person in people:
                self._users[person.username] = _user_id(person.id)
                yield _user(person, statuses.get(person.id), team)
            self.counts["people"] += len(people)
            if len(people) < PIECE:
                return
            last = people[-1].id

    def _all_channels(self, wanted: ColumnElement[bool]) -> list[Channel]:
        channels = list(db.session.scalars(select(Channel).where(wanted).order_by(Channel.id)))
        db.session.expunge_all()
        finish_reading()
        return channels

    def _lists(self, channels: list[Channel]) -> None:
        lists: dict[str, list[dict[str, Any]]] = {"channels.json": []}
        for channel in channels:
            members = list(
                db.session.scalars(
                    select(Membership.person_id)
                    .where(Membership.channel_id == channel.id)
                    .order_by(Membership.joined_at, Membership.person_id)
                )
            )
            finish_reading()
            file = _FILES.get(channel.kind, "channels.json")
            if channel.kind == "direct":
                file = "dms.json" if len(members) <= 2 else "mpims.json"
            lists.setdefault(file, []).append(_conversation(channel, members))
            self.counts["channels"] += 1
        for file, rows in lists.items():
            self._archive.add(file, json_lines.document(rows))

    def _days(self, channel: Channel, folder: str) -> None:
        day, written = "", 0
        stamps = _Stamps()
        with json_lines.Spool() as spool:

            def close(of_day: str) -> None:
                if of_day:
                    spool.write(b"\n]\n")
                    self._archive.add(f"{folder}/{of_day}.json", spool.blocks())
                    spool.clear()

            for piece in pieces(channel.id, self._span):
                for post in piece.posts:
                    stamp = stamps.next(post.id, post.created_at)
                    its_day = post.created_at.astimezone(UTC).date().isoformat()
                    if its_day != day:
                        close(day)
                        day, written = its_day, 0
                    message = self._message(post, piece, stamp, stamps)
                    spool.write((b",\n" if written else b"[\n") + json_lines.line(message).rstrip())
                    written += 1
                self._step(len(piece.posts))
            close(day)

    def _comments(self, channels: list[Channel]) -> Iterator[dict[str, Any]]:
        """What is said about other things: who may read it has no place in Slack."""
        columns = ("id", "channel_id", "parent_id", "author_id", "body", "created_at", "edited_at")
        for channel in channels:
            for piece in pieces(channel.id, self._span, deleted=False):
                self.counts["comments"] += len(piece.posts)
                self._step(len(piece.posts))
                yield from ({name: getattr(post, name) for name in columns} for post in piece.posts)

    def _message(self, post: Any, piece: Piece, stamp: str, stamps: _Stamps) -> dict[str, Any]:
        message: dict[str, Any] = {"type": "message", "ts": stamp}
        root = piece.roots.get(post.parent_id) if post.parent_id is not None else None
        if root is not None:
            message["thread_ts"] = stamps.known(root.id, root.created_at)
            message["parent_user_id"] = _user_id(root.author_id)
            if post.in_stream:
                message["subtype"] = "thread_broadcast"
        elif post.reply_count:
            message |= {"thread_ts": stamp, "reply_count": post.reply_count}
        if post.deleted_at is not None:
            # Whoever reads this is not to have what was taken away: it is not in here at all.
            self.counts["deleted"] += 1
            return {**message, "subtype": "tombstone", "text": "", "hidden": True}
        self.counts["replies" if root is not None else "posts"] += 1
        message["user"] = _user_id(post.author_id)
        message["text"] = to_mrkdwn(post.body, self._users, self._channels)
        if post.body:
            message["enterprise_social_markdown"] = post.body
        if post.edited_at is not None:
            message["edited"] = {"user": message["user"], "ts": _stamp(post.edited_at)}
        found = [self._file(file) for file in piece.files[post.id]]
        if found:
            message["files"] = found
            message.setdefault("subtype", "file_share")
        if reactions := _reactions(piece.reactions[post.id]):
            message["reactions"] = reactions
            self.counts["reactions"] += len(piece.reactions[post.id])
        return message

    def _file(self, file: Any) -> dict[str, Any]:
        identity = f"F{file.id:08d}"
        facts = {
            "id": identity,
            "name": file.name,
            "title": file.name,
            "mimetype": file.mime,
            "size": file.size,
            "created": int(file.created_at.timestamp()),
            "user": _user_id(file.owner_id),
            "alt_txt": file.alt,
        }
        if is_kept(file) and storage().exists(f"files/{file.id}"):
            self._archive.add(
                f"__uploads/{identity}/{names.part(file.name)}", blocks_of(f"files/{file.id}")
            )
            self.counts["files"] += 1
        return facts


def _reactions(rows: Sequence[Any]) -> list[dict[str, Any]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(slack_name(row.emoji), []).append(_user_id(row.person_id))
    return [{"name": name, "users": users, "count": len(users)} for name, users in found.items()]


class _Stamps:
    """Messages are known by their moment in Slack: two of the same moment are told apart."""

    def __init__(self) -> None:
        self._last = 0
        self._moved: dict[int, int] = {}

    def next(self, post_id: int, moment: datetime) -> str:
        """Return the stamp of a post that is not before the last one."""
        stamp = _microseconds(moment)
        if stamp <= self._last:
            stamp = self._moved[post_id] = self._last + 1
        self._last = stamp
        return _written(stamp)

    def known(self, post_id: int, moment: datetime) -> str:
        """Return the stamp of a post that was before."""
        return _written(self._moved.get(post_id, _microseconds(moment)))


def _microseconds(moment: datetime) -> int:
    whole = int(moment.replace(microsecond=0).timestamp())
    return whole * 1_000_000 + moment.microsecond


def _written(stamp: int) -> str:
    return f"{stamp // 1_000_000}.{stamp % 1_000_000:06d}"


def _stamp(moment: datetime) -> str:
    return _written(_microseconds(moment))


def _team() -> str:
    """The same for each archive of this installation: an import knows by it what it has already."""
    digest = hashlib.sha256(f"export:{secret_keys()[-1]}".encode()).hexdigest()
    return f"T{digest[:10].upper()}"


def _user_id(person_id: int) -> str:
    return f"U{person_id:08d}"


def _channel_id(channel: Channel) -> str:
    sign = {"private": "G", "direct": "D"}.get(channel.kind, "C")
    return f"{sign}{channel.id:08d}"


def _user(person: Person, status: Status | None, team: str) -> dict[str, Any]:
    profile: dict[str, Any] = {
        "real_name": person.name,
        "display_name": person.username,
        "email": person.email,
        "title": person.title,
        "phone": person.phone,
        "pronouns": person.pronouns,
    }
    own = {"Department": person.department, "Location": person.location}
    profile["fields"] = {
        f"Xf{name.upper()}": {"label": name, "value": value} for name, value in own.items() if value
    }
    if person.started_on is not None:
        profile["start_date"] = person.started_on.isoformat()
    if status is not None and status.text:
        profile["status_text"] = status.text
        profile["status_expiration"] = 0 if status.until is None else int(status.until.timestamp())
    return {
        "id": _user_id(person.id),
        "team_id": team,
        "name": person.username,
        "real_name": person.name,
        "deleted": person.deactivated_at is not None,
        "is_bot": person.is_bot,
        "is_admin": person.role == "admin",
        "tz": person.time_zone,
        "locale": person.locale,
        "profile": profile,
    }


def _conversation(channel: Channel, members: list[int]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": _channel_id(channel),
        "created": int(channel.created_at.timestamp()),
        "members": [_user_id(each) for each in members],
        "is_archived": channel.archived,
    }
    if channel.created_by_id is not None:
        facts["creator"] = _user_id(channel.created_by_id)
    if channel.kind != "direct":
        facts |= {
            "name": channel.name,
            "topic": {"value": escaped(channel.topic)},
            "purpose": {"value": escaped(channel.purpose)},
        }
    return facts


def _folders(channels: list[Channel]) -> dict[int, str]:
    """Return each channel's folder: its name where that is safe and unique, else its id."""
    found: dict[int, str] = {}
    taken: set[str] = {"__uploads", "enterprise-social"}
    for channel in channels:
        name = channel.name
        wanted = name if channel.kind != "direct" and _SAFE_FOLDER.match(name) else ""
        if not wanted or wanted.casefold() in taken or wanted != names.part(wanted):
            wanted = _channel_id(channel)
        taken.add(wanted.casefold())
        found[channel.id] = wanted
    return found


def _array(rows: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    yield b"["
    for number, row in enumerate(rows):
        yield (b",\n" if number else b"\n") + json_lines.line(row).rstrip()
    yield b"\n]\n"
