"""The OpenID provider: its description, its keys, and what it is asked.

Descriptions and keys are kept for an hour (OpenID Connect Discovery 1.0). A key that isn't known
yet has the keys read anew, at most once a minute: whoever sends made-up key ids can't make us ask.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from flask import current_app
from flask_babel import gettext as _

from enterprise_social.core.errors import Unavailable
from enterprise_social.core.outgoing import Answer, NotAllowed, Outgoing, Unreachable
from enterprise_social.core.outgoing import split as parts_of

KEPT_SECONDS = 3600.0
AGAIN_AFTER_SECONDS = 60.0
MOST_KEYS = 100
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")
CALLBACK = "/sign-on/oidc/callback"


class ProviderError(Unavailable):
    """The provider doesn't answer, or not as it should; ``reason`` is for the log alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("The sign-in provider does not answer as it should. Try again shortly."))
        self.reason = reason


@dataclass
class _Kept:
    """What a process knows of the provider."""

    description: dict[str, Any] = field(default_factory=dict)
    description_until: float = 0.0
    keys: list[dict[str, Any]] = field(default_factory=list)
    keys_until: float = 0.0
    keys_asked_at: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)


def is_configured() -> bool:
    """Tell whether people can come in by a provider."""
    return bool(current_app.config["OIDC_ISSUER"])


def issuer() -> str:
    """Return the provider's name for itself."""
    return str(current_app.config["OIDC_ISSUER"])


def client_id() -> str:
    """Return the provider's name for us."""
    return str(current_app.config["OIDC_CLIENT_ID"])


def name() -> str:
    """Return what people call the provider."""
    return str(current_app.config["OIDC_NAME"] or urlsplit(issuer()).hostname or "")


def description() -> dict[str, Any]:
    """Return the provider's description of itself. Raises ProviderError."""
    kept = _kept()
    with kept.lock:
        if kept.description_until <= time.monotonic():
            kept.description = _described()
            kept.description_until = time.monotonic() + KEPT_SECONDS
        return kept.description


def keys(kid: str | None) -> list[dict[str, Any]]:
    """Return the provider's public keys, read anew where none is called ``kid``."""
    address = description()["jwks_uri"]
    kept = _kept()
    with kept.lock:
        unknown = kid is not None and all(each.get("kid") != kid for each in kept.keys)
        again = unknown and time.monotonic() >= kept.keys_asked_at + AGAIN_AFTER_SECONDS
        if kept.keys_until <= time.monotonic() or again:
            kept.keys_asked_at = time.monotonic()
            kept.keys = _keys_at(address)
            kept.keys_until = time.monotonic() + KEPT_SECONDS
        return kept.keys


def authorization_url(state: str, nonce: str, verifier: str, *, anew: bool = False) -> str:
    """Return where a browser is sent to sign in: code flow with PKCE (RFC 7636).

    ``anew`` has the provider ask even whoever is signed in there who they are.
    """
    more = {"prompt": "login", "max_age": "0"} if anew else {}
    url, _state = _client(Outgoing()).create_authorization_url(
        description()["authorization_endpoint"],
        state=state,
        nonce=nonce,
        code_verifier=verifier,
        **more,
    )
    return str(url)


def exchange(code: str, verifier: str) -> dict[str, Any]:
    """Give the code for tokens; returns the answer, which holds an ``id_token``.

    Raises ProviderError, also where the provider refuses the code.
    """
    from authlib.oauth2.base import OAuth2Error

    found = description()
    with _outgoing() as sender:
        try:
            answer = _client(sender, found).fetch_token(
                found["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
            )
        except OAuth2Error as error:
            raise ProviderError(f"the code was refused: {error.error}") from error
        except ValueError as error:
            raise ProviderError(f"no token: {error}") from error
    if not isinstance(answer.get("id_token"), str):
        raise ProviderError("there is no ID token in the answer")
    return dict(answer)


def userinfo(access_token: str) -> dict[str, Any]:
    """Return what the provider says of a person beyond the ID token; nothing where it can't."""
    address = description().get("userinfo_endpoint")
    if not address or not access_token:
        return {}
    return _ask(address, {"Authorization": f"Bearer {access_token}"})


def end_session_url(id_token: str, back_to: str) -> str | None:
    """Return where a browser is sent to sign out (RP-Initiated Logout 1.0), or None."""
    address = description().get("end_session_endpoint")
    if not address:
        return None
    asked = {"client_id": client_id(), "post_logout_redirect_uri": back_to}
    if id_token:
        asked["id_token_hint"] = id_token
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked, quote_via=quote)}"


