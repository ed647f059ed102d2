"""A certified OpenID provider (oidc-provider, npm) as a process, and a person's way through it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from joserfc.jwk import RSAKey

from tests.services import npm
from tests.services.process import Process, free_port

SOURCE = Path(__file__).parent / "openid_provider"
NAMES = ("package.json", "package-lock.json", "provider.mjs")
CLIENT_ID, SECRET = "enterprise-social", "a secret of forty-two characters, or nearly"
PEOPLE = {
    "ada": {
        "email": "ada@northquay.example",
        "email_verified": True,
        "name": "Ada Lindqvist",
        "locale": "de-DE",
        "zoneinfo": "Europe/Berlin",
        "title": "Harbour master",
        "department": "Quays",
        "groups": ["crew", "leads"],
    },
    "cleo": {"email": "cleo@northquay.example", "email_verified": True, "name": "Cleo Marsh"},
    "ben": {"email": "ben@northquay.example", "email_verified": False, "name": "Ben Okafor"},
}


class OpenIdProvider:
    """The provider, for one client; ``base_url`` is where that one's people come back to."""

    def __init__(self, folder: Path, base_url: str, people: Mapping[str, Any] | None = None):
        """Prepare it; its address stays the same over restarts."""
        self.folder = folder
        self.program = npm.installed(SOURCE, NAMES, "oidc-provider")
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.base_url = base_url
        self.people = dict(people or PEOPLE)
        self._process: Process | None = None

    def start(self) -> OpenIdProvider:
        """Start it, each time with a new key."""
        key = RSAKey.generate_key(2048, private=True)
        wanted = {
            "port": self.port,
            "people": self.people,
            "jwks": {
                "keys": [{**key.as_dict(private=True), "kid": key.thumbprint(), "use": "sig"}]
            },
            "client": {
                "client_id": CLIENT_ID,
                "client_secret": SECRET,
                "redirect_uris": [f"{self.base_url}/sign-on/oidc/callback"],
                "post_logout_redirect_uris": [f"{self.base_url}/login"],
                "backchannel_logout_uri": f"{self.base_url}/sign-on/oidc/logout",
                "backchannel_logout_session_required": True,
            },
        }
        settings = self.folder / "provider.json"
        settings.write_text(json.dumps(wanted))
        log = self.folder / "provider.log"
        command = ["node", str(self.program / "provider.mjs"), str(settings)]
        self._process = Process(command, log, {**os.environ, "NO_COLOR": "1"})
        self._process.wait_ready(self._ready, 30)
        return self

    def _ready(self) -> bool:
        try:
            return requests.get(f"{self.issuer}/jwks", timeout=5).ok
        except requests.ConnectionError:
            return False

    def stop(self) -> None:
        """End it; it forgets who is signed in."""
        if self._process is not None and self._process.running:
            self._process.stop()

    def settings(self) -> dict[str, str]:
        """Return the settings with which we are its client."""
        return {
            "OIDC_ISSUER": self.issuer,
            "OIDC_CLIENT_ID": CLIENT_ID,
            "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_NAME": "North Quay",
            "SIGN_ON_ALLOW": "127.0.0.0/8",
        }

    def tell(self, who: str, **claims: Any) -> None:
        """Have it say something else of one of its people, or of a new one."""
        self.people[who] = {**self.people.get(who, {}), **claims}
        answer = requests.put(f"{self.issuer}/people", json={who: self.people[who]}, timeout=5)
        answer.raise_for_status()


class Browser:
    """Somebody's browser at the provider; what leads back to us is returned."""

    def __init__(self, provider: OpenIdProvider) -> None:
        """Nobody is signed in there yet."""
        self.provider = provider
        self.http = requests.Session()

    def sign_in(self, url: str, name: str) -> str:
        """Sign in as one of its people where ``url`` leads; return the address back to us."""
        return self._follow(self.http.get(url, allow_redirects=False, timeout=10), {"login": name})

    def sign_out(self, url: str) -> str:
        """Sign out there, where ``url`` leads; return the address back to us."""
        page = self.http.get(url, allow_redirects=False, timeout=10)
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
        action = re.search(r'action="([^"]+)"', page.text)
        assert action, page.text
        answer = self.http.post(
            unescape(action[1]), data={**fields, "logout": "yes"}, allow_redirects=False, timeout=10
        )
        return self._follow(answer, {})

    def _follow(self, answer: requests.Response, form: Mapping[str, str]) -> str:
        for _step in range(10):
            if answer.is_redirect:
                target = urljoin(answer.url, answer.headers["Location"])
                if not target.startswith(self.provider.issuer):
                    return target
                answer = self.http.get(target, allow_redirects=False, timeout=10)
            elif answer.ok and 'name="login"' in answer.text:
                answer = self.http.post(answer.url, data=form, allow_redirects=False, timeout=10)
            else:
                break
        raise AssertionError(f"{answer.status_code}: {answer.text[:2000]}")
