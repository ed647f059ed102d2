"""The patterns of the table of routes: who is answered what, by name.

**To add a row**: name the route, as it is registered, in ``pages.py``,
``admin_pages.py`` or ``calls.py``, with one of the patterns below::

    Row("GET /somewhere", OWN)                        # everyone's own things, the guest's too
    Row("GET /admin/somewhere", ADMIN)                # admins alone
    Row("POST /posts/<int:post_id>/reaction", USED)   # those inside, nothing for all others
    Row("GET /people/somewhere", but(OWN, guest=NO))  # a pattern, and who differs from it

A new pattern is ``each(outside, inside=…, somebody=…)``: what everyone who is signed in is
answered, what those in the channel are (member, author and moderator), and who differs. Whoever is
not signed in, suspended or deactivated is asked to sign in unless the row says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.rights.scene import INSIDE, WHO

OUT = "asked to sign in"
NONE = "told that there is nothing"
NO = "told that they may not"
QUIET = "answered without a word of the channel"
YES = "answered"
SHOWS = "answered with what stands in the channel"

# What each of scene.WHO is answered.
Answers = dict[str, str]
STRANGERS = ("anonymous", "suspended", "deactivated")


def each(outside: str, *, inside: str | None = None, **somebody: str) -> Answers:
    """Return what everyone is answered: those outside, those inside, and whoever is named."""
    return (
        dict.fromkeys(WHO, outside)
        | dict.fromkeys(INSIDE, outside if inside is None else inside)
        | dict.fromkeys(STRANGERS, OUT)
        | _known(somebody)
    )


def but(pattern: Answers, **somebody: str) -> Answers:
    """Return a pattern in which the people named are answered something else."""
    return pattern | _known(somebody)


def _known(somebody: Answers) -> Answers:
    assert set(somebody) <= set(WHO), f"nobody is called {set(somebody) - set(WHO)}"
    return somebody


def _columns(outsider: str, member: str, removed: str, admin: str) -> Answers:
    return each(outsider, inside=member, removed=removed, admin=admin)


@dataclass(frozen=True)
class Row:
    """A route, how it is asked, and what everyone is answered."""

    route: str
    answers: Answers
    query: str = ""
    form: dict[str, Any] = field(default_factory=dict)
    json: dict[str, Any] | None = None
    facts: dict[str, Any] = field(default_factory=dict)


# Of the channel: only members, and not every member everything.
READ = each(NONE, inside=SHOWS)
USED = each(NONE, inside=YES)
LED = each(NONE, inside=NO)  # its owners' to do
WRITTEN = but(LED, author=YES)  # the author's
TAKEN = but(WRITTEN, moderator=YES)  # the author's and the moderators'
KEPT = but(LED, moderator=YES)  # the moderators'
# One's own things: everyone who is signed in, and the channel shows through to those inside.
MINE = each(QUIET, inside=SHOWS)
OWN = each(QUIET, inside=YES)  # pages have the rail beside them
MET = but(OWN, guest=NONE)  # of people and groups whom guests don't know of
CLOSED = but(OWN, guest=NO)  # to guests
THEIRS = each(NONE)  # somebody else's session or token
ADMIN = each(NO, admin=QUIET)
OVER = but(ADMIN, guest=NONE)  # the same, of whom guests don't know of
MANAGED = but(ADMIN, manager=QUIET)  # managers' and admins'
INVITED = but(ADMIN, manager=NONE)  # managers' in what they began
OPEN = dict.fromkeys(WHO, QUIET) | dict.fromkeys(INSIDE, YES)
DESCRIPTION = but(OPEN, suspended=OUT, deactivated=OUT)  # not to a token that is over
LOST = dict.fromkeys(WHO, NONE)  # links that nobody was given
LEAVES = dict.fromkeys(WHO, OUT)

# Of the announcement: its recipients are those inside; admins see all, and manage none.
TOLD = but(READ, admin=SHOWS)
ANSWERED = USED
SENT = but(LED, admin=NO)
BOARD = but(LED, admin=SHOWS)
ENDED = but(LED, admin=YES)
COMMENTED = but(USED, admin=YES)

# Of what waits for approval and of the channel's word rules: its moderators'.
WAITS = but(each(NONE), author=YES, moderator=YES)
WORDED = but(each(NONE), moderator=YES)
WORDS = {"name": "Birds", "kind": "words", "pattern": "heron", "effect": "flag"}

JUDGED = but(THEIRS, moderator=SHOWS, admin=SHOWS)  # who judges what stands in the channel
RULED = but(THEIRS, admin=QUIET)  # who judges everywhere
OF_A_PROFILE = {"case_id": "{other_case_id}"}
VERDICT = {"act": "dismiss", "rule": "other"}
POST = {"kind": "post", "target_id": "{post_id}"}

DESK = {"field_id": "{other_field_id}"}
CREW = {"slug": "crew"}
CALLED = {"callers": "everyone"}
API = "/api/v1"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SCIM_KINDS = ("Users", "Groups")
SCIM_DESCRIBES = ("ServiceProviderConfig", "ResourceTypes", "Schemas")
BROWSER = {
    "endpoint": "https://push.example.org/of-a-browser",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",  # noqa: E501
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
