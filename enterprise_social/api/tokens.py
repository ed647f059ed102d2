"""Personal access tokens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import g, request
from flask_babel import gettext as _

from enterprise_social.accounts import actions, identity, queries
from enterprise_social.accounts.errors import EnrolmentNeeded, FactorNeeded
from enterprise_social.accounts.factors import rules
from enterprise_social.accounts.factors.queries import has_factor
from enterprise_social.accounts.models import AccessToken
from enterprise_social.accounts.policy import SCOPES
from enterprise_social.api import documents
from enterprise_social.api.calls import call
from enterprise_social.api.fields import Body, Choice, Items, Moment, Nullable, Text
from enterprise_social.api.wire import Answer, created, listing, page_of
from enterprise_social.core.access import find, require
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid, NotSignedIn
from enterprise_social.core.limits import SIGN_INS
from enterprise_social.people.models import Person

USUAL_SCOPES = ("read", "write")


@call(
    "POST",
    "/tokens",
    "Make an access token",
    answer="NewToken",
    status=201,
    public=True,
    limit=SIGN_INS,
    body=Body(
        {
            "name": Text(80, 1, "What the token is for."),
            "email": Text(254, 1, "Whose token, where nobody is signed in."),
            "password": Text(1000, 1, "Their password.", raw=True, format="password"),
            "code": Text(30, 1, "A code of their authenticator app, or a recovery code.", raw=True),
            "scopes": Items(Choice(SCOPES), len(SCOPES), "`read` and `write` by default."),
            "expires_at": Nullable(Moment("When it ends; never by default.")),
        },
        required=["name"],
    ),
    refusals={
        401: "E-mail and password don't match, the code is wrong, or nobody is signed in.",
        403: "The caller may not give this scope; or a second factor is needed: its `type` ends in "
        "`second-factor-needed` where `code` is missing, in `second-factor-required` where one has "
        "to be set up first, in `proof-needed` where a browser has to prove anew who it is.",
        409: "Too many tokens.",
    },
)
def create_token(given: Mapping[str, Any]) -> Answer:
    """Either with `email` and `password`, or signed in already.

    The token is shown this once. A token made by a token has no more scopes than that one and ends
    no later. Wrong passwords and codes are slowed and then refused for a while, as at the sign-in
    page. Whoever has a second factor sends its `code`; where that is a passkey alone, a token is
    made in a browser.
    """
    expires_at: datetime | None = given.get("expires_at")
    if "email" in given or "password" in given or "code" in given:
        person: Person = _by_password(given)
        wanted = tuple(given.get("scopes", USUAL_SCOPES))
    else:
        person = identity.signed_in()
        identity.require_fresh()
        wanted, expires_at = _within_own(person, given)
    token, text = actions.create_access_token(person, given["name"], wanted, expires_at)
    document = {**documents.token_document(token), "token": text}
    return created(document, f"/api/v1/tokens/{token.id}")


@call("GET", "/tokens", "List one's access tokens, the newest first", answer="[Token]", paged=True)
def list_tokens(viewer: Person, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """Their text is never shown again."""
    page = page_of(queries.tokens_of(viewer), lambda token: (-token.id,), limit, cursor)
    return listing(page, documents.token_document)


@call(
    "DELETE",
    "/tokens/{token_id}",
    "Revoke an access token",
    refusals={404: "No such token of the caller's."},
)
def delete_token(viewer: Person, *, token_id: int) -> None:
    """It ends at once, its sockets too."""
    actions.revoke_access_token(viewer, find(AccessToken, token_id, viewer))


def _by_password(given: Mapping[str, Any]) -> Person:
    missing = [name for name in ("email", "password") if name not in given]
    if missing:
        raise Invalid(errors={name: [_("This field is needed.")] for name in missing})
    address = request.remote_addr or ""
    try:
        person_id = actions.check_password(given["email"], given["password"], address=address)
    except Invalid as error:
        raise NotSignedIn(_("E-mail and password don't match.")) from error
    person = db.session.get_one(Person, person_id)
    _demand_factor(person, given, address)
    return person


def _demand_factor(person: Person, given: Mapping[str, Any], address: str) -> None:
    """Ask whoever has a second factor for it, and refuse those who lack the one they must have."""
    if not has_factor(person.id):
        if rules.is_enforced(person):
            raise EnrolmentNeeded(_("Set up a second factor in a browser first."))
        return
    if "code" not in given:
        raise FactorNeeded(detail=_("Send the code of your second factor as `code`."))
    try:
        actions.check_code(person, given["code"], address=address)
    except Invalid as error:
        raise NotSignedIn(error.detail) from error


def _within_own(
    person: Person, given: Mapping[str, Any]
) -> tuple[tuple[str, ...], datetime | None]:
    """Return scopes and expiry, neither beyond those of the token that asks, if it is one."""
    expires_at: datetime | None = given.get("expires_at")
    own_scopes: frozenset[str] | None = g.get("scopes")
    if own_scopes is None:
        return tuple(given.get("scopes", USUAL_SCOPES)), expires_at
    usual = [scope for scope in USUAL_SCOPES if scope in own_scopes]
    wanted = tuple(given.get("scopes", usual))
    require(set(wanted) <= own_scopes, _("A token can't give scopes that it lacks."))
    own_end = find(AccessToken, g.token_id, person).expires_at
    if own_end is not None and "expires_at" not in given:
        expires_at = own_end
    if own_end is not None and (expires_at is None or expires_at > own_end):
        raise Invalid(errors={"expires_at": [_("Not later than the token that asks.")]})
    return wanted, expires_at