def callback_url() -> str:
    """Return where the provider sends browsers back to."""
    return f"{current_app.config['BASE_URL']}{CALLBACK}"


class _Session:
    """What Authlib sends requests by: ours, which go only where requests may go."""

    def __init__(self, sender: Outgoing) -> None:
        self._sender = sender

    def post(
        self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: Any
    ) -> _Response:
        body: str = urlencode(data)
        url, sent, body = auth.prepare("POST", url, dict(headers), body)
        return _Response(_send(lambda: self._sender.post(url, body.encode(), sent)))


class _Response:
    """An answer as Authlib reads it."""

    def __init__(self, answer: Answer) -> None:
        self.status_code = answer.status
        self._body = answer.body

    def json(self) -> Any:
        return json.loads(self._body)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ValueError(f"status {self.status_code}")


def _client(sender: Outgoing, found: Mapping[str, Any] | None = None) -> Any:
    # At the first sign-on: the library costs memory.
    from authlib.oauth2.client import OAuth2Client

    config = current_app.config
    return OAuth2Client(
        _Session(sender),
        client_id=config["OIDC_CLIENT_ID"],
        client_secret=config["OIDC_CLIENT_SECRET"] or None,
        token_endpoint_auth_method=_auth_method(found or {}),
        scope=config["OIDC_SCOPES"],
        redirect_uri=callback_url(),
        code_challenge_method="S256",
    )


def _auth_method(found: Mapping[str, Any]) -> str | None:
    if not current_app.config["OIDC_CLIENT_SECRET"]:
        return "none"
    # Where it says nothing, it is Basic (OpenID Connect Discovery 1.0, 3).
    offered = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if "client_secret_basic" not in offered and "client_secret_post" in offered:
        return "client_secret_post"
    return None


def _kept() -> _Kept:
    kept: _Kept = current_app.extensions.setdefault("sign_on", _Kept())
    return kept


def _outgoing() -> Outgoing:
    config = current_app.config
    return Outgoing((*config["OUTGOING_ALLOW"], *config["SIGN_ON_ALLOW"]))


def _described() -> dict[str, Any]:
    # A slash at the issuer's end is not doubled (Discovery 1.0, 4).
    found = _ask(f"{issuer().rstrip('/')}/.well-known/openid-configuration", {})
    if found.get("issuer") != issuer():
        raise ProviderError("the description is another issuer's")
    known = {each: found[each] for each in (*NEEDED, *OPTIONAL) if found.get(each)}
    missing = [each for each in NEEDED if each not in known]
    if missing:
        raise ProviderError(f"the description lacks {', '.join(missing)}")
    for each, address in known.items():
        _check_address(each, address)
    return found


def _check_address(what: str, address: Any) -> None:
    try:
        parts, _host, _port = parts_of(address if isinstance(address, str) else "")
    except NotAllowed as error:
        raise ProviderError(f"{what}: {error}") from error
    if parts.scheme != "https" and issuer().startswith("https"):
        raise ProviderError(f"{what} is not https")


def _keys_at(address: str) -> list[dict[str, Any]]:
    found = _ask(address, {}).get("keys")
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ProviderError("there are no keys in the key set")
    return found[:MOST_KEYS]


def _ask(url: str, headers: Mapping[str, str]) -> dict[str, Any]:
    with _outgoing() as sender:
        answer = _send(lambda: sender.get(url, {"Accept": "application/json", **headers}))
    try:
        found = json.loads(answer.body) if answer.ok else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProviderError(f"{url} was answered with {answer.status} and no JSON object")
    return found


def _send(send: Any) -> Answer:
    try:
        answer: Answer = send()
    except (NotAllowed, Unreachable) as error:
        raise ProviderError(str(error)) from error
    return answer
