"""Filters of SCIM find what they say, in the database, and none of them can hurt."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprise_social.core.db import db
from enterprise_social.integrations.scim.errors import ScimError
from enterprise_social.integrations.scim.filters import parse_filter, parse_path
from enterprise_social.integrations.scim.schemas import ENTERPRISE, USER
from tests.integrations.provisioning import TOKEN, Provisioner, members, user

AT_ONCE = 6
EVERYBODY = ["Ada Lindqvist", "Ben Okafor", "Carla Chief", "Émile Ölund"]


@pytest.fixture
def scim(backend: str, make_app: Any) -> Iterator[Provisioner]:
    app: Flask = make_app(backend, SCIM_TOKEN=TOKEN)
    with app.app_context():
        yield fill(Provisioner(app))
        db.session.rollback()


def fill(scim: Provisioner) -> Provisioner:
    ada = scim.create(
        "Users", name="Ada Lindqvist", externalId="A-1", title="Harbour master",
        timezone="Europe/Berlin", roles=[{"value": "manager"}],
        emails=[{"value": "ada@northquay.example", "type": "work", "primary": True},
                {"value": "ada@home.example", "type": "home"}],
    )  # fmt: skip
    ben = scim.create("Users", name="Ben Okafor", active=False, title="100% pilot_a\\b")
    scim.create(
        "Users", name="Carla Chief", userName="carla", emails=[{"value": "cc@northquay.example"}],
        **{ENTERPRISE: {"department": "Quays", "manager": {"value": ada["id"]},
                        "employeeNumber": "0042"}},
    )  # fmt: skip
    scim.create("Users", name="Émile Ölund", userName="emile@northquay.example")
    scim.create("Groups", name="Crew", members=members(ada, ben))
    scim.create("Groups", name="Empty", externalId="g-2")
    return scim


FOUND = {
    'userName eq "ADA@northquay.example"': ["Ada Lindqvist"],
    'userName eq "carla"': ["Carla Chief"],
    f'{USER}:userName eq "carla"': ["Carla Chief"],
    'externalId eq "A-1"': ["Ada Lindqvist"],
    'externalId eq "a-1"': [],
    'displayName co "LIND"': ["Ada Lindqvist"],
    'displayName sw "É"': ["Émile Ölund"],
    'displayName ew "d"': ["Émile Ölund"],
    'title co "%"': ["Ben Okafor"],
    'title co "_a\\\\b"': ["Ben Okafor"],
    'title co "\' OR 1=1 --"': [],
    "title pr": ["Ada Lindqvist", "Ben Okafor"],
    "not (title pr)": ["Carla Chief", "Émile Ölund"],
    "title eq null": ["Carla Chief", "Émile Ölund"],
    "active eq false": ["Ben Okafor"],
    "active ne True": ["Ben Okafor"],
    'emails eq "ada@home.example"': ["Ada Lindqvist"],
    'emails.value co "home"': ["Ada Lindqvist"],
    'emails[type eq "work" and value co "@home"]': [],
    'emails[type eq "home" and value co "@home"]': ["Ada Lindqvist"],
    'emails[primary eq true and value sw "emile"]': ["Émile Ölund"],
    'emails[not (type eq "work")]': ["Ada Lindqvist", "Carla Chief"],
    'emails.type eq "work" and active eq true': ["Ada Lindqvist", "Émile Ölund"],
    "phoneNumbers pr": [],
    'roles.value eq "manager"': ["Ada Lindqvist"],
    'groups.display eq "crew"': ["Ada Lindqvist", "Ben Okafor"],
    f'{ENTERPRISE}:department eq "quays"': ["Carla Chief"],
    f"{ENTERPRISE}:manager pr": ["Carla Chief"],
    f'{ENTERPRISE}:employeeNumber eq "0042"': ["Carla Chief"],
    'meta.created gt "2020-01-01T00:00:00Z" and meta.lastModified lt "2020-01-01T00:00:00Z"': [],
    'meta.resourceType eq "User"': EVERYBODY,
    'displayName lt "c"': ["Ada Lindqvist", "Ben Okafor"],
    # 'not' before 'and' before 'or'
    'active eq false or title pr and displayName sw "A"': ["Ada Lindqvist", "Ben Okafor"],
    '(active eq false or title pr) and displayName sw "A"': ["Ada Lindqvist"],
    'not (active eq false) and not (displayName sw "A")': ["Carla Chief", "Émile Ölund"],
}


def test_filters_find_what_they_say(scim: Provisioner) -> None:
    found = {text: sorted(scim.found(text)) for text in FOUND}
    assert found == {text: sorted(names) for text, names in FOUND.items()}
    assert scim.found('displayName eq "crew"', "Groups") == ["Crew"]
    assert scim.found("members pr", "Groups") == ["Crew"]
    assert scim.found('members[value eq "1"]', "Groups") == ["Crew"]
    assert scim.found('members.value eq "3"', "Groups") == []
    assert scim.found('externalId eq "g-2"', "Groups") == ["Empty"]


def test_pages_and_orders(scim: Provisioner) -> None:
    names = [
        [each["displayName"] for each in scim.get(
            "/Users", sortBy="displayName", sortOrder=order, startIndex=start, count=3
        )["Resources"]]
        for order, start in (("ascending", 1), ("ascending", 4), ("descending", 2))
    ]  # fmt: skip
    assert names[0][:2] == ["Ada Lindqvist", "Ben Okafor"]
    assert sorted(names[0] + names[1]) == EVERYBODY
    assert names[2][-2:] == ["Ben Okafor", "Ada Lindqvist"]
    assert scim.get("/Users", count=-5)["itemsPerPage"] == 0
    assert scim.get("/Users", startIndex=-5, count=10**30)["itemsPerPage"] == 4
    search = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "title pr", "attributes": ["userName"], "sortBy": "userName", "count": 1,
    }  # fmt: skip
    answer = scim.ask("POST", "/Users/.search", search).get_json(force=True)
    assert answer["totalResults"] == 2
    (first,) = answer["Resources"]
    assert set(first) == {"schemas", "id", "userName"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "text",
    ["title", "title eq", "eq eq eq", "title xx 1", "(title pr", "title pr)", "title pr and",
     "password pr", "emails[value", "title[value pr]", 'meta.created gt "soon"', "active gt true",
     "(" * 30 + "title pr" + ")" * 30, " or ".join(["title pr"] * 51), "title pr " * 1000,
     'title eq {"a":1}', "title eq [1]", 'title eq "', "not title pr"],
)  # fmt: skip
def test_filters_that_make_no_sense_are_refused(scim: Provisioner, text: str) -> None:
    answer = scim.client.get(
        "/scim/v2/Users", headers={"Authorization": f"Bearer {TOKEN}"},
        query_string={"filter": text},
    )  # fmt: skip
    assert (answer.status_code, answer.json["scimType"]) == (400, "invalidFilter"), answer.text


WORDS = st.sampled_from(
    ["title", "emails", "emails.value", "and", "or", "not", "(", ")", "[", "]", "eq", "pr", "co",
     '"x"', "true", "null", "1", ".value", "urn:a:b:c", "\\", '"', "\x00", "é"]
)  # fmt: skip


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(WORDS, max_size=30).map(" ".join)))
def test_no_text_breaks_the_reading_of_filters_and_paths(text: str) -> None:
    for read in (parse_filter, parse_path):
        with suppress(ScimError):
            read(text, USER)


def test_one_of_many_at_once_makes_the_person_and_the_others_hear_of_it(
    backend: str, make_app: Any
) -> None:
    app: Flask = make_app(backend, SCIM_TOKEN=TOKEN)
    start = Barrier(AT_ONCE)

    def create(_number: int) -> int:
        scim = Provisioner(app)
        start.wait(10)
        return scim.ask("POST", "/Users", user()).status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = sorted(pool.map(create, range(AT_ONCE)))
    assert statuses == [201] + [409] * (AT_ONCE - 1)
