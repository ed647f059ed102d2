"""The demo's followers and storylines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from enterprise_social.core.clock import now
from enterprise_social.following.actions import follow_hashtag, follow_person, open_storyline
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post

HOURS = timedelta(hours=1)
FOLLOWED: Mapping[str, tuple[str, ...]] = {
    "magdalena.sikora": ("agnieszka.mazur", "daan.verhoeven", "helena.bakker"),
    "agnieszka.mazur": ("magdalena.sikora", "ruth.hollins", "helena.bakker"),
    "daan.verhoeven": ("agnieszka.mazur", "ananya.iyer"),
    "kacper.nowicki": ("agnieszka.mazur",),
    "ruth.hollins": ("agnieszka.mazur", "helena.bakker"),
}
HASHTAGS: Mapping[str, tuple[str, ...]] = {
    "magdalena.sikora": ("handover", "incidents"),
    "agnieszka.mazur": ("safety",),
}
# Who wrote it, hours ago, what; and who answered what an hour later.
SAID: tuple[tuple[str, int, str, tuple[tuple[str, str], ...]], ...] = (
    (
        "agnieszka.mazur",
        30,
        (
            "Three things that I take from last week's night shifts:\n\n"
            "- a hand-over **in writing** saves twenty minutes in the morning\n"
            "- the camera at gate B is blind when it rains; a new lamp is ordered\n"
            "- whoever asks before moving the reach stacker never has to explain it later\n\n"
            "#handover"
        ),
        (
            ("magdalena.sikora", "The lamp comes on Thursday. I will be there when it is fitted."),
            ("kacper.nowicki", "Can we have the hand-over sheet on the tablets too?"),
        ),
    ),
    (
        "daan.verhoeven",
        7,
        (
            "I am clearing out the old badge readers this week. If yours answers slowly, tell me "
            "which door, and I come by. No ticket needed."
        ),
        (("agnieszka.mazur", "Gdynia, canteen, east side. It has a will of its own."),),
    ),
    (
        "helena.bakker",
        3,
        (
            "Half of my week is listening. Yesterday a driver told me what our gate looks "
            "like from a cab: I had never seen it from that side. Take ten minutes and ask "
            "somebody. #handover"
        ),
        (),
    ),
)


def write_following(people: Mapping[str, Person]) -> None:
    """Let people follow each other and write. Call it inside the action that loads the demo."""
    for username, others in FOLLOWED.items():
        for other in others:
            if username in people and other in people:
                follow_person(people[username], people[other])
    for username, tags in HASHTAGS.items():
        for tag in tags:
            follow_hashtag(people[username], tag)
    moment = now()
    for username, hours, body, answers in SAID:
        _write(people, username, moment - hours * HOURS, body, answers)


def _write(
    people: Mapping[str, Person],
    username: str,
    moment: datetime,
    body: str,
    answers: tuple[tuple[str, str], ...],
) -> None:
    channel = open_storyline(people[username])
    root, _new = create_post(people[username], channel, body, at=moment)
    for number, (other, answer) in enumerate(answers, 1):
        at = moment + number * HOURS
        create_post(people[other], channel, answer, parent_id=root.id, at=at)
