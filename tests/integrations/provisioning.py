"""A provisioning client, as the tests of SCIM need one."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from enterprise_social.integrations.scim.schemas import ENTERPRISE, GROUP, PATCH, USER

TOKEN = "only-for-the-tests-of-provisioning-0123456789"  # noqa: S105
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Provisioner:
    """Asks with the token."""

    def __init__(self, app: Flask) -> None:
        """Ask this application."""
        self.client = app.test_client()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """Send a request to a path below /scim/v2."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        options: dict[str, Any] = {} if body is None else {"json": body}
        return self.client.open(
            f"/scim/v2{path}", method=method, headers={**BEARER, **named}, **options
        )

    def get(self, path: str, **query: Any) -> Any:
        """Return the document at a path."""
        answer = self.client.get(f"/scim/v2{path}", headers=BEARER, query_string=query)
        assert answer.status_code == 200, answer.text
        return answer.get_json(force=True)

    def create(self, kind: str, **said: Any) -> Any:
        """Create a user or group and return it."""
        name = said.pop("name")
        made = user(name, **said) if kind == "Users" else group(name, **said)
        answer = self.ask("POST", f"/{kind}", made)
        assert answer.status_code == 201, answer.text
        return answer.get_json(force=True)

    def patch(self, path: str, *operations: dict[str, Any], **headers: str) -> TestResponse:
        """Change a resource by operations."""
        return self.ask("PATCH", path, {"schemas": [PATCH], "Operations": operations}, **headers)

    def found(self, text: str, kind: str = "Users") -> list[str]:
        """Return the names that a filter finds, in their order."""
        return [each["displayName"] for each in self.get(f"/{kind}", filter=text)["Resources"]]


def user(name: str = "Ada Lindqvist", **said: Any) -> dict[str, Any]:
    """Return a user as a client sends them."""
    email = f"{name.split()[0].lower()}@northquay.example"
    return {"schemas": [USER, ENTERPRISE], "userName": email, "displayName": name, **said}


def group(name: str = "Crew", **said: Any) -> dict[str, Any]:
    """Return a group as a client sends it."""
    return {"schemas": [GROUP], "displayName": name, **said}


def members(*users: Any) -> list[dict[str, str]]:
    """Return users as a group's members."""
    return [{"value": each["id"] if isinstance(each, dict) else str(each)} for each in users]
