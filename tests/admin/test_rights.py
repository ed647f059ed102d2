"""Rights that admins grant one by one: who may, with which reason, shown and explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.admin.rights_matrix import lines
from enterprise_social.announcements.actions import grant_right as let_announce
from enterprise_social.announcements.policy import may_announce
from enterprise_social.channels.actions import add_group
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.people.actions import deactivate_person, set_role
from enterprise_social.people.actions.groups import create_group, put_group_member
from enterprise_social.people.actions.rights import grant_right, revoke_right
from enterprise_social.people.models import Person
from enterprise_social.people.policy.rights import has_right
from enterprise_social.people.queries.rights import granted_to
from tests.making import fresh, make_channel, make_person, sign_in

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield
        db.session.rollback()


def noted(action: str) -> list[dict[str, str]]:
    statement = select(AuditEntry.details).where(AuditEntry.action == action)
    return list(db.session.scalars(statement.order_by(AuditEntry.id)))


def test_a_right_is_granted_with_a_reason_and_both_ways_are_in_the_audit_log() -> None:
    root, ann = make_person("Root", role="admin"), make_person("Ann")
    assert not has_right(ann, "audit")
    with pytest.raises(Invalid):
        grant_right(root, ann, "audit", reason="  ")
    with pytest.raises(Invalid):
        grant_right(root, ann, "everything", reason="why not")
    for other in (ann, make_person("Boss", role="manager")):
        with pytest.raises(Forbidden):
            grant_right(other, ann, "audit", reason="I want it")
    first = grant_right(root, ann, "audit", reason="Yearly review")
    assert grant_right(root, ann, "audit", reason="Again") is first
    assert (has_right(ann, "audit"), has_right(ann, "export")) == (True, False)
    assert granted_to(ann.id) == {"audit"}
    with pytest.raises(Forbidden):
        revoke_right(ann, ann, "audit")
    revoke_right(root, ann, "audit", reason="Over")
    assert not has_right(ann, "audit")
    assert granted_to(ann.id) == frozenset()
    assert noted("rights.granted") == [{"right": "audit", "reason": "Yearly review"}]
    assert noted("rights.revoked") == [{"right": "audit", "reason": "Over"}]


def test_a_right_ends_with_its_holder_and_does_not_come_back_to_a_former_guest() -> None:
    root, ann = make_person("Root", role="admin"), make_person("Ann")
    grant_right(root, ann, "moderate", reason="Helps out")
    let_announce(root, ann, "everyone")
    assert may_announce(ann)
    set_role(root, ann, "guest")
    assert (has_right(ann, "moderate"), may_announce(ann)) == (False, False)
    with pytest.raises(Conflict):
        grant_right(root, ann, "audit", reason="As a guest")
    set_role(root, ann, "employee")
    assert not has_right(ann, "moderate")
    grant_right(root, ann, "moderate", reason="Helps again")
    deactivate_person(root, ann)
    assert not has_right(fresh(ann), "moderate")
    with pytest.raises(Conflict):
        grant_right(root, ann, "audit", reason="Gone")


def test_the_last_admin_keeps_the_role_whoever_tries(app: Flask) -> None:
    root = make_person("Root", role="admin")
    for role in ("guest", "employee", "manager"):
        with pytest.raises(Conflict):
            set_role(root, root, role)
        with pytest.raises(Conflict):
            set_role(None, root, role)
    answer = sign_in(app, root).post(f"/admin/people/{root.id}/role", data={"role": "guest"})
    assert (answer.status_code, fresh(root).role) == (303, "admin")
    make_person("Other", role="admin")
    assert set_role(root, root, "employee").role == "employee"


@only_sqlite
def test_nobody_gives_themselves_a_role_or_a_right_by_what_they_send_along(app: Flask) -> None:
    ann = make_person("Ann")
    token = create_access_token(ann, "test", ("read", "write"))[1]
    browser, headers = sign_in(app, ann), {"Authorization": f"Bearer {token}"}
    more = {"role": "admin", "rights": ["export"], "id": 1, "suspended_until": None}
    for name, value in more.items():
        body = {"title": "Ann", name: value}
        answer = app.test_client().patch("/api/v1/me", json=body, headers=headers)
        assert answer.status_code == 422, name
    form = {"name": "Ann", "time_zone": "UTC", "role": "admin", "rights": "export"}
    assert browser.post("/settings", data=form).status_code == 303
    for path in (f"/admin/people/{ann.id}/role", f"/admin/rights/{ann.id}"):
        form = {"role": "admin", "right": "export", "granted": "1", "reason": "Mine"}
        assert browser.post(path, data=form).status_code == 403
    put = {"rights": ["export"], "reason": "Mine"}
    path = f"/api/v1/users/{ann.id}/rights"
    assert app.test_client().put(path, json=put, headers=headers).status_code == 403
    assert (fresh(ann).role, has_right(ann, "export")) == ("employee", False)


def test_the_matrix_lists_who_has_more_than_their_role_and_finds_the_others() -> None:
    root, ann, ben = make_person("Root", role="admin"), make_person("Ann"), make_person("Ben")
    boss, guest = make_person("Boss", role="manager"), make_person("Gast", role="guest")
    grant_right(root, ann, "audit", reason="Review")
    let_announce(root, ben, "line")
    shown = {line.person.name: line for line in lines(root).items}
    assert set(shown) == {"Root", "Ann", "Ben"}
    assert [shown["Root"].has(name) for name in ("moderate", "audit")] == ["role", "role"]
    assert [shown["Ann"].has(name) for name in ("moderate", "audit")] == ["", "grant"]
    assert [shown[name].announces for name in ("Root", "Ann", "Ben")] == ["everyone", "", "line"]
    assert [line.person.id for line in lines(root, show="manager").items] == [boss.id]
    assert [line.person.id for line in lines(root, show="guest").items] == [guest.id]
    assert [line.person.id for line in lines(root, text="bo").items] == [boss.id]


@only_sqlite
def test_the_matrix_costs_the_same_however_many_are_listed(
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    root = make_person("Root", role="admin")

    def cost() -> int:
        db.session.expire_all()
        viewer = db.session.get_one(Person, root.id)
        with count_queries() as counted:
            lines(viewer)
        return len(counted)

    few = cost()
    for _each in range(8):
        grant_right(root, make_person(), "audit", reason="Review")
    assert cost() == few <= 3


@only_sqlite
def test_the_page_says_why_somebody_may_and_names_no_private_channel(app: Flask) -> None:
    root, ann, ben = make_person("Root", role="admin"), make_person("Ann"), make_person("Ben")
    make_channel(ann, "Harbour")
    secret = make_channel(ann, "Zephyrion", kind="private")
    crew = create_group(None, "Crew", handle="crew")
    put_group_member(None, crew, ann, "owner")
    add_group(ben, make_channel(ben, "Quay"), crew)
    add_group(ann, secret, crew)
    set_role(root, ann, "manager")
    grant_right(root, ann, "export", reason="The lawyers ask")
    browser = sign_in(app, root)
    page = browser.get(f"/admin/rights/{ann.id}").text
    told = ("Manager", "by Root", "The lawyers ask", "Harbour", "1 more", "Crew", "#Quay",
            "looks after it", "Their own line")  # fmt: skip
    assert [each for each in told if each not in page] == []
    assert "Zephyrion" not in page
    form = {"right": "audit", "granted": "1", "reason": ""}
    refused = browser.post(f"/admin/rights/{ann.id}", data=form)
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    browser.post(f"/admin/rights/{ann.id}", data={**form, "reason": "Review"})
    assert has_right(ann, "audit")
    assert "Ann" in browser.get("/admin/rights").text
    browser.post(f"/admin/rights/{ann.id}", data={"right": "audit", "granted": "0"})
    assert not has_right(ann, "audit")


@only_sqlite
def test_programs_of_admins_list_and_set_rights_with_the_scope_for_it(app: Flask) -> None:
    root, ann = make_person("Root", role="admin"), make_person("Ann")
    path = f"/api/v1/users/{ann.id}/rights"
    ask = app.test_client()
    weak, strong = (
        {"Authorization": f"Bearer {create_access_token(root, 'test', scopes)[1]}"}
        for scopes in (("read", "write"), ("read", "write", "admin"))
    )
    body = {"rights": ["audit", "export"], "reason": "Review"}
    assert ask.put(path, json=body, headers=weak).status_code == 403
    assert ask.get(path, headers=weak).status_code == 403
    assert ask.put(path, json={"rights": ["audit"]}, headers=strong).status_code == 422
    answer = ask.put(path, json=body, headers=strong)
    assert answer.status_code == 200
    assert [(each["right"], each["reason"]) for each in answer.json["granted"]] == [
        ("audit", "Review"),
        ("export", "Review"),
    ]
    listed = ask.get("/api/v1/rights?limit=1", headers=strong).json
    assert (listed["items"][0]["user"]["id"], listed["items"][0]["right"]) == (ann.id, "audit")
    more = ask.get(f"/api/v1/rights?cursor={listed['next_cursor']}", headers=strong).json
    assert [each["right"] for each in more["items"]] == ["export"]
    ask.put(path, json={"rights": ["export"]}, headers=strong)
    assert granted_to(ann.id) == {"export"}
