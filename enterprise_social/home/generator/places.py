"""The channels and conversations: few with everybody, many with few, and who is in them."""

from __future__ import annotations

import random
from array import array
from dataclasses import dataclass, field

from enterprise_social.home.generator.names import DIVISIONS
from enterprise_social.home.generator.people import Someone
from enterprise_social.home.generator.sizes import BUSY, BUSY_SEATS, Size, Start
from enterprise_social.messages.actions import direct_key, direct_slug

COMPANY_WIDE = (
    ("all-company", "public", "What concerns everybody"),
    ("news", "announcement", "News of the management"),
    ("canteen", "public", "Lunch, and what is for sale"),
)
_TOPICS = (
    *("crane", "yard", "gate", "budget", "release", "incident", "safety", "night-shift", "sales"),
    *("customs", "fleet", "vessel", "support", "hiring", "project", "tooling", "weather", "audit"),
)
_DIRECT = 0.5  # conversations a person
_SMALLEST = 5


@dataclass
class Place:
    """A channel or a conversation; ``members`` are places in the list of people, its owner first.

    ``weight`` is how much is said there. ``seq`` and what follows is filled in as it is said.
    """

    id: int
    slug: str
    name: str
    kind: str
    topic: str
    members: array[int]
    weight: float
    archived: bool = False
    direct_key: str | None = None
    seq: int = 1
    last_post_seq: int = 0
    last_post_at: str | None = None
    extra: dict[str, str] = field(default_factory=dict)


def all_places(size: Size, start: Start, people: list[Someone]) -> list[Place]:
    """Return the channels, those with everybody first, and then the conversations."""
    dice = random.Random(f"places {size.seed}")
    return [*_channels(size, start, people, dice), *_conversations(size, start, people, dice)]


def _channels(size: Size, start: Start, people: list[Someone], dice: random.Random) -> list[Place]:
    found: list[Place] = []
    by_division: dict[str, list[int]] = {}
    for number, person in enumerate(people):
        by_division.setdefault(person.department, []).append(number)
    busy = range(min(len(BUSY), size.people))
    for number in range(size.channels):
        wide = number < len(COMPANY_WIDE)
        if wide:
            slug, kind, topic = COMPANY_WIDE[number]
            members = array("I", range(size.people))
        else:
            division = DIVISIONS[number % len(DIVISIONS)]
            subject = _TOPICS[number % len(_TOPICS)]
            slug = f"{division.lower().replace(' ', '-')}-{subject}-{number}"
            kind = "private" if number % 5 == 4 else "public"
            topic = f"{subject.replace('-', ' ').capitalize()} in {division.lower()}"
            wanted = min(size.people, max(_SMALLEST, int(size.people / (number + 1) ** 0.95)))
            members = _some(dice, people, by_division.get(division, []), wanted)
            if number < BUSY_SEATS:
                members = _with(members, busy)
        found.append(
            Place(
                start.channel + number,
                slug + start.mark,
                (slug + start.mark)[:80],
                kind,
                topic,
                members,
                weight=0.2 if kind == "announcement" else 1 / (number + 3) ** 0.7,
                archived=number > 20 and number % 53 == 52,
            )
        )
    return found


def _some(
    dice: random.Random, people: list[Someone], division: list[int], wanted: int
) -> array[int]:
    """Choose people, of the division as far as there are enough."""
    if wanted <= len(division) // 2:
        return array("I", dice.sample(division, wanted))
    return array("I", dice.sample(range(len(people)), wanted))


def _with(members: array[int], more: range) -> array[int]:
    known = set(members)
    return array("I", [*members, *(number for number in more if number not in known)])


def _conversations(
    size: Size, start: Start, people: list[Someone], dice: random.Random
) -> list[Place]:
    found: list[Place] = []
    known: set[str] = set()
    for number in range(int(size.people * _DIRECT) if size.people > 10 else 0):
        count = 2 if dice.random() < 0.85 else dice.randrange(3, 7)
        first = dice.randrange(size.people) if number % 40 else number // 40 % len(BUSY)
        # One talks with those near: whoever shares a manager has a number near by.
        others = [(first + dice.randrange(1, 60)) % size.people for _ in range(count - 1)]
        members = array("I", dict.fromkeys([first, *others]))
        ids = [people[member].id for member in members]
        key = direct_key(ids)
        if len(members) < 2 or key in known:
            continue
        known.add(key)
        found.append(
            Place(
                start.channel + size.channels + len(found),
                direct_slug(ids),
                "",
                "direct",
                "",
                members,
                weight=0.35 / (1 + number % 500) ** 0.7 * size.channels**0.3 / 20,
                direct_key=key,
            )
        )
    return found
