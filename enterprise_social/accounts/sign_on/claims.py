"""What a provider says of a person, in our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from enterprise_social.accounts.sign_on import settings
from enterprise_social.core.errors import Invalid
from enterprise_social.people.details import clean, clean_email

MOST_GROUPS = 2_000
LONGEST_GROUP = 300


@dataclass(frozen=True)
class Told:
    """A person as the provider tells of them; ``fields`` are cleaned already.

    ``email`` is empty where none was told, or where the provider doesn't vouch for it.
    ``groups`` is None where the provider didn't say which there are.
    """

    issuer: str
    subject: str
    email: str
    unverified_email: str = ""
    name: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    groups: frozenset[str] | None = frozenset()


def told(issuer: str, claims: Mapping[str, Any]) -> Told:
    """Read the claims of an ID token and of userinfo (OpenID Connect Core 1.0, 5.1)."""
    email = clean_email(_text(claims.get("email"))) or ""
    # Some providers write it as text.
    vouched = claims.get("email_verified") in (True, "true") or settings.get("trust_email")
    return Told(
        issuer=issuer,
        subject=str(claims["sub"]),
        email=email if vouched else "",
        unverified_email="" if vouched else email,
        name=_name(claims),
        fields=_fields(claims),
        groups=_groups(claims),
    )


def cleaned_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the fields that can be kept: one that can't spoils no sign-in."""
    kept: dict[str, Any] = {}
    for name, value in given.items():
        try:
            kept |= clean({name: value})
        except Invalid:
            continue
    return kept


def _name(claims: Mapping[str, Any]) -> str:
    parts = (_text(claims.get(each)) for each in ("given_name", "family_name"))
    found = _text(claims.get("name")) or " ".join(each for each in parts if each)
    found = found or _text(claims.get("preferred_username")).partition("@")[0]
    kept: dict[str, str] = cleaned_fields({"name": found[:120]})
    return kept.get("name", "")


def _fields(claims: Mapping[str, Any]) -> dict[str, Any]:
    names = {"time_zone": "zoneinfo", "locale": "locale", **settings.get("claims")}
    given = {ours: _text(_at(claims, theirs)) for ours, theirs in names.items() if theirs}
    return cleaned_fields({ours: value for ours, value in given.items() if value})


def _groups(claims: Mapping[str, Any]) -> frozenset[str] | None:
    path = settings.get("group_claim")
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, Mapping) and path in elsewhere:
        return None  # too many for a token: they are told in another place
    found = _at(claims, path)
    values: Sequence[Any] = found if isinstance(found, list) else [found]
    texts = (_text(each) for each in values[:MOST_GROUPS])
    return frozenset(each for each in texts if each and len(each) <= LONGEST_GROUP)


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim by its name, or one inside others by a path such as ``realm.roles``."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
