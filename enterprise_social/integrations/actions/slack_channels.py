"""Brings an export's conversations in, with their members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select, update

from enterprise_social.channels.events import ChannelCreated, MemberJoined
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.actions import lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.core.text import ChannelRef, plain_excerpt, safe_name, slugify
from enterprise_social.integrations.actions.slack_keys import chunks, import_key, new_ids
from enterprise_social.integrations.actions.slack_names import NameBook
from enterprise_social.integrations.actions.slack_people import Cast
from enterprise_social.integrations.actions.slack_screening import named
from enterprise_social.integrations.report import ImportReport
from enterprise_social.integrations.slack.mrkdwn import to_plain
from enterprise_social.integrations.slack.reader import Export
from enterprise_social.integrations.slack.records import Kind, SlackChannel, at
from enterprise_social.integrations.slack.survey import Survey
from enterprise_social.messages.actions import direct_key, direct_slug

_LONGEST_DIRECT_KEY = 400
_KINDS = {
    Kind.PUBLIC: "public",
    Kind.PRIVATE: "private",
    Kind.DIRECT: "direct",
    Kind.GROUP: "direct",
}


@dataclass
class Place:
    """A conversation of the export and the channel that it is here."""

    source: SlackChannel
    channel: Channel
    is_new: bool


def import_channels(
    export: Export, survey: Survey, cast: Cast, names: NameBook, report: ImportReport
) -> list[Place]:
    """Finds or makes the channel of each conversation and brings its members in.

    Into a channel that is here already only people come who are new themselves: an import must
    not let somebody back in who was removed since.
    """
    work = _Channels(export, survey, cast, names, report)
    places = [work.place(source) for source in export.channels.values()]
    # Topics name other channels, so they are written once all are known.
    for place in places:
        if place.is_new:
            work.describe(place)
    db.session.flush()
    for place in places:
        work.bring_members(place)
    return places


class _Channels:
    def __init__(
        self, export: Export, survey: Survey, cast: Cast, names: NameBook, report: ImportReport
    ) -> None:
        self._workspace = export.workspace
        self._survey = survey
        self._cast = cast
        self._names = names
        self._report = report
        self._ids: Iterator[int] = new_ids(Channel)
        self._by_key: dict[str, int] = {}
        self._by_direct_key: dict[str, int] = {}
        self._slugs: set[str] = set()
        self._load()

    def _load(self) -> None:
        columns = (
            Channel.id,
            Channel.slug,
            Channel.name,
            Channel.kind,
            Channel.import_key,
            Channel.direct_key,
        )
        known = []
        for row in db.session.execute(select(*columns)):
            self._slugs.add(row.slug)
            if row.kind != "direct":
                known.append((ChannelRef(row.id, row.slug, row.name), row.kind))
            if row.import_key:
                self._by_key[row.import_key] = row.id
            if row.direct_key:
                self._by_direct_key[row.direct_key] = row.id
        self._names.add_channels(known)

    def place(self, source: SlackChannel) -> Place:
        key = import_key(self._workspace, source.id)
        people = self._people(source)
        shared = self._direct_key(source, people)
        found = self._by_key.get(key)
        if found is None and shared:
            found = self._by_direct_key.get(shared)
        if found is not None:
            self._report.channels.existing += 1
            channel = lock(Channel, found)
        else:
            self._report.channels.imported += 1
            channel = self._new(source, key, shared, people)
        self._by_key[key] = channel.id
        if channel.kind != "direct":
            self._names.call_channel(source.id, ChannelRef(channel.id, channel.slug, channel.name))
        return Place(source, channel, is_new=found is None)

    def _new(
        self, source: SlackChannel, key: str, shared: str | None, people: list[int]
    ) -> Channel:
        identifier = next(self._ids)
        kind = _KINDS[source.kind]
        slug, name = self._free_name(source, people)
        channel = Channel(
            id=identifier,
            slug=slug,
            name=name,
            kind=kind,
            seq=0,
            last_post_seq=0,
            member_count=0,
            created_by_id=self._cast.ids.get(source.creator),
            created_at=self._created(source),
            archived_at=now() if source.archived else None,
            import_key=key,
            direct_key=shared,
        )
        db.session.add(channel)
        db.session.flush()
        if shared:
            self._by_direct_key[shared] = identifier
        if kind != "direct":
            self._names.add_channels([(ChannelRef(identifier, slug, name), kind)])
        announce(ChannelCreated(identifier))
        return channel

    def _free_name(self, source: SlackChannel, people: list[int]) -> tuple[str, str]:
        """A slug that is free, and a name that tells the channel from the one that has it."""
        if _KINDS[source.kind] == "direct":
            wanted, name = direct_slug(people), ""
        else:
            name = named("channels", safe_name(source.name), source.name, self._report) or source.id
            wanted = slugify(name)
        slug, number = wanted, 1
        while slug in self._slugs:
            number += 1
            slug = f"{wanted[:72]}-{number}"
        self._slugs.add(slug)
        if number == 1 or not name:
            return slug, name[:80]
        line = _("#%(name)s is taken: imported as #%(slug)s", name=name, slug=slug)
        self._report.problem(line)
        return slug, f"{name[:72]}-{number}"

    def _created(self, source: SlackChannel) -> datetime:
        moments = [source.created, self._survey.began.get(source.id)]
        known = [moment for moment in moments if moment is not None]
        return min(at(min(known)), now()) if known else now()

    def _people(self, source: SlackChannel) -> list[int]:
        return sorted({self._cast.ids[one] for one in source.members if one in self._cast.ids})

    def _direct_key(self, source: SlackChannel, people: list[int]) -> str | None:
        """By this the same people share one conversation."""
        if _KINDS[source.kind] != "direct" or not people:
            return None
        key = direct_key(people)
        return key if len(key) <= _LONGEST_DIRECT_KEY else None

    def describe(self, place: Place) -> None:
        source, channel = place.source, place.channel
        if channel.kind == "direct":
            return
        self._names.current = channel.id
        for field, text, longest in (
            ("topic", source.topic, 250),
            ("purpose", source.purpose, 500),
        ):
            said = safe_name(to_plain(text, self._names))
            said = named("channels", said, source.name, self._report)
            setattr(channel, field, plain_excerpt(said, longest))

    def bring_members(self, place: Place) -> None:
        channel = place.channel
        wanted = self._members(place.source)
        here = set(
            db.session.scalars(
                select(Membership.person_id).where(Membership.channel_id == channel.id)
            )
        )
        wanted = [one for one in wanted if one not in here]
        if not place.is_new:
            wanted = [one for one in wanted if one in self._cast.new]
        if not wanted:
            return
        owner = self._owner(channel, wanted) if place.is_new else None
        moment = channel.created_at if place.is_new else now()
        rows: list[dict[str, Any]] = [
            {
                "channel_id": channel.id,
                "person_id": one,
                "role": "owner" if one == owner else "member",
                "read_seq": channel.seq,
                "joined_at": moment,
            }
            for one in wanted
        ]
        for piece in chunks(rows):
            db.session.execute(insert(Membership), piece)
        channel.member_count = len(here) + len(wanted)
        for one in wanted:
            if one not in self._cast.new:
                announce(MemberJoined(channel.id, one))

    def _owner(self, channel: Channel, members: list[int]) -> int | None:
        """Who made the channel. A private one without its maker would be nobody's to manage."""
        if channel.kind == "direct":
            return None
        if channel.created_by_id in members:
            return channel.created_by_id
        if channel.kind == "private":
            return next((one for one in members if one in self._cast.present), None)
        return None

    def _members(self, source: SlackChannel) -> list[int]:
        """The person ids of the members: in open channels also of who spoke there."""
        found: dict[int, None] = {}
        for member in source.members:
            person = self._cast.ids.get(member)
            if person is None:
                self._report.problem(
                    _(
                        "%(channel)s: its member %(id)s is not in users.json",
                        channel=safe_name(source.folder),
                        id=safe_name(member),
                    )
                )
            else:
                found[person] = None
        if source.kind is Kind.PUBLIC:
            spoke = {self._cast.ids[one] for one in self._survey.authors.get(source.id, ())}
            # Who has left, and programs, wrote there once and are no members.
            found.update(dict.fromkeys(sorted(spoke & self._cast.present)))
        return list(found)


def read_up_to_end(channel: Channel, seq_before: int) -> None:
    """Counts imported history as read for all who had read everything before it came."""
    db.session.execute(
        update(Membership)
        .where(Membership.channel_id == channel.id, Membership.read_seq >= seq_before)
        .values(read_seq=channel.seq)
        .execution_options(synchronize_session=False)
    )
