"""The rows of a stretch of time, as PostgreSQL's COPY takes them. Runs in processes of its own.

Threads begin and end within a stretch, so that no stretch needs to know of another.
"""

from __future__ import annotations

import random
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from json import dumps
from typing import Any, NamedTuple, overload

from enterprise_social.core.text import ChannelRef
from enterprise_social.home.generator.calendar import Calendar
from enterprise_social.home.generator.texts import Named, Texts, Written
from enterprise_social.home.generator.timeline import EDIT, POST, Job
from enterprise_social.posts.models import MOST_FACES
from enterprise_social.reactions.actions.reacting import CHANGED
from enterprise_social.reactions.counting import raised
from enterprise_social.reactions.emoji import COMMON

COLUMNS = {
    "posts": (
        "id, channel_id, seq, changed_seq, parent_id, in_stream, type, author_id, body, html,"
        " plain, created_at, edited_at, reply_count, last_reply_at, reply_faces, mention_ids,"
        " mentions_all, mention_group_ids, has_link, file_count, reaction_counts"
    ),
    "channel_changes": "channel_id, seq, type, at, post_id, person_id",
    "post_revisions": "post_id, editor_id, body, html, replaced_at",
    "mentions": "post_id, person_id, channel_id, author_id, seq",
    "post_hashtags": "post_id, tag, created_at",
    "reactions": "post_id, person_id, emoji, created_at",
    "notifications": (
        "id, person_id, kind, group_key, reason, channel_id, root_id, post_id, seq, actor_ids,"
        " actor_count, count, created_at, updated_at, read_at"
    ),
    "notification_sources": "person_id, source, notification_id, actor_id",
    "search_documents": (
        "generation, post_id, channel_id, author_id, root_id, created_at, changed_seq, length,"
        " words, stems, facts"
    ),
}
# What people react with, the commonest first.
_EMOJI = COMMON[:8]
_EMOJI_WEIGHTS = tuple(accumulate(1 / (rank + 1) for rank in range(len(_EMOJI))))
MOST_NAMED = 4  # in one post
_REPLY = 0.34
_ALSO_IN_STREAM = 0.04
_NULL = "\\N"


class Seats(NamedTuple):
    """A place as far as writing in it needs it."""

    channel_id: int
    kind: str
    members: array[int]


@dataclass
class World:
    """What every stretch needs to know."""

    seed: int
    people: list[Named]
    seats: list[Seats]
    calendar: Calendar
    everyone: ChannelRef | None
    generation: int | None
    # From this thing on, half of those who were named haven't looked yet.
    unseen_from: int = 0


@dataclass
class Stretch:
    """The rows of a stretch by table, and what the places and the vocabulary must know of it."""

    posts: int
    rows: dict[str, str]
    newest: dict[int, tuple[int, str]]
    terms: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Said:
    """A post on its way."""

    id: int
    channel_id: int
    seq: int
    changed_seq: int
    author_id: int
    root: Said | None
    in_stream: bool
    text: Written
    at: str
    edited_at: str = _NULL
    replies: int = 0
    last_reply_at: str = _NULL
    faces: list[int] = field(default_factory=list)
    reactions: list[list[Any]] = field(default_factory=list)
    reacted: set[tuple[int, str]] = field(default_factory=set)


class _Members(Sequence[Named]):
    """The people of a place, to choose from."""

    def __init__(self, people: list[Named], members: array[int]) -> None:
        self._people, self._members = people, members

    def __len__(self) -> int:
        return len(self._members)

    @overload
    def __getitem__(self, at: int) -> Named: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Named]: ...
    def __getitem__(self, at: int | slice) -> Named | Sequence[Named]:
        if isinstance(at, slice):
            return [self._people[member] for member in self._members[at]]
        return self._people[self._members[at]]


