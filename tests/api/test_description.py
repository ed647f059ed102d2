"""The description is complete, sound and readable."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from enterprise_social.api.calls import BASE, CALLS
from enterprise_social.api.openapi import IDS, TAGS

ONE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@ONE
def test_every_route_is_described_and_every_description_has_its_route(
    app: Flask, client: FlaskClient
) -> None:
    described = {
        (method.upper(), path)
        for path, item in client.get(f"{BASE}/openapi.json").json["paths"].items()
        for method in item
    }
    routed = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix(BASE)))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(BASE)
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert described == routed


@ONE
def test_the_document_is_valid_openapi_3_1(client: FlaskClient) -> None:
    document = client.get(f"{BASE}/openapi.json").json
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_every_call_says_what_it_does_and_belongs_to_a_group() -> None:
    for call in CALLS:
        assert call.summary.rstrip(".") == call.summary != "", call.path
        assert call.description.endswith("."), call.path
        assert call.tag in TAGS
        assert set(re.findall(r"{(\w+)}", call.path)) <= set(IDS)
    assert len({call.name for call in CALLS}) == len(CALLS)


@ONE
def test_the_document_is_sent_once_and_then_only_confirmed(client: FlaskClient) -> None:
    first = client.get(f"{BASE}/openapi.json")
    again = client.get(f"{BASE}/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


class Links(HTMLParser):
    """Collects ids, addresses and scripts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: set[str] = set()
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        for address in (found.get("href"), found.get("src")):
            if address and address.startswith("#"):
                self.targets.add(address[1:])
            elif address and not address.startswith("/"):
                self.outside.append(address)


@ONE
def test_the_page_shows_every_call_needs_nothing_from_elsewhere_and_links_rightly(
    client: FlaskClient,
) -> None:
    answer = client.get(f"{BASE}/docs")
    page = answer.get_data(as_text=True)
    links = Links()
    links.feed(page)
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert {call.name for call in CALLS} <= set(links.ids)
    assert links.targets <= set(links.ids)
    assert len(links.ids) == len(set(links.ids))
    assert links.outside == []
    for call in CALLS:
        assert call.path in page
