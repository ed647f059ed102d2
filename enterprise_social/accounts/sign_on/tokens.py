"""Checks what the provider signed: ID tokens and logout tokens (JWT, RFC 7519).

Only algorithms with a public key are taken: neither ``none`` nor an HMAC, for which whoever knows
the public key could sign. The key must be one of the provider's own set and of the algorithm's
kind; what a token says of its key itself (``jwk``, ``jku``, ``x5u``) is never looked at.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from enterprise_social.accounts.sign_on import provider
from enterprise_social.core.clock import now

KINDS = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "PS256": "RSA", "PS384": "RSA",
    "PS512": "RSA", "ES256": "EC", "ES384": "EC", "ES512": "EC", "EdDSA": "OKP", "Ed25519": "OKP",
}  # fmt: skip
LEEWAY_SECONDS = 60  # by which the clocks of both sides may differ
LONGEST_TOKEN = 32 * 1024
LEAST_RSA_BITS = 2048
LOGOUT_LASTS_SECONDS = 600
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class BadToken(Exception):
    """A token that proves nothing; the message is for the log."""


@dataclass(frozen=True)
class Logout:
    """Whose sessions the provider ended: one by ``sid``, or all of ``subject``."""

    subject: str
    sid: str
    token_id: str


def id_token_claims(token: str, *, nonce: str, access_token: str = "") -> dict[str, Any]:
    """Return the claims of an ID token that was asked for with ``nonce``.

    Raises BadToken (OpenID Connect Core 1.0, 3.1.3.7) and ProviderError.
    """
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    header, claims = _signed(token)
    checked = CodeIDToken(
        claims,
        header,
        options=_expected(),
        params={
            "nonce": nonce,
            "client_id": provider.client_id(),
            "access_token": access_token or None,
        },
    )
    try:
        checked.validate(int(now().timestamp()), LEEWAY_SECONDS)
    except (JoseError, TypeError, ValueError) as error:
        raise BadToken(str(error)) from error
    if not isinstance(claims.get("sub"), str) or not claims["sub"].isprintable():
        raise BadToken("sub is no text")
    return claims


def logout_of(token: str) -> Logout:
    """Return whom a logout token signs out (OpenID Connect Back-Channel Logout 1.0, 2.6).

    Raises BadToken and ProviderError.
    """
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    header, claims = _signed(token)
    if header.get("typ", "JWT").lower().removeprefix("application/") not in ("logout+jwt", "jwt"):
        raise BadToken("not a logout token")
    must: dict[str, Any] = {**_expected(), "exp": {"essential": True}, "iat": {"essential": True}}
    try:
        JWTClaimsRegistry(int(now().timestamp()), LEEWAY_SECONDS, **must).validate(claims)
    except (JoseError, TypeError, ValueError) as error:
        raise BadToken(str(error)) from error
    if claims["iat"] < now().timestamp() - LOGOUT_LASTS_SECONDS:
        raise BadToken("it was signed too long ago")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise BadToken("it reports no logout")
    if "nonce" in claims:
        # So that no ID token passes for one.
        raise BadToken("a logout token has no nonce")
    found = [claims.get(each, "") for each in ("sub", "sid", "jti")]
    subject, sid, token_id = (
        each if isinstance(each, str) and each.isprintable() else "" for each in found
    )
    if not token_id or not (subject or sid):
        raise BadToken("it names neither itself nor anybody")
    return Logout(subject, sid, token_id)


def _expected() -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": provider.issuer()},
        "aud": {"essential": True, "value": provider.client_id()},
    }


def _signed(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a token that the provider signed."""
    from joserfc import jwt
    from joserfc.errors import JoseError

    header = _header(token)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in KINDS:
        raise BadToken(f"the algorithm {algorithm!r} is not taken")
    key = _key(header, algorithm)
    try:
        return header, jwt.decode(token, key, algorithms=[algorithm]).claims
    except (JoseError, ValueError, RecursionError) as error:
        raise BadToken(f"{type(error).__name__}: {error}") from error


def _header(token: str) -> dict[str, Any]:
    if len(token) > LONGEST_TOKEN or not token.isascii() or token.count(".") != 2:
        raise BadToken("not of a token's form")
    part = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise BadToken("not of a token's form") from None
    if not isinstance(header, dict):
        raise BadToken("not of a token's form")
    return header


def _key(header: dict[str, Any], algorithm: str) -> Any:
    """Return the provider's key that the token names, or the only one that it can mean."""
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise BadToken("the key's name is no text")
    fitting = [
        each
        for each in provider.keys(kid)
        if each.get("kty") == KINDS[algorithm]
        and each.get("use", "sig") == "sig"
        and each.get("alg", algorithm) == algorithm
        and (kid is None or each.get("kid") == kid)
    ]
    if len(fitting) != 1:
        raise BadToken("none of the provider's keys" if not fitting else "it may be several keys")
    try:
        key = import_key(fitting[0])
    except (JoseError, ValueError) as error:
        raise BadToken(f"the key can't be read: {error}") from error
    public: Any = key.public_key
    if KINDS[algorithm] == "RSA" and public.key_size < LEAST_RSA_BITS:
        raise BadToken("the key is too short")
    return key
