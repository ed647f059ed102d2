"""What the organisation asks of its people at the door, and for how long they stay in.

Each is a setting of the organisation (``core.settings``), in force at once on every process.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from enterprise_social.accounts.factors import ceremonies
from enterprise_social.core import settings
from enterprise_social.core.clock import now
from enterprise_social.people.models import Person

NOBODY, ADMINS, MANAGERS, EVERYONE = AUDIENCES = ("nobody", "admins", "managers", "everyone")
_ROLES: dict[str, frozenset[str]] = {
    NOBODY: frozenset(),
    ADMINS: frozenset({"admin"}),
    MANAGERS: frozenset({"manager", "admin"}),
    EVERYONE: frozenset({"guest", "employee", "manager", "admin"}),
}
FACTOR_REQUIRED = "accounts.factor_required"
FACTOR_REQUIRED_SINCE = "accounts.factor_required_since"
FACTOR_GRACE_DAYS = "accounts.factor_grace_days"
PASSWORD_SIGN_IN = "accounts.password_sign_in"  # noqa: S105
BREAK_GLASS = "accounts.break_glass"
IDLE_HOURS = "accounts.session_idle_hours"
LONGEST_DAYS = "accounts.session_days"
MOST_SESSIONS = "accounts.most_sessions"
MOST_BREAK_GLASS = 10

# Ways in besides passwords and passkeys: a room that brings one says here when it is ready.
other_ways: dict[str, Callable[[], bool]] = {}


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def clean(value: Any) -> int:
        try:
            number = int(value)
        except (TypeError, ValueError):
            number = least - 1
        if not least <= number <= most or isinstance(value, bool):
            raise ValueError(
                _("Choose a number from %(least)d to %(most)d.", least=least, most=most)
            )
        return number

    return clean


def _audience(value: Any) -> str:
    if value not in AUDIENCES:
        raise ValueError(_("Choose one of the roles."))
    return str(value)


def _moment(value: Any) -> str:
    if value:
        datetime.fromisoformat(value)
    return str(value or "")


def _people(value: Any) -> list[int]:
    ids = sorted({int(each) for each in value})
    if len(ids) > MOST_BREAK_GLASS:
        raise ValueError(_("At most %(count)d people.", count=MOST_BREAK_GLASS))
    return ids


settings.define(FACTOR_REQUIRED, NOBODY, _audience)
settings.define(FACTOR_REQUIRED_SINCE, "", _moment)
settings.define(FACTOR_GRACE_DAYS, 7, _whole(0, 90))
settings.define(PASSWORD_SIGN_IN, True, bool)
settings.define(BREAK_GLASS, [], _people)
settings.define(IDLE_HOURS, 12, _whole(1, 24 * 30))
settings.define(LONGEST_DAYS, 30, _whole(1, 365))
settings.define(MOST_SESSIONS, 100, _whole(1, 1000))


def requires_factor(person: Person) -> bool:
    """Tell whether somebody of this role must have a second factor, now or after the grace."""
    return not person.is_bot and person.role in _ROLES[settings.get(FACTOR_REQUIRED)]


def enforced_from(person: Person) -> datetime | None:
    """Return from when on somebody gets nowhere without a second factor; None: it isn't asked.

    The grace begins when it was asked for, or when they came if that is later.
    """
    if not requires_factor(person):
        return None
    since = settings.get(FACTOR_REQUIRED_SINCE)
    begun = datetime.fromisoformat(since) if since else person.created_at
    return max(begun, person.created_at) + timedelta(days=settings.get(FACTOR_GRACE_DAYS))


def is_enforced(person: Person) -> bool:
    """Tell whether the grace of somebody who must have a second factor is over."""
    moment = enforced_from(person)
    return moment is not None and moment <= now()


def passwords_are_on() -> bool:
    """Tell whether people sign in with passwords of ours."""
    return bool(settings.get(PASSWORD_SIGN_IN))


def may_use_password(person_id: int) -> bool:
    """Tell whether this person may sign in with a password: all may, or those for emergencies."""
    return passwords_are_on() or is_break_glass(person_id)


def is_break_glass(person_id: int) -> bool:
    """Tell whether somebody keeps their password for when nothing else works."""
    return person_id in settings.get(BREAK_GLASS)


def is_another_way_ready() -> bool:
    """Tell whether people can come in without a password of ours, by sign-on."""
    return any(is_ready() for is_ready in other_ways.values())


def idle() -> timedelta:
    """Return how long a session lasts that nobody uses, unless the browser was to be remembered."""
    return timedelta(hours=settings.get(IDLE_HOURS))


def longest() -> timedelta:
    """Return how long any session lasts."""
    return timedelta(days=settings.get(LONGEST_DAYS))


def most_sessions() -> int:
    """Return how many sessions somebody may have; those unused the longest end first."""
    return int(settings.get(MOST_SESSIONS))


def passkeys_are_possible() -> bool:
    """Tell whether browsers make passkeys for this installation's address."""
    return ceremonies.are_possible()
