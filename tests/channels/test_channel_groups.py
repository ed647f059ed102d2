"""Channels filled by groups: people come and go with them, and nobody else does."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, insert, select

from enterprise_social.channels.actions import (
    add_group,
    add_member,
    create_channel,
    join_channel,
    leave_channel,
    remove_group,
    remove_member,
    set_archived,
    set_member_role,
)
from enterprise_social.channels.models import Change, Channel, Membership
from enterprise_social.channels.queries import changes_after, channel_ids_of, membership, seat
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, NotFound
from enterprise_social.feed.queries import rail
from enterprise_social.people.actions import deactivate_person, reactivate_person, update_person
from enterprise_social.people.actions.fields import change_field, define_field
from enterprise_social.people.actions.groups import (
    create_group,
    put_group_member,
    remove_group_member,
    set_group_archived,
    update_group,
)
from enterprise_social.people.models import Group, GroupMember, Person
from tests.accounts.steps import statements, work
from tests.making import fresh, make_channel, make_person, sign_in, write

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def context(app: Flask):
    with app.test_request_context():
        yield


def crew(*people: Person, handle: str = "crew") -> Group:
    group = create_group(None, handle.title(), handle=handle)
    for person in people:
        put_group_member(None, group, person)
    return group


def inside(channel: Channel) -> set[int]:
    rows = select(Membership.person_id).where(Membership.channel_id == channel.id)
    return set(db.session.scalars(rows))


@only_sqlite
def test_owners_fill_a_channel_and_nobody_else_does() -> None:
    mira, ann, bo = make_person("Mira"), make_person("Ann"), make_person("Bo")
    admin = make_person("Admin", role="admin")
    private = make_channel(mira, "vault", ann, kind="private")
    group = crew(ann, bo)
    for person, refusal in ((ann, Forbidden), (bo, NotFound), (admin, NotFound)):
        for change in (add_group, remove_group):
            with pytest.raises(refusal):
                change(person, private, group)
    assert inside(private) == {mira.id, ann.id}
    add_group(mira, private, group)
    add_group(mira, private, group)
    assert inside(private) == {mira.id, ann.id, bo.id}
    assert fresh(private).member_count == 3
    set_archived(mira, private, True)
    with pytest.raises(Conflict):
        add_group(mira, private, crew(admin, handle="other"))


def test_being_in_the_group_is_having_access_and_nothing_later_is_heard() -> None:
    mira, bo = make_person("Mira"), make_person("Bo")
    private = make_channel(mira, "vault", kind="private")
    write(mira, private, "before")
    group = crew()
    add_group(mira, private, group)
    put_group_member(None, group, bo)
    mine = membership(private.id, bo.id)
    assert (mine.by_group, mine.role, mine.read_seq) == (True, "member", fresh(private).seq)
    assert not any(item.unread for item in rail(bo).channels)
    write(mira, private, "after")
    assert seat(bo, channel_id=private.id).membership is not None
    remove_group_member(None, group, bo)
    with pytest.raises(NotFound):
        seat(bo, channel_id=private.id)
    log = changes_after(private.id, 0, 100)
    assert [change.seq for change in log] == list(range(1, fresh(private).seq + 1))
    assert [change.type for change in log if change.person_id == bo.id] == [
        "membership_changed"
    ] * 2


@only_sqlite
def test_a_change_of_the_profile_takes_somebody_in_and_out(app: Flask) -> None:
    mira, bo = make_person("Mira"), make_person("Bo", department="Sales")
    channel = make_channel(mira, "ops")
    group = create_group(None, "Ops", kind="rule", rule="department is Operations")
    add_group(mira, channel, group)
    update_person(None, bo, department="Operations")
    work(app)
    assert inside(channel) == {mira.id, bo.id}
    leave_channel(bo, channel)
    update_person(None, fresh(bo), title="Something unrelated")
    work(app)
    assert inside(channel) == {mira.id}
    # Out of the group and in again is a new reason.
    for department in ("Sales", "Operations"):
        update_person(None, fresh(bo), department=department)
        work(app)
    assert inside(channel) == {mira.id, bo.id}
    update_group(None, group, rule="department is Nothing")
    assert inside(channel) == {mira.id}


@dataclass
class Model:
    """What the rules of membership say, in plain sets."""

    groups: dict[int, set[int]] = field(default_factory=dict)
    filling: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)
    active: set[int] = field(default_factory=set)
    own: set[int] = field(default_factory=set)
    by_group: set[int] = field(default_factory=set)
    kept_out: set[int] = field(default_factory=set)

    def held(self) -> set[int]:
        sets = [self.groups[each] for each in self.filling - self.closed]
        return set().union(*sets) & self.active

    def settle(self) -> None:
        held = self.held()
        self.kept_out &= held
        self.by_group &= held
        self.by_group |= held - self.own - self.kept_out

    def go(self, person: int) -> None:
        self.own.discard(person)
        self.by_group.discard(person)
        if person in self.held():
            self.kept_out.add(person)

    def come(self, person: int) -> None:
        self.own.add(person)
        self.by_group.discard(person)
        self.kept_out.discard(person)


NUMBERS = st.integers(0, 5)
GROUPS = st.integers(0, 1)


class Filling(RuleBasedStateMachine):
    """A channel with its owner, six people and two groups, and all that can be done to them."""

    def __init__(self) -> None:
        super().__init__()
        self.owner = make_person("Owner")
        self.people = [make_person() for _each in range(6)]
        self.channel = create_channel(self.owner, "filled")
        self.groups = [create_group(None, "One"), create_group(None, "Two")]
        self.model = Model(
            groups={group.id: set() for group in self.groups},
            active={person.id for person in self.people},
            own={self.owner.id},
        )

    @rule(which=GROUPS, number=NUMBERS)
    def into_the_group(self, which: int, number: int) -> None:
        group, person = self.groups[which], fresh(self.people[number])
        if person.is_active and group.id not in self.model.closed:
            put_group_member(None, group, person)
            self.model.groups[group.id].add(person.id)
            self.model.settle()

    @rule(which=GROUPS, number=NUMBERS)
    def out_of_the_group(self, which: int, number: int) -> None:
        group, person = self.groups[which], self.people[number]
        if group.id not in self.model.closed:
            remove_group_member(None, group, person)
            self.model.groups[group.id].discard(person.id)
            self.model.settle()

    @rule(which=GROUPS)
    def fill(self, which: int) -> None:
        group = self.groups[which]
        if group.id not in self.model.closed:
            add_group(self.owner, self.channel, group)
            self.model.filling.add(group.id)
            self.model.settle()

    @rule(which=GROUPS)
    def fill_no_longer(self, which: int) -> None:
        remove_group(self.owner, self.channel, self.groups[which])
        self.model.filling.discard(self.groups[which].id)
        self.model.settle()

    @rule(which=GROUPS, closed=st.booleans())
    def close_the_group(self, which: int, closed: bool) -> None:
        group = self.groups[which]
        set_group_archived(None, group, closed)
        (self.model.closed.add if closed else self.model.closed.discard)(group.id)
        self.model.settle()

    @rule(number=NUMBERS, invited=st.booleans())
    def come(self, number: int, invited: bool) -> None:
        person = fresh(self.people[number])
        if person.is_active:
            if invited:
                add_member(self.owner, self.channel, person)
            else:
                join_channel(person, self.channel)
            self.model.come(person.id)

    @rule(number=NUMBERS, thrown_out=st.booleans())
    def go(self, number: int, thrown_out: bool) -> None:
        person = self.people[number]
        is_in = person.id in self.model.own | self.model.by_group
        if thrown_out:
            remove_member(self.owner, self.channel, person)
        else:
            leave_channel(person, self.channel)
        if is_in:
            self.model.go(person.id)

    @rule(number=NUMBERS, role=st.sampled_from(["moderator", "owner", "member"]))
    def entrust(self, number: int, role: str) -> None:
        person = self.people[number]
        if person.id in self.model.own | self.model.by_group:
            set_member_role(self.owner, self.channel, person, role)
            if role != "member":
                self.model.come(person.id)

    @rule(number=NUMBERS)
    def leave_the_organisation(self, number: int) -> None:
        person = fresh(self.people[number])
        if person.is_active:
            deactivate_person(None, person)
            self.model.active.discard(person.id)
        else:
            reactivate_person(None, person)
            self.model.active.add(person.id)
        if any(person.id in each for each in self.model.groups.values()):
            self.model.settle()

    @invariant()
    def the_members_are_whom_the_model_says(self) -> None:
        db.session.rollback()
        rows = db.session.execute(
            select(Membership.person_id, Membership.by_group).where(
                Membership.channel_id == self.channel.id
            )
        ).all()
        assert {row.person_id for row in rows if row.by_group} == self.model.by_group
        assert {row.person_id for row in rows if not row.by_group} == self.model.own
        assert fresh(self.channel).member_count == len(rows)
        seqs = select(func.count(), func.max(Change.seq)).where(
            Change.channel_id == self.channel.id
        )
        assert tuple(db.session.execute(seqs).one()) == (self.channel.seq,) * 2


def test_the_members_are_always_whom_a_plain_model_says() -> None:
    run_state_machine_as_test(
        Filling,
        settings=settings(
            max_examples=6,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_many_at_once_are_one_change_and_a_fixed_number_of_statements(app: Flask) -> None:
    mira = make_person("Mira")
    channel = make_channel(mira, "everyone")
    crowd = [
        {
            "email": f"n{n}@example.org", "username": f"n{n}", "name": f"N {n}",
            "role": "employee", "department": "D", "created_at": now(), "is_bot": False,
            "title": "", "location": "", "pronouns": "", "phone": "", "time_zone": "UTC",
            "locale": "en", "version": 1, "photo": "",
        }
        for n in range(500)
    ]  # fmt: skip
    db.session.execute(insert(Person), crowd)
    db.session.commit()
    group = create_group(None, "All", kind="rule", rule="department is D")
    before = fresh(channel).seq
    with statements() as seen:
        add_group(mira, channel, group)
    assert len(seen) <= 22
    assert (fresh(channel).member_count, channel.seq) == (501, before + 1)
    # By the page, by programs and by a fresh load alike.
    client = sign_in(app, mira)
    message = client.get(f"/channels/{channel.id}/live?after={before}").json["messages"][-1]
    assert "501" in message["ops"][0]["html"]
    event = client.get(f"/api/v1/channels/{channel.id}/events?after={before}").json["items"][-1]
    assert (event["type"], event["member_count"]) == ("members_changed", 501)
    assert db.session.scalar(select(Membership.read_seq).where(Membership.by_group)) == channel.seq
    remove_group(mira, channel, group)
    assert (fresh(channel).member_count, channel.seq) == (1, before + 2)
    assert db.session.scalar(select(func.count()).select_from(GroupMember)) == 500
    assert channel_ids_of(mira.id) == {channel.id: before + 2}


@only_sqlite
def test_nobody_writes_themselves_into_a_private_channel_unless_its_owner_says_so(
    app: Flask,
) -> None:
    mira, ann = make_person("Mira", role="manager"), make_person("Ann")
    vault, hall = make_channel(mira, "vault", kind="private"), make_channel(mira, "hall")
    badge = define_field(None, name="Badge", kind="text", editor="admins")
    rules = {
        "pay": "department is Pay",
        "cook": "not has skill cooking and role is manager",
        "line": "reports to @mira or started after 2020-01-01",
        "red": "field:badge is red",
    }
    groups = {
        name: create_group(None, name, kind="rule", rule=text) for name, text in rules.items()
    }
    for name in ("pay", "cook"):
        with pytest.raises(Conflict, match="let themselves"):
            add_group(mira, vault, groups[name])
    for name in ("line", "red"):
        add_group(mira, vault, groups[name])
    change_field(None, badge, editor="person")
    remove_group(mira, vault, groups["red"])
    with pytest.raises(Conflict, match="let themselves"):
        add_group(mira, vault, groups["red"])
    add_group(mira, hall, groups["pay"])
    update_person(ann, ann, department="Pay")
    work(app)
    assert (ann.id in inside(hall), ann.id in inside(vault)) == (True, False)
    browser = sign_in(app, mira)
    asked = browser.post("/channels/vault/groups", data={"group": "@pay"})
    assert asked.status_code == 409
    assert "Add all the same" in asked.text
    form = {"group": "@pay", "anyway": "pay"}
    assert browser.post("/channels/vault/groups", data={**form, "anyway": "red"}).status_code == 409
    assert browser.post("/channels/vault/groups", data=form).status_code == 303
    assert ann.id in inside(vault)
    address = f"/api/v1/channels/{vault.id}/groups/{groups['cook'].id}"
    refused = browser.put(address, json={})
    assert (refused.status_code, refused.json["type"].rpartition("/")[2]) == (
        409, "confirm-self-written",
    )  # fmt: skip
    assert browser.put(f"{address}?anyway=true", json={}).status_code == 204
