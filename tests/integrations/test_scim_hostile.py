"""Texts that no database keeps are refused or cleaned, wherever a client of SCIM puts them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from enterprise_social.integrations.scim.schemas import ENTERPRISE
from tests.integrations.provisioning import TOKEN, Provisioner, group, user

ODD = ["\x00", "\ud800", "a\x00b", "\u202e", "x" * 5_000, "\U000e0001", 10**400, [[]], {"a": []}]
PLACES = ["userName", "displayName", "externalId", "title", "timezone", "preferredLanguage",
          "active", "emails", "phoneNumbers", "roles", "name", "members", ENTERPRISE]  # fmt: skip


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)  # which takes the least
def test_nothing_that_a_client_sends_is_an_error_of_ours(backend: str, make_app: Any) -> None:
    app: Flask = make_app(backend, SCIM_TOKEN=TOKEN)
    with app.app_context():
        scim = Provisioner(app)
        ada, crew = scim.create("Users", name="Ada Lindqvist"), scim.create("Groups", name="Crew")
        wrong = [
            (kind, place, odd, status)
            for odd in ODD
            for place in PLACES
            for kind, status in statuses(scim, ada, crew, place, odd)
            if status >= 500 or status == 422
        ]
    assert wrong == []


def statuses(scim: Provisioner, ada: Any, crew: Any, place: str, odd: Any) -> Any:
    name = "Other" if place == "displayName" else "Ben Okafor"
    made = scim.ask("POST", "/Users", {**user(name), place: odd})
    yield "create", made.status_code
    if made.status_code == 201:
        scim.ask("DELETE", f"/Users/{made.json['id']}")
    for value in (odd, [{"value": odd}]):
        change = {"op": "replace", "path": place, "value": value}
        yield "user", scim.patch(f"/Users/{ada['id']}", change).status_code
        yield "group", scim.patch(f"/Groups/{crew['id']}", change).status_code
    yield "whole", scim.ask("PUT", f"/Groups/{crew['id']}", {**group(), place: odd}).status_code
    if isinstance(odd, str):
        for text in (f'title eq "{odd}"', f'emails[value co "{odd}"]', f'{odd} eq "x"'):
            search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
                      "filter": text}  # fmt: skip
            yield text[:30], scim.ask("POST", "/Users/.search", search).status_code


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["startIndex", "count", "sortBy", "attributes", "sortOrder"])
def test_nor_what_it_asks_of_a_list(backend: str, make_app: Any, name: str) -> None:
    scim = Provisioner(make_app(backend, SCIM_TOKEN=TOKEN))
    for odd in [*ODD, "", "-1", "1e9", "x", None, True]:
        search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], name: odd}
        assert scim.ask("POST", "/Groups/.search", search).status_code in (200, 400)
