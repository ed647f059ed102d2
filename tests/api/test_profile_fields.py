"""Programs define fields, fill them in, and change other people's profiles."""

from __future__ import annotations

import pytest

from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.api.callers import Caller
from tests.api.conftest import World

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def admin(world: World) -> Caller:
    """A program of an admin that may administer."""
    return world.caller(world.dee, "read", "write", "admin")


def test_an_admins_program_defines_orders_changes_and_deletes_fields(
    world: World, admin: Caller, ada: Caller, dee: Caller
) -> None:
    size = admin.post("/profile-fields", 201, name="Size", kind="choice", choices=["S", "M"])
    kin = admin.post("/profile-fields", 201, name="Next of kin", kind="text", audience="self")
    assert (size["key"], size["editor"], kin["key"]) == ("size", "person", "next_of_kin")
    order = admin.put("/profile-fields/order", field_ids=[kin["id"], size["id"]])
    assert ada.get("/profile-fields") == order
    changed = admin.patch(f"/profile-fields/{size['id']}", name="Jacket", choices=["M", "L"])
    assert (changed["key"], changed["name"], changed["choices"]) == ("size", "Jacket", ["M", "L"])
    ada.patch("/me", fields={"next_of_kin": "Jan"})
    wider = {"audience": "everyone"}
    assert "audience" in admin.patch(f"/profile-fields/{kin['id']}", 422, **wider)["errors"]
    admin.patch(f"/profile-fields/{kin['id']}", wider=True, archived=True, **wider)
    assert [each["key"] for each in ada.get("/profile-fields")["items"]] == ["size"]
    archived = admin.get("/profile-fields", archived="true")["items"]
    assert [(each["key"], each["audience"]) for each in archived] == [("next_of_kin", "everyone")]
    admin.call("DELETE", f"/profile-fields/{kin['id']}", 204)
    admin.call("DELETE", f"/profile-fields/{kin['id']}", 404)
    admin.put("/profile-fields/order", 409, field_ids=[])
    shown = admin.put("/profile-fields/built-in", hidden=["phone"])
    assert ada.get("/profile-fields/built-in") == shown
    assert [each["name"] for each in shown["items"] if not each["shown"]] == ["phone"]
    # An admin's token without the scope, and anybody else's, change nothing.
    for caller in (ada, dee):
        caller.post("/profile-fields", 403, name="Mine", kind="text")
        caller.patch(f"/profile-fields/{size['id']}", 403, name="Mine")
        caller.put("/profile-fields/built-in", 403, hidden=[])
        caller.get("/profile-fields", 403, archived="true")


def test_values_are_set_by_key_and_bad_ones_are_named(
    world: World, admin: Caller, ada: Caller, bo: Caller
) -> None:
    for kind in ("date", "person", "text"):
        admin.post("/profile-fields", 201, name=f"A {kind}", kind=kind)
    admin.post("/profile-fields", 201, name="Badge", kind="text", editor="admins")
    given = {"a_date": "2027-01-31", "a_person": world.bo.id, "a_text": "<b>"}
    mine = ada.patch("/me", fields=given)["fields"]
    assert [(each["key"], each["value"], each["user_id"]) for each in mine] == [
        ("a_date", "2027-01-31", None),
        ("a_person", "bo", world.bo.id),
        ("a_text", "<b>", None),
    ]
    assert bo.get(f"/users/{world.ada.id}")["fields"] == mine
    problem = ada.patch("/me", 422, fields={"a_date": "soon", "colour": "red", "\ud800": 1})
    assert {"fields.a_date", "fields.colour"} <= set(problem["errors"])
    ada.patch("/me", 403, fields={"badge": "1"})
    ada.patch("/me", 422, fields={"a_text": ["x"]})
    ada.patch("/me", 422, fields=["x"])
    assert ada.patch("/me", fields={"a_text": None, "a_date": "", "a_person": None})["fields"] == []


def test_an_admins_program_changes_anybodys_profile(
    world: World, admin: Caller, ada: Caller, dee: Caller
) -> None:
    admin.post("/profile-fields", 201, name="Badge", kind="text", editor="admins")
    path = f"/users/{world.ada.id}"
    changed = admin.patch(
        path, title="Pilot", email="pilot@example.org", manager_id=world.bo.id,
        started_on="2020-03-01", fields={"badge": "17"},
    )  # fmt: skip
    assert (changed["title"], changed["started_on"]) == ("Pilot", "2020-03-01")
    assert [each["value"] for each in changed["fields"]] == ["17"]
    for caller in (ada, dee):
        caller.patch(path, 403, title="Admiral")
    assert set(admin.patch(path, 422, email="no address")["errors"]) == {"email"}
    assert admin.patch(path, 422, manager_id=world.ada.id)["errors"]["manager_id"]
    names = [each["name"] for each in admin.get(f"{path}/history")["items"]]
    assert sorted(names) == ["Badge", "E-mail", "Manager", "Start date", "Title"]
    db.session.expire_all()
    assert db.session.get_one(Person, world.ada.id).email == "pilot@example.org"
