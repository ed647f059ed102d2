"""A provisioning client keeps people and groups as they are elsewhere (SCIM 2.0)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from enterprise_social.accounts import actions as accounts
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.integrations.scim.schemas import ENTERPRISE
from enterprise_social.people.actions import create_person
from enterprise_social.people.models import Group, GroupMember, Person
from tests import making
from tests.accounts.steps import is_signed_in
from tests.integrations.provisioning import TOKEN, Provisioner, members, user

Queries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    made = make_app(SCIM_TOKEN=TOKEN)
    with made.app_context():
        create_person(None, email="olga@northquay.example", name="Olga Admin", role="admin")
        yield made
        db.session.rollback()


@pytest.fixture
def scim(app: Flask) -> Provisioner:
    return Provisioner(app)


def person(found: Any) -> Person:
    db.session.rollback()
    return db.session.get_one(Person, int(found["id"]), populate_existing=True)


def test_without_the_token_nobody_is_told_anything(
    app: Flask, make_app: Callable[..., Flask]
) -> None:
    client = app.test_client()
    for shown in ("", "Bearer wrong", f"Basic {TOKEN}", "Bearer ", f"Bearer {TOKEN}x"):
        answer = client.get("/scim/v2/Users", headers={"Authorization": shown})
        assert (answer.status_code, answer.mimetype) == (401, "application/scim+json")
        assert "olga" not in answer.text
    olga = db.session.scalars(select(Person)).one()
    assert making.sign_in(app, olga).get("/scim/v2/Users").status_code == 401, "nor an admin"
    off = make_app().test_client()
    answer = off.get("/scim/v2/Users", headers={"Authorization": "Bearer "})
    assert answer.status_code == 404


def test_a_person_comes_is_found_changes_leaves_and_is_back(app: Flask, scim: Provisioner) -> None:
    chief = scim.create("Users", name="Carla Chief", externalId="c-1")
    made = scim.create(
        "Users",
        name="Ada Lindqvist",
        externalId="a-1",
        title="Harbour master",
        preferredLanguage="de-DE",
        timezone="Europe/Berlin",
        phoneNumbers=[{"value": "+49 1", "type": "mobile"}],
        roles=[{"value": "manager"}],
        **{ENTERPRISE: {"department": "Quays", "manager": {"value": chief["id"]}}},
    )
    ada = person(made)
    assert (ada.email, ada.title, ada.department, ada.role, ada.phone, ada.locale) == (
        "ada@northquay.example", "Harbour master", "Quays", "manager", "+49 1", "de_DE",
    )  # fmt: skip
    assert ada.manager_id == int(chief["id"])
    browser = making.sign_in(app, ada)
    assert (
        scim.patch(f"/Users/{made['id']}", {"op": "replace", "value": {"active": False}}).json[
            "active"
        ]
        is False
    )
    assert not is_signed_in(browser)
    back = {"op": "replace", "path": "active", "value": "True"}
    assert scim.patch(f"/Users/{made['id']}", back).status_code == 200
    assert person(made).is_active
    assert scim.ask("DELETE", f"/Users/{made['id']}").status_code == 204
    assert not person(made).is_active, "what she wrote stays hers"
    assert scim.ask("GET", f"/Users/{made['id']}").status_code == 404
    assert scim.found('userName eq "ada@northquay.example"') == []
    again = scim.create("Users", name="Ada Lindqvist")
    assert again["id"] == made["id"], "whoever comes back is the same person"
    assert person(made).is_active
    assert person(made).role == "employee"
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id.is_(None))).all()
    assert {"scim.user_created", "scim.user_deleted", "people.deactivated"} <= set(acts)


def test_nobody_is_there_twice(scim: Provisioner) -> None:
    scim.create("Users", name="Ada Lindqvist")
    for said in (user(), user(userName="ADA@northquay.example"),
                 user(userName="another", emails=[{"value": "Ada@northquay.example"}]),
                 user("Olga Admin")):  # fmt: skip
        answer = scim.ask("POST", "/Users", said)
        assert (answer.status_code, answer.json["scimType"]) == (409, "uniqueness")
    other = scim.create("Users", name="Ben Okafor")
    taken = {"op": "replace", "path": "userName", "value": "ada@northquay.example"}
    assert scim.patch(f"/Users/{other['id']}", taken).status_code == 409


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"userName": ""}, "invalidValue"),
        ({"userName": "no-address"}, "invalidValue"),
        ({"emails": [{"value": "nothing"}]}, "invalidValue"),
        ({"emails": [{"value": "a@b.c", "primary": True}, {"value": "d@e.f", "primary": True}]},
         "invalidValue"),
        ({"timezone": "Nowhere/Land"}, "invalidValue"),
        ({"active": "perhaps"}, "invalidValue"),
        ({"roles": [{"value": "admin"}]}, "invalidValue"),
        ({"roles": [{"value": "emperor"}]}, "invalidValue"),
        ({ENTERPRISE: {"manager": {"value": "999999"}}}, "invalidValue"),
        ({"title": "x" * 121}, "invalidValue"),
        ({"title": {"deep": 1}}, "invalidValue"),
        ({"schemas": []}, "invalidSyntax"),
        ({"name": "Ada"}, "invalidValue"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_and_nothing_is_written(
    scim: Provisioner, said: dict[str, Any], kind: str
) -> None:
    answer = scim.ask("POST", "/Users", {**user(), **said})
    assert (answer.status_code, answer.json["scimType"]) == (400, kind), answer.text
    assert len(db.session.scalars(select(Person)).all()) == 1


def test_admins_are_neither_made_nor_unmade_and_the_last_one_stays(scim: Provisioner) -> None:
    (olga,) = scim.get("/Users")["Resources"]
    assert olga["roles"] == [{"value": "admin"}]
    path = f"/Users/{olga['id']}"
    assert scim.ask("PUT", path, {**olga, "roles": [{"value": "guest"}]}).status_code == 200
    assert person(olga).role == "admin"
    assert scim.ask("DELETE", path).status_code == 409
    assert scim.patch(path, {"op": "replace", "path": "active", "value": False}).status_code == 409
    assert person(olga).is_active


def test_nobody_becomes_an_admin_by_giving_one_another_mailbox(scim: Provisioner) -> None:
    (olga,) = scim.get("/Users")["Resources"]
    path, mine = f"/Users/{olga['id']}", "mine@northquay.example"
    for change in (
        {"op": "replace", "path": "userName", "value": mine},
        {"op": "replace", "path": "emails", "value": [{"value": mine, "primary": True}]},
    ):
        assert scim.patch(path, change).status_code == 400
    assert scim.ask("PUT", path, user("Olga", userName=mine)).status_code == 400
    assert person(olga).email == "olga@northquay.example"
    named = {"op": "replace", "path": "displayName", "value": "Olga Port"}
    assert scim.patch(path, named).status_code == 200
    assert person(olga).name == "Olga Port"


def test_a_change_of_entra(scim: Provisioner) -> None:
    made = scim.create("Users", name="Ada Lindqvist")
    answer = scim.patch(
        f"/Users/{made['id']}",
        {"op": "Add", "path": 'emails[type eq "work"].value', "value": "a.l@northquay.example"},
        {"op": "Replace", "path": "name.givenName", "value": "Ada"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Docks"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+49 2"},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Add", "path": f"{ENTERPRISE}:costCenter", "value": "not kept here"},
    )
    assert answer.status_code == 200, answer.text
    found = answer.get_json(force=True)
    assert found["emails"] == [{"value": "a.l@northquay.example", "type": "work", "primary": True}]
    assert found["phoneNumbers"] == [{"value": "+49 2", "type": "mobile"}]
    assert (found["name"], found["active"]) == ({"givenName": "Ada"}, False)
    assert found[ENTERPRISE] == {"department": "Docks"}
    gone = {"op": "Remove", "path": 'phoneNumbers[type eq "mobile"]'}
    assert "phoneNumbers" not in scim.patch(f"/Users/{made['id']}", gone).get_json(force=True)
    assert person(made).phone == ""


def test_a_change_of_okta_leaves_alone_what_it_does_not_name(scim: Provisioner) -> None:
    made = scim.create("Users", name="Ada Lindqvist", title="Harbour master")
    person(made).phone = "+49 3"
    db.session.commit()
    whole = {name: made[name] for name in ("schemas", "userName", "displayName", "emails")}
    assert scim.ask("PUT", f"/Users/{made['id']}", {**whole, "title": "Pilot"}).status_code == 200
    assert (person(made).title, person(made).phone) == ("Pilot", "+49 3")
    new = {"value": {"active": True, "displayName": "Ada L.", "id": made["id"]}}
    assert scim.patch(f"/Users/{made['id']}", {"op": "replace", **new}).status_code == 200
    assert person(made).name == "Ada L."


@pytest.mark.parametrize(
    ("operation", "status", "kind"),
    [
        ({"op": "remove"}, 400, "noTarget"),
        ({"op": "rename", "path": "title", "value": "x"}, 400, "invalidSyntax"),
        ({"op": "replace", "path": "title"}, 400, "invalidValue"),
        ({"op": "replace", "path": "title[", "value": "x"}, 400, "invalidPath"),
        ({"op": "replace", "path": 'title[value eq "x"]', "value": "x"}, 400, "invalidPath"),
        ({"op": "add", "path": "id", "value": "7"}, 400, "mutability"),
        ({"op": "add", "path": "groups", "value": [{"value": "1"}]}, 400, "mutability"),
        ({"op": "remove", "path": "userName"}, 400, "invalidValue"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused_whole(
    scim: Provisioner, operation: dict[str, Any], status: int, kind: str
) -> None:
    made = scim.create("Users", name="Ada Lindqvist")
    first = {"op": "replace", "path": "displayName", "value": "Somebody else"}
    answer = scim.patch(f"/Users/{made['id']}", first, operation)
    assert (answer.status_code, answer.json.get("scimType")) == (status, kind), answer.text
    assert person(made).name == "Ada Lindqvist"


def test_a_change_to_a_version_that_is_no_longer_the_last_is_refused(scim: Provisioner) -> None:
    made = scim.create("Users", name="Ada Lindqvist")
    path, old = f"/Users/{made['id']}", made["meta"]["version"]
    assert scim.ask("GET", path, If_None_Match=old).status_code == 304
    change = {"op": "replace", "path": "title", "value": "Pilot"}
    fresh = scim.patch(path, change, If_Match=old)
    assert fresh.status_code == 200
    assert fresh.headers["ETag"] != old
    for refused in (
        scim.patch(path, change, If_Match=old),
        scim.ask("PUT", path, user(), If_Match=old),
        scim.ask("DELETE", path, If_Match=old),
    ):
        assert refused.status_code == 412
    assert scim.ask("DELETE", path, If_Match=fresh.headers["ETag"]).status_code == 204


def test_messages_that_are_none(scim: Provisioner) -> None:
    post = scim.client.post
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for body in (b"", b"[]", b"{", b"[" * 50_000, b"\xff", b'"text"'):
        answer = post("/scim/v2/Users", data=body, headers=headers,
                      content_type="application/scim+json")  # fmt: skip
        assert (answer.status_code, answer.json["scimType"]) == (400, "invalidSyntax")
    assert post("/scim/v2/Users", data=b"<a/>", headers=headers,
                content_type="text/xml").status_code == 415  # fmt: skip
    for identity in ("0", "x", "99999999999999999999", "1.0", "%00", "٣"):
        answer = scim.ask("GET", f"/Users/{identity}")
        assert (answer.status_code, answer.mimetype) == (404, "application/scim+json")


def test_groups_are_made_filled_named_and_closed(scim: Provisioner) -> None:
    ada, ben = (scim.create("Users", name=name) for name in ("Ada Lindqvist", "Ben Okafor"))
    crew = scim.create("Groups", name="Crew", externalId="g-1", members=members(ada))
    path, before = f"/Groups/{crew['id']}", crew["meta"]["version"]
    add = {"op": "add", "path": "members", "value": members(ada, ben)}
    assert scim.patch(path, add, If_Match=before).status_code == 204
    assert scim.patch(path, add, If_Match=before).status_code == 412
    assert seen(scim, path) == {ada["id"], ben["id"]}
    assert scim.get(f"/Users/{ben['id']}")["groups"][0]["display"] == "Crew"
    gone = {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'}
    assert scim.patch(path, gone).status_code == 204
    assert seen(scim, path) == {ben["id"]}
    azure = {"op": "Remove", "path": "members", "value": members(ben)}
    assert scim.patch(path, azure).status_code == 204
    assert seen(scim, path) == set()
    whole = {"schemas": crew["schemas"], "displayName": "Ship's crew", "members": members(ada)}
    assert scim.ask("PUT", path, whole).json["displayName"] == "Ship's crew"
    assert seen(scim, path) == {ada["id"]}
    for wrong in (members("999999"), members("x"), [{"value": crew["id"], "type": "Group"}]):
        refused = scim.patch(path, {"op": "add", "path": "members", "value": wrong})
        assert refused.json["scimType"] == "invalidValue"
    assert scim.ask("DELETE", path).status_code == 204
    assert scim.ask("GET", path).status_code == 404
    assert db.session.get_one(Group, int(crew["id"])).archived_at is not None


def seen(scim: Provisioner, path: str) -> set[str]:
    return {each["value"] for each in scim.get(path).get("members", [])}


def test_one_more_in_a_group_of_ten_thousand_reads_none_of_the_others(
    scim: Provisioner, count_queries: Queries
) -> None:
    crew = scim.create("Groups", name="Everyone")
    crowd(int(crew["id"]), 10_000)
    ada = scim.create("Users", name="Ada Lindqvist")
    with count_queries() as statements:
        change = {"op": "add", "path": "members", "value": members(ada)}
        assert scim.patch(f"/Groups/{crew['id']}", change).status_code == 204
    assert len(statements) < 40
    listed = scim.get("/Groups", excludedAttributes="members")["Resources"]
    assert "members" not in listed[0]
    assert len(seen(scim, f"/Groups/{crew['id']}")) == 10_001
    scim.create("Groups", name="Second", members=members(ada))
    crowd_two = scim.create("Groups", name="Third")
    crowd(int(crowd_two["id"]), 10_000)
    page = scim.get("/Groups")
    assert (page["itemsPerPage"], page["totalResults"]) == (2, 3), "a page has no more than fits"
    assert scim.get("/Groups", startIndex=3)["Resources"][0]["displayName"] == "Third"


def crowd(group_id: int, size: int) -> None:
    """Fill a group as many changes before would have done."""
    known = db.session.scalars(select(Person.id).where(Person.import_key.is_not(None))).all()
    if not known:
        rows = [
            {"email": f"p{number}@northquay.example", "username": f"p{number}",
             "name": f"Person {number}", "created_at": now(), "import_key": f"p{number}"}
            for number in range(size)
        ]  # fmt: skip
        db.session.execute(insert(Person), rows)
        known = db.session.scalars(select(Person.id).where(Person.import_key.is_not(None))).all()
    seats = [{"group_id": group_id, "person_id": each, "added_at": now()} for each in known]
    db.session.execute(insert(GroupMember), seats)
    db.session.get_one(Group, group_id).member_count = size
    db.session.commit()


def test_a_page_of_users_costs_the_same_however_many_they_are(
    scim: Provisioner, count_queries: Queries
) -> None:
    def cost() -> int:
        with count_queries() as statements:
            scim.get("/Users")
        return len(statements)

    scim.create("Users", name="Ada Lindqvist", phoneNumbers=[{"value": "1"}])
    before = cost()
    for number in range(8):
        emails = [{"value": f"{letter}{number}@northquay.example"} for letter in "pq"]
        made = scim.create("Users", name=f"P{number} Person", emails=emails)
        scim.create("Groups", name=f"Group {number}", members=members(made))
    assert cost() == before <= 5


def test_the_services_accounts_of_others_are_not_shown(scim: Provisioner) -> None:
    create_person(None, email="bot@northquay.example", name="Build bot", is_bot=True)
    accounts.forget_credentials(1)
    assert scim.found('displayName sw "Build"') == []
    assert scim.get("/Users", count=0) == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 1, "startIndex": 1, "itemsPerPage": 0, "Resources": [],
    }  # fmt: skip
