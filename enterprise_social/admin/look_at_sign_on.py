"""The doctor's look at sign-on: does the provider, or the directory, answer as it must?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flask import Flask

from enterprise_social.accounts.sign_on import directory, provider, saml

# (state, what, mend) of a finding.
Seen = tuple[Literal["ok", "warning", "wrong"], str, str]


def look_at_sign_on(app: Flask) -> Iterator[Seen]:
    """Ask the provider for its description and keys, and the directory to let us in."""
    ways = (
        (provider.is_configured, _oidc),
        (saml.is_configured, _saml),
        (directory.is_configured, _directory),
    )
    looks = [look for is_configured, look in ways if is_configured()]
    if not looks:
        yield "ok", "by passwords and passkeys of ours alone", ""
    for look in looks:
        yield from look(app)


def _oidc(app: Flask) -> Iterator[Seen]:
    try:
        provider.description()
        count = len(provider.keys(None))
    except provider.ProviderError as error:
        yield (
            "wrong",
            f"{provider.issuer()}: {error.reason}",
            "correct OIDC_ISSUER or SIGN_ON_ALLOW",
        )
        return
    yield "ok", f"{provider.issuer()} answers, with keys ({count})", ""
    if not app.config["BASE_URL"].startswith("https"):
        yield "warning", "providers send people back over https only", "set BASE_URL to https://…"


def _saml(_app: Flask) -> Iterator[Seen]:
    try:
        yield "ok", f"{saml.described()} is described", ""
    except ValueError as error:
        yield "wrong", str(error), "save the provider's metadata anew as SAML_METADATA"


def _directory(_app: Flask) -> Iterator[Seen]:
    try:
        directory.person_with("somebody whom nobody knows", "not a password")
    except directory.DirectoryAway as error:
        mend = "correct LDAP_URL, LDAP_CA, LDAP_USER or LDAP_PASSWORD"
        yield "wrong", f"the directory: {error.reason}", mend
    else:
        yield "ok", "the directory answers", ""