class Writer:
    """Writes stretches; one a process."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._texts = Texts(world.everyone)
        self._known: set[str] = set()

    def write(self, job: Job) -> Stretch:
        """Write one."""
        work = _Work(self._world, self._texts, random.Random(f"{self._world.seed} {job.first}"))
        work.run(job)
        fresh = self._texts.terms() - self._known
        self._known |= fresh
        return Stretch(
            job.posts,
            {table: "".join(rows) for table, rows in work.finished().items()},
            work.newest,
            sorted(fresh),
        )


class _Work:
    def __init__(self, world: World, texts: Texts, dice: random.Random) -> None:
        self._world, self._texts, self._dice = world, texts, dice
        texts.begin(dice)
        self._said: list[Said] = []
        self._roots: dict[int, deque[Said]] = {}
        self._last: dict[int, Said] = {}
        self._recent: dict[int, deque[Said]] = {}
        self._rows: dict[str, list[str]] = {table: [] for table in COLUMNS}
        self.newest: dict[int, tuple[int, str]] = {}
        self._unseen = 0.0

    def run(self, job: Job) -> None:
        """Let happen what happens."""
        moments = self._world.calendar.moments(job.first, len(job.kinds))
        post_id = job.first_post
        self._unseen = 0.5 if job.first >= self._world.unseen_from else 0.005
        for place, seq, kind, at in zip(job.places, job.seqs, job.kinds, moments, strict=True):
            if kind == POST:
                self._post(place, seq, at, post_id)
                post_id += 1
            elif not (self._edit if kind == EDIT else self._react)(place, seq, at):
                self._come(place, seq, at)

    def _post(self, place: int, seq: int, at: str, post_id: int) -> None:
        dice, seats = self._dice, self._world.seats[place]
        people = _Members(self._world.people, seats.members)
        direct = seats.kind == "direct"
        # Few write much: the first of the list most.
        author = people[
            0 if seats.kind == "announcement" else int(len(people) * dice.random() ** 2)
        ]
        root = None
        roots = self._roots.get(place)
        if roots and dice.random() < (_REPLY / 8 if direct else _REPLY):
            root = dice.choice(roots)
        in_stream = root is None or dice.random() < _ALSO_IN_STREAM
        text = self._texts.written(people, bare=direct and dice.random() < 0.7)
        post = Said(post_id, seats.channel_id, seq, seq, author.id, root, in_stream, text, at)
        if root is None:
            if roots is None:
                roots = self._roots[place] = deque(maxlen=6)
            roots.append(post)
        else:
            root.replies += 1
            root.last_reply_at = at
            root.changed_seq = seq
            faces = [post.author_id, *(face for face in root.faces if face != post.author_id)]
            root.faces = faces[:MOST_FACES]
        self._said.append(post)
        self._last[place] = post
        self._recent.setdefault(place, deque(maxlen=8)).append(post)
        self._change(post.channel_id, seq, "post_created", at, post.id, author.id)
        before = self.newest.get(place, (0, ""))[0]
        self.newest[place] = (seq if in_stream else before, at)

    def _come(self, place: int, seq: int, at: str) -> None:
        """Where nothing was said yet, somebody's place in the channel changed."""
        seats = self._world.seats[place]
        person = self._world.people[seats.members[0]]
        self._change(seats.channel_id, seq, "membership_changed", at, _NULL, person.id)

    def _react(self, place: int, seq: int, at: str) -> bool:
        """Let somebody react to what was said lately; False where there is nothing."""
        recent = self._recent.get(place)
        if not recent:
            return False
        dice, post = self._dice, self._dice.choice(recent)
        members = self._world.seats[place].members
        person_id = self._world.people[members[dice.randrange(len(members))]].id
        emoji = dice.choices(_EMOJI, cum_weights=_EMOJI_WEIGHTS)[0]
        if (person_id, emoji) in post.reacted:
            return False
        post.reacted.add((person_id, emoji))
        if not post.reactions:
            post.changed_seq = seq
        post.reactions = raised(post.reactions, emoji)
        self._rows["reactions"].append(f"{post.id}\t{person_id}\t{emoji}\t{at}\n")
        self._change(post.channel_id, seq, CHANGED, at, post.id, person_id)
        return True

    def _edit(self, place: int, seq: int, at: str) -> bool:
        post, seats = self._last.get(place), self._world.seats[place]
        if post is None:
            return False
        before = post.text
        self._rows["post_revisions"].append(
            f"{post.id}\t{post.author_id}\t{before.body}\t{before.html}\t{at}\n"
        )
        people = _Members(self._world.people, seats.members)
        post.text = self._texts.written(people)
        post.edited_at, post.changed_seq = at, seq
        self._change(post.channel_id, seq, "post_updated", at, post.id, post.author_id)
        return True

    def _change(
        self, channel: int, seq: int, kind: str, at: str, post: int | str, person: int
    ) -> None:
        self._rows["channel_changes"].append(f"{channel}\t{seq}\t{kind}\t{at}\t{post}\t{person}\n")

    def finished(self) -> dict[str, list[str]]:
        """Return the rows, once all is said."""
        rows = self._rows
        posts, documents = rows["posts"], rows["search_documents"]
        generation = self._world.generation
        for post in self._said:
            text = post.text
            parent = post.root.id if post.root else _NULL
            posts.append(
                f"{post.id}\t{post.channel_id}\t{post.seq}\t{post.changed_seq}\t{parent}"
                f"\t{int(post.in_stream)}\tpost\t{post.author_id}\t{text.body}\t{text.html}"
                f"\t{text.plain}\t{post.at}\t{post.edited_at}\t{post.replies}"
                f"\t{post.last_reply_at}\t{post.faces}\t{list(text.person_ids)}\t0\t[]"
                f"\t{int(text.has_link)}\t0\t{dumps(post.reactions)}\n"
            )
            if text.person_ids:
                self._mention(post)
            for tag in text.tags:
                rows["post_hashtags"].append(f"{post.id}\t{tag}\t{post.at}\n")
            if generation is not None:
                root = post.root.id if post.root else post.id
                documents.append(
                    f"{generation}\t{post.id}\t{post.channel_id}\t{post.author_id}\t{root}"
                    f"\t{post.at}\t{post.changed_seq}\t{text.length}\t{text.vector}"
                    f"\t{text.stems}\t{{{_facts(post)}}}\n"
                )
        return rows

    def _mention(self, post: Said) -> None:
        rows = self._rows
        root = post.root.id if post.root else None
        for number, person_id in enumerate(post.text.person_ids[:MOST_NAMED]):
            rows["mentions"].append(
                f"{post.id}\t{person_id}\t{post.channel_id}\t{post.author_id}\t{post.seq}\n"
            )
            if person_id == post.author_id:
                continue
            # So that ids need no counting: each post has room for as many as it can name.
            line = post.id * MOST_NAMED + number
            read_at = _NULL if self._dice.random() < self._unseen else post.at
            rows["notifications"].append(
                f"{line}\t{person_id}\tmention\tpost:{post.id}\t\t{post.channel_id}"
                f"\t{root or _NULL}\t{post.id}\t{post.seq}\t[{post.author_id}]\t1\t1"
                f"\t{post.at}\t{post.at}\t{read_at}\n"
            )
            rows["notification_sources"].append(
                f"{person_id}\tpost:{post.id}\t{line}\t{post.author_id}\n"
            )


def _facts(post: Said) -> str:
    text = post.text
    facts = [f"tag:{tag}" for tag in text.tags]
    facts += [f"mention:{person_id}" for person_id in text.person_ids]
    facts += ["has:link"] if text.has_link else []
    facts += ["has:reaction"] if post.reactions else []
    return ",".join(facts)
