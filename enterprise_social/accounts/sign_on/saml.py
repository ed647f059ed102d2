"""SAML 2.0: the Web Browser SSO profile, with requests by redirect and answers by POST.

pysaml2 reads and checks what comes, with xmlsec1 for the signatures. Before it does, what makes
wrapped signatures possible is refused: more than one assertion or one elsewhere than in the
response, comments, document types, and algorithms with SHA-1.
"""

from __future__ import annotations

import base64
import binascii
import logging
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from flask import current_app

from enterprise_social.accounts.sign_on import claims as oidc_claims
from enterprise_social.accounts.sign_on.claims import Told

LARGEST = 512 * 1024
CLOCK_SECONDS = 60
LONGEST_SAID = 160  # of an error: longer ones quote the document
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
UNSAFE = ("sha1", "md5", "hmac")
# By which names providers tell a person's address and name.
EMAILS = (
    "email", "mail", "emailAddress", "urn:oid:0.9.2342.19200300.100.1.3",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
)  # fmt: skip
NAMES = {
    "name": ("displayName", "name", "cn", "http://schemas.microsoft.com/identity/claims/displayname"),
    "given_name": ("givenName", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname"),
    "family_name": ("sn", "surname", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname"),
    "locale": ("preferredLanguage",),
}  # fmt: skip
_making = threading.Lock()


class BadResponse(Exception):
    """An answer that proves nothing; the message is for the log."""


@dataclass(frozen=True)
class Answer:
    """Whom the provider's answer is about, which request it answers, and its own name."""

    told: Told
    request_id: str
    assertion_id: str


def is_configured() -> bool:
    """Tell whether people can come in by SAML."""
    return bool(current_app.config["SAML_METADATA"])


def name() -> str:
    """Return what people call the provider."""
    config = current_app.config
    return str(config["SAML_NAME"] or urlsplit(provider_id()).hostname or "SAML")


def entity_id() -> str:
    """Return the provider's name for us, which is where our metadata stands."""
    return f"{current_app.config['BASE_URL']}/sign-on/saml/metadata"


def metadata() -> str:
    """Return our metadata, for the provider."""
    from saml2.metadata import entity_descriptor

    return str(entity_descriptor(_client().config))


def begin(state: str) -> tuple[str, str]:
    """Return the id of a request and where a browser is sent with it; ``state`` comes back."""
    from saml2 import BINDING_HTTP_REDIRECT

    request_id, sent = _client().prepare_for_authenticate(
        entityid=provider_id(), relay_state=state, binding=BINDING_HTTP_REDIRECT
    )
    return request_id, dict(sent["headers"])["Location"]


def read(given: str) -> Answer:
    """Return what an answer says. Raises BadResponse for one that isn't signed for us, now."""
    from saml2 import BINDING_HTTP_POST

    request_id = _looked_over(given)
    try:
        # Which browser asked is for whoever calls to check, by ``request_id``.
        response = _client().parse_authn_request_response(
            given, BINDING_HTTP_POST, outstanding={request_id: "/"}
        )
        subject = response.get_subject()
        found: dict[str, Any] = response.ava
        assertion_id, issuer = str(response.assertion.id), str(response.issuer())
    except Exception as error:
        # The library raises errors of many kinds; none of them lets anybody in.
        said = str(error) if len(str(error)) <= LONGEST_SAID else ""
        raise BadResponse(f"{type(error).__name__}: {said}") from error
    if issuer != provider_id():
        raise BadResponse("of another provider")
    if subject is None or not (subject.text or "").strip() or subject.format == TRANSIENT:
        raise BadResponse("the name of the person is none that stays")
    return Answer(_told(issuer, subject.text.strip(), found), request_id, assertion_id)


def _looked_over(given: str) -> str:
    """Return which request is answered, once the document has the form of an honest one."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    if len(given) > LARGEST:
        raise BadResponse("too long")
    try:
        text = base64.b64decode(given, validate=True)
        root: Element = fromstring(text, forbid_dtd=True)
    except (binascii.Error, ValueError, ParseError, DefusedXmlException, RecursionError) as error:
        raise BadResponse(f"no XML: {type(error).__name__}") from error
    if b"<!--" in text or b"<?" in text.lstrip()[5:]:
        raise BadResponse("with comments or instructions")
    assertions = list(root.iter(f"{ASSERTION}Assertion"))
    direct = root.findall(f"{ASSERTION}Assertion")
    responses = list(root.iter(f"{PROTOCOL}Response"))
    if root.tag != f"{PROTOCOL}Response" or len(responses) != 1:
        raise BadResponse("not one response")
    if len(assertions) != 1 or len(direct) != 1:
        raise BadResponse("not one assertion, signed and in its place")
    if direct[0].find(f"{SIGNATURE}Signature") is None:
        raise BadResponse("the assertion is not signed")
    _refuse_weak(root)
    return root.get("InResponseTo") or ""


def _refuse_weak(root: Element) -> None:
    for kind in ("SignatureMethod", "DigestMethod"):
        for each in root.iter(f"{SIGNATURE}{kind}"):
            algorithm = each.get("Algorithm", "").lower()
            if any(word in algorithm for word in UNSAFE):
                raise BadResponse(f"signed by {algorithm}")


def _told(issuer: str, subject: str, found: Mapping[str, Any]) -> Told:
    said: dict[str, Any] = {each: _plain(values) for each, values in found.items()}
    claims = {**said, "sub": subject}
    for theirs, names in {"email": EMAILS, **NAMES}.items():
        value = next((said[each] for each in names if said.get(each)), None)
        if value is not None:
            claims[theirs] = value[0] if isinstance(value, list) else value
    # The organisation's own provider writes addresses; SAML has no mark for verified ones.
    return oidc_claims.told(issuer, {**claims, "email_verified": True})


def _plain(values: Any) -> Any:
    texts = [each for each in values if isinstance(each, str)] if isinstance(values, list) else []
    return texts[0] if len(texts) == 1 else texts


def provider_id() -> str:
    """Return the provider's name for itself."""
    found = list(_client().metadata.with_descriptor("idpsso"))
    if len(found) != 1:
        raise RuntimeError("SAML_METADATA must describe one identity provider")
    return str(found[0])


def described() -> str:
    """Return the provider's name for itself. Raises ValueError for metadata that can't be used."""
    try:
        return provider_id()
    except Exception as error:
        # The library raises what comes to hand.
        raise ValueError(f"the metadata can't be used: {type(error).__name__}") from error


def _client() -> Any:
    from saml2.client import Saml2Client

    with _making:
        made = current_app.extensions.get("saml")
        if made is None:
            made = current_app.extensions["saml"] = _made()
    # One for each use: it remembers everybody whom it has seen.
    return Saml2Client(config=made)


def _made() -> Any:
    # At the first sign-on: the library costs memory.
    from saml2 import BINDING_HTTP_POST
    from saml2.config import SPConfig

    # What it complains of it writes out, with all that stands in it.
    logging.getLogger("saml2").setLevel(logging.CRITICAL + 1)
    config = current_app.config
    place = f"{config['BASE_URL']}/sign-on/saml/acs"
    settings = SPConfig()
    settings.load(
        {
            "entityid": entity_id(),
            "service": {
                "sp": {
                    "endpoints": {"assertion_consumer_service": [(place, BINDING_HTTP_POST)]},
                    "allow_unsolicited": False,
                    "authn_requests_signed": False,
                    "want_assertions_signed": True,
                    "want_response_signed": False,
                }
            },
            "metadata": {"local": [config["SAML_METADATA"]]},
            "allow_unknown_attributes": True,
            "accepted_time_diff": CLOCK_SECONDS,
            "xmlsec_binary": shutil.which("xmlsec1"),
            "delete_tmpfiles": True,
        }
    )
    return settings
