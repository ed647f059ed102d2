"""A provider whose every word the test chooses: what it signs, and with which key."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey

CLIENT_ID = "enterprise-social"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class Forger:
    """The server. ``id_token`` is what it answers for a code, ``asked`` counts its pages."""

    def __init__(self) -> None:
        """Start it on a free port of the loopback interface."""
        self.key = RSAKey.generate_key(2048, private=True)
        self.known: list[Key] = [self.key]
        self.id_token = ""
        self.userinfo: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.asked: Counter[str] = Counter()
        self.forms: list[dict[str, list[str]]] = []
        forger = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802
                self.answer(forger.answer(self.path))

            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                forger.forms.append(parse_qs(body.decode()))
                self.answer(forger.answer(self.path))

            def answer(self, document: Any) -> None:
                body = json.dumps(document).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def settings(self) -> dict[str, str]:
        """Return the settings with which we are its client."""
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "SIGN_ON_ALLOW": "127.0.0.0/8",
        }

    def answer(self, path: str) -> Any:
        """Return what stands at a path."""
        self.asked[path] += 1
        if path == "/jwks":
            return {"keys": [public(each) for each in self.known]}
        if path == "/token":
            return {"access_token": "of-no-use", "token_type": "Bearer", "id_token": self.id_token}
        if path == "/userinfo":
            return self.userinfo
        ends = {"authorization": "auth", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/jwks",
            **{f"{name}_endpoint": f"{self.issuer}/{end}" for name, end in ends.items()},
            **self.described,
        }

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Return good claims, with what is to be different; None leaves one out."""
        moment = int(time.time())
        good = {
            "iss": self.issuer,
            "sub": "ada",
            "aud": CLIENT_ID,
            "iat": moment,
            "exp": moment + 300,
            "email": "ada@northquay.example",
            "email_verified": True,
        }
        return {name: each for name, each in {**good, **changed}.items() if each is not None}

    def logout_claims(self, **changed: Any) -> dict[str, Any]:
        """Return the claims of a good logout token, with what is to be different."""
        more = {"jti": f"one-{time.monotonic_ns()}", "events": {LOGOUT: {}}}
        return self.claims(**{"email": None, "email_verified": None, **more, **changed})

    def sign(self, claims: dict[str, Any], key: Key | None = None, **header: Any) -> str:
        """Sign claims, by default with its own key."""
        key = key or self.key
        head = {"alg": "ES256" if isinstance(key, ECKey) else "RS256", "kid": key.thumbprint()}
        head = {name: each for name, each in {**head, **header}.items() if each is not None}
        return jwt.encode(head, claims, key, algorithms=[head["alg"]])


def public(key: Key) -> dict[str, Any]:
    """Return a key as it stands in a key set."""
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig"}
