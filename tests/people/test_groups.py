"""Groups of people: who may make and change them, and that their people follow the profiles."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Conflict, Forbidden, Invalid
from enterprise_social.people.actions import (
    create_person,
    deactivate_person,
    reactivate_person,
    set_role,
    update_person,
)
from enterprise_social.people.actions.fields import change_field, define_field, set_values
from enterprise_social.people.actions.groups import (
    create_group,
    put_group_member,
    remove_group_member,
    set_group_archived,
    update_group,
)
from enterprise_social.people.actions.rule_groups import follow, recompute
from enterprise_social.people.models import Group, GroupMember, Person
from enterprise_social.people.queries.groups import groups_of, members, preview, role_in
from enterprise_social.people.rules import KnownNames, condition, parse
from tests.accounts.steps import statements, work
from tests.making import fresh, make_person, sign_in

COLLEAGUE = Person(id=0, role="employee")
only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.test_request_context():
        yield


def usernames(group: Group) -> list[str]:
    return [each.person.username for each in members(group.id, COLLEAGUE).items]


@only_sqlite
def test_managers_and_admins_make_groups_and_owners_look_after_them() -> None:
    boss, ann, bo = make_person("Boss", role="manager"), make_person("Ann"), make_person("Bo")
    with pytest.raises(Forbidden):
        create_group(ann, "Night shift")
    group = create_group(boss, "Night shift")
    assert (group.slug, group.member_count, role_in(group.id, boss.id)) == (
        "night-shift",
        1,
        "owner",
    )
    with pytest.raises(Forbidden):
        put_group_member(ann, group, bo)
    put_group_member(boss, group, ann, "owner")
    put_group_member(ann, group, bo)
    assert fresh(group).member_count == 3
    remove_group_member(boss, group, boss)
    with pytest.raises(Forbidden):
        update_group(boss, group, name="Mine")
    with pytest.raises(Conflict, match="owner first"):
        remove_group_member(ann, group, ann)
    remove_group_member(bo, group, bo)
    admin = make_person(role="admin")
    remove_group_member(admin, group, ann)
    assert (fresh(group).member_count, usernames(group)) == (0, [])
    set_group_archived(admin, group, True)
    with pytest.raises(Conflict):
        put_group_member(admin, group, ann)


def test_people_and_groups_share_one_space_of_names(app: Flask) -> None:
    boss = make_person("Boss", role="manager", username="boss")
    create_group(boss, "Crew", handle="@Crew")
    assert create_group(boss, "Boss").slug == "boss-2"
    for handle in ("boss", "crew", "all", "here", "channel", "groups", "12", "a b"):
        with pytest.raises(Invalid) as refused:
            create_group(boss, "Another", handle=handle)
        assert set(refused.value.errors) == {"handle"}
    with pytest.raises(Invalid):
        make_person("Crew", username="crew")
    with pytest.raises(Invalid):
        update_person(None, boss, username="crew")
    assert make_person("Crew").username == "crew2"

    def take(turn: int) -> bool:
        with app.test_request_context():
            try:
                if turn % 2:
                    create_group(None, "Race", handle="race")
                else:
                    create_person(None, email=f"r{turn}@example.org", name="R", username="race")
            except AppError:
                return False
            return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(take, range(4))) == 1


@only_sqlite
def test_a_bad_rule_is_refused_with_its_place_and_nothing_is_made() -> None:
    boss = make_person(role="manager")
    with pytest.raises(Invalid) as refused:
        create_group(boss, "Ops", kind="rule", rule="department Operations")
    assert "At character 12" in refused.value.errors["rule"][0]
    group = create_group(boss, "Ops", kind="rule", rule="department is Operations")
    with pytest.raises(Conflict):
        put_group_member(boss, group, boss)
    with pytest.raises(Invalid):
        update_group(boss, group, rule="department is")
    set_role(None, boss, "employee")
    with pytest.raises(Forbidden):
        update_group(fresh(boss), group, name="Still mine")


RULES = (
    "department is Operations and location is Lyon",
    "title contains crane or role is manager",
    "reports to @p0",
    "reports to @p1 and not department is Sales",
    "not reports to @p2 and location is one of (Lyon, Oslo)",
)


def test_groups_by_rule_follow_every_change_of_a_profile(app: Flask) -> None:
    dice = random.Random(11)
    people = [make_person(f"P {n}", username=f"p{n}", department="Operations") for n in range(14)]
    groups = [create_group(None, f"G {n}", kind="rule", rule=rule) for n, rule in enumerate(RULES)]
    boss = make_person(role="admin", username="admin1")
    by_hand = create_group(boss, "By hand")
    for person in people[:5]:
        put_group_member(boss, by_hand, person)
    choices = {
        "department": ("Operations", "operations", "Sales", ""),
        "location": ("Lyon", "LYON", "Oslo"),
        "title": ("Crane driver", "Clerk"),
    }
    for step in range(25):
        person = fresh(dice.choice(people))
        match dice.randrange(6):
            case 0:
                manager = dice.choice([None, *people]).id if step % 3 else None  # type: ignore[union-attr]
                try:
                    update_person(None, person, manager_id=manager)
                except Invalid:
                    continue
            case 1:
                change = reactivate_person if person.deactivated_at else deactivate_person
                change(None, person)
            case 2:
                set_role(None, person, dice.choice(("employee", "manager")))
            case _:
                field = dice.choice(list(choices))
                update_person(None, person, **{field: dice.choice(choices[field])})
        work(app)
        db.session.rollback()
        for group in groups:
            rule = parse(fresh(group).rule_text, KnownNames())
            meant = set(db.session.scalars(select(Person.id).where(condition(rule))))
            inside = select(GroupMember.person_id).where(GroupMember.group_id == group.id)
            assert set(db.session.scalars(inside)) == meant, (step, group.rule_text)
            assert group.member_count == len(meant)
        active = [one for one in people[:5] if fresh(one).deactivated_at is None]
        assert fresh(by_hand).member_count == 1 + len(active) == len(usernames(by_hand))


def test_another_rule_takes_in_and_lets_go_at_once() -> None:
    boss = make_person("Boss", role="manager", username="boss", department="Board")
    ann = make_person("Ann", username="ann", department="Operations", manager_id=boss.id)
    bo = make_person("Bo", username="bo", department="Sales", manager_id=ann.id)
    group = create_group(boss, "Crew", kind="rule", rule="department is operations")
    assert usernames(group) == ["ann"]
    update_group(boss, group, rule="reports to @boss")
    assert usernames(group) == ["ann", "bo"]
    assert [each.slug for each in groups_of(bo.id, boss)] == ["crew"]
    found = preview(parse("department is one of (Sales, board)", KnownNames()))
    assert (found.count, [one.username for one in found.sample]) == (2, ["bo", "boss"])
    set_group_archived(boss, group, True)
    update_person(None, bo, manager_id=None)
    assert groups_of(bo.id, boss) == []
    set_group_archived(boss, group, False)
    assert usernames(group) == ["ann"]


@only_sqlite
def test_the_cost_is_that_of_the_groups_and_not_of_the_people(app: Flask) -> None:
    moment = now()
    top = make_person("Top", username="top")
    group = create_group(None, "All below", kind="rule", rule="reports to @top")

    def grow(first: int, last: int) -> int:
        rows = [
            {
                "email": f"n{n}@example.org", "username": f"n{n}", "name": f"N {n}",
                "role": "employee", "department": "D", "created_at": moment, "is_bot": False,
                "manager_id": top.id, "title": "", "location": "", "pronouns": "", "phone": "",
                "time_zone": "UTC", "locale": "en", "version": 1, "photo": "",
            }
            for n in range(first, last)
        ]  # fmt: skip
        db.session.execute(insert(Person), rows)
        db.session.commit()
        with statements() as seen:
            follow([top.id], moved=[top.id])
        return len(seen)

    few, many = grow(0, 10), grow(10, 3000)
    assert fresh(group).member_count == 3000
    assert max(few, many) <= 20
    with statements() as seen:
        follow([top.id], moved=[top.id])
    assert not any(each.startswith(("INSERT", "UPDATE", "DELETE")) for each in seen)
    assert recompute(group) is False
    rows = select(func.count()).select_from(GroupMember)
    assert db.session.execute(rows).scalar_one() == 3000


@only_sqlite
def test_a_rule_is_written_in_rows_or_as_text_without_scripts(app: Flask) -> None:
    boss = make_person("Boss", role="manager", department="Board")
    make_person("Ann", department="Operations", location="Lyon")
    client = sign_in(app, boss)
    form = {
        "name": "Ops", "kind": "rule", "callers": "everyone", "rule_as": "rows",
        "joined_by": "any", "field": ["department", "location", "title"],
        "operator": ["is", "one_of", "is"], "value": ["operations", "Oslo, Bergen", ""],
    }  # fmt: skip
    page = client.post("/people/groups", data={**form, "do": "preview"})
    assert (page.status_code, "1 person would be in it now" in page.text) == (200, True)
    page = client.post("/people/groups", data={**form, "do": "text"})
    assert "department is operations or location is one of (Oslo, Bergen)" in page.text
    page = client.post("/people/groups", data={**form, "operator": ["before", "is", "is"]})
    assert (page.status_code, "row 1" in page.text) == (422, True)
    assert 'value="Oslo, Bergen"' in page.text
    made = client.post("/people/groups", data=form)
    assert made.headers["Location"] == "/people/groups/ops"
    page = client.get("/people/groups/ops/edit").text
    assert 'value="Oslo, Bergen"' in page
    rule = "not (department is Operations or role is manager)"
    text = {"name": "Ops", "callers": "admins", "rule_as": "text", "rule": rule}
    assert client.post("/people/groups/ops", data=text).status_code == 303
    assert rule in client.get("/people/groups/ops/edit").text
    bad = client.post("/people/groups/ops", data={**text, "rule": "department is"})
    assert (bad.status_code, "At character 14" in bad.text) == (422, True)


@only_sqlite
def test_programs_make_keep_and_preview_groups(app: Flask) -> None:
    boss, ann = make_person("Boss", role="manager"), make_person("Ann", department="Ops")
    program, anns = sign_in(app, boss), sign_in(app, ann)
    api = "/api/v1/groups"
    made = program.post(api, json={"name": "Crew"})
    assert (made.status_code, made.json["handle"], made.json["role"]) == (201, "crew", "owner")
    place = f"{api}/{made.json['id']}"
    assert program.put(f"{place}/members/{ann.id}", json={}).json["role"] == "member"
    assert anns.patch(place, json={"name": "Mine"}).status_code == 403
    assert anns.delete(f"{place}/members/{boss.id}").status_code == 403
    names = [each["user"]["name"] for each in anns.get(f"{place}/members").json["items"]]
    assert names == ["Ann", "Boss"]
    assert anns.delete(f"{place}/members/{ann.id}").status_code == 204
    found = program.post(f"{api}/preview", json={"rule": "department is ops"}).json
    assert (found["count"], found["words"]) == (1, "department is ops")
    refused = program.post(f"{api}/preview", json={"rule": "department ops"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["rule"])
    assert program.delete(place).status_code == 204
    assert program.get(place).json["archived"] is True
    assert program.get(f"{api}?show=archived").json["items"][0]["handle"] == "crew"
    assert program.patch(place, json={"archived": False}).json["archived"] is False


@only_sqlite
def test_an_archived_group_forgets_who_had_what_few_may_see_now(app: Flask) -> None:
    admin, ann = make_person("Root", role="admin"), make_person("Ann", title="Docker")
    badge = define_field(admin, name="Badge", kind="text")
    set_values(ann, ann, {"badge": "red"})
    reds = create_group(admin, "Reds", kind="rule", rule="field:badge is red")
    dockers = create_group(admin, "Dockers", kind="rule", rule="title is Docker")
    for group in (reds, dockers):
        set_group_archived(admin, group, True)
    change_field(admin, badge, audience="self")
    work(app)
    assert (usernames(reds), fresh(reds).member_count) == ([], 0)
    assert usernames(dockers) == ["ann"], "others stay as they were"
