"""An identity provider of SAML 2.0 (pysaml2's), which answers what a test has it say."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from saml2 import BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_BASIC, NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from tests.services.certificates import certify

ADA = {
    "email": "ada@northquay.example",
    "displayName": "Ada Lindqvist",
    "title": "Harbour master",
    "groups": ["crew", "leads"],
}


class SamlProvider:
    """The provider. ``metadata`` is the file that describes it."""

    def __init__(
        self, folder: Path, name: str = "https://id.example.org/saml", minutes: int = 15
    ) -> None:
        """Make its key and its description; what it says is good for some ``minutes``."""
        self.minutes = minutes
        folder.mkdir(exist_ok=True)
        certify(folder, rsa_key=True)
        self.folder, self.name = folder, name
        self.metadata = folder / "idp.xml"
        self.metadata.write_text(str(entity_descriptor(self._config(None))))
        self.server: Any = None

    def _config(self, client: Path | None) -> Any:
        place = f"{self.name}/sso"
        config = IdPConfig()
        config.load(
            {
                "entityid": self.name,
                "service": {
                    "idp": {
                        "endpoints": {"single_sign_on_service": [(place, BINDING_HTTP_REDIRECT)]},
                        "policy": {"default": {"name_form": NAME_FORMAT_BASIC,
                                               "attribute_restrictions": None,
                                "lifetime": {"minutes": self.minutes}}},
                    }
                },
                "metadata": {"local": [str(client)]} if client else {},
                "key_file": str(self.folder / "key.pem"),
                "cert_file": str(self.folder / "cert.pem"),
                "xmlsec_binary": "/usr/bin/xmlsec1",
                "allow_unknown_attributes": True,
            }
        )  # fmt: skip
        return config

    def meet(self, client_metadata: str) -> None:
        """Learn of a client."""
        known = self.folder / "sp.xml"
        known.write_text(client_metadata)
        self.server = Server(config=self._config(known))

    def answer(self, url: str, subject: str = "ada", **changed: Any) -> dict[str, str]:
        """Return the form that a browser brings back for the request at ``url``."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        request = self.server.parse_authn_request(asked["SAMLRequest"], BINDING_HTTP_REDIRECT)
        facts = {**self.server.response_args(request.message), **changed.pop("args", {})}
        format_ = changed.pop("format", NAMEID_FORMAT_PERSISTENT)
        response = self.server.create_authn_response(
            {**ADA, **changed.pop("identity", {})},
            userid=subject,
            name_id=NameID(format=format_, text=subject),
            authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"},
            sign_assertion=changed.pop("sign", True),
            sign_response=False,
            sign_alg=changed.pop("sign_alg", SIG_RSA_SHA256),
            digest_alg=changed.pop("digest_alg", DIGEST_SHA256),
            **{name: facts[name] for name in ("in_response_to", "destination", "sp_entity_id")},
            **changed,
        )
        encoded = base64.b64encode(str(response).encode()).decode()
        return {"SAMLResponse": encoded, "RelayState": asked["RelayState"]}
