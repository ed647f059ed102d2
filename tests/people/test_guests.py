"""Guests: how they come in, what becomes of who is made one, and what they are kept from."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.accounts.actions import accept_invitation, create_access_token
from enterprise_social.accounts.models import Invitation
from enterprise_social.announcements import audience
from enterprise_social.announcements.actions import create_draft, publish
from enterprise_social.announcements.models import Announcement
from enterprise_social.channels.actions import (
    add_group,
    add_member,
    create_channel,
    join_channel,
    leave_channel,
    set_member_role,
)
from enterprise_social.channels.actions.guests import invite_guest, take_guests_out
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.channels.queries import membership
from enterprise_social.core import settings
from enterprise_social.core.access import find, visible
from enterprise_social.core.actions import action
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid, NotFound
from enterprise_social.messages.actions import add_people, make_channel_of, start_conversation
from enterprise_social.people.actions import set_role
from enterprise_social.people.actions.groups import create_group, put_group_member
from enterprise_social.people.actions.skills import endorse, set_skills
from enterprise_social.people.models import GroupMember, Person
from enterprise_social.people.policy.guests import BY_OWNERS
from enterprise_social.people.queries import suggest
from enterprise_social.people.queries.directory import find_people
from enterprise_social.people.queries.listing import Filters
from enterprise_social.people.queries.skills import skills_of
from enterprise_social.posts.models import Mention, Post
from tests.making import bring_in, fresh, make_channel, make_person, sign_in, write

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield
        db.session.rollback()


@action
def refuse_guests(channel: Channel) -> None:
    channel.guests_allowed = False


def known_to(viewer: Person) -> set[str]:
    return set(db.session.scalars(select(Person.name).where(visible(Person, viewer))))


def channels_of(viewer: Person) -> set[str]:
    return set(db.session.scalars(select(Channel.name).where(visible(Channel, viewer))))


def make_guest(*channels: Channel, name: str = "Gast") -> Person:
    guest = make_person(name, role="guest")
    for channel in channels:
        bring_in(channel, guest)
    return guest


def test_a_guest_knows_of_their_channels_and_whom_they_meet_or_read_there() -> None:
    ann, ben, cleo, dora = (make_person(name) for name in ("Ann", "Ben", "Cleo", "Dora"))
    yard, deck = make_channel(ann, "Yard", ben, cleo), make_channel(dora, "Deck", ann)
    write(cleo, yard, "I was here")
    leave_channel(cleo, yard)
    other = write(dora, deck, "colleagues only")
    guest = make_guest(yard)
    assert known_to(guest) == {"Gast", "Ann", "Ben", "Cleo"}, "who left is known as an author"
    assert channels_of(guest) == {"Yard"}
    assert known_to(ann) > {"Dora", "Gast"}
    for model, thing in ((Channel, deck), (Post, other), (Person, dora)):
        with pytest.raises(NotFound):
            find(model, thing.id, guest)
    leave_channel(guest, yard)
    assert (known_to(guest), channels_of(guest)) == ({"Gast"}, set())


def test_the_directory_suggestions_and_numbers_hold_whom_a_guest_knows_and_no_more() -> None:
    ann = make_person("Ann Ames", department="Sales", location="Lyon")
    make_person("Anna Hidden", department="Secret", location="Bunker")
    guest = make_guest(make_channel(ann, "Yard"))
    set_skills(None, ann, ["Sailing"])
    for query in ("", "an", "anna"):
        found = find_people(guest, Filters(query=query))
        assert {each.name for each in found.people} <= {"Ann Ames", "Gast"}, query
        assert dict(found.departments).keys() <= {"Sales"}
        assert dict(found.locations).keys() <= {"Lyon"}
        assert found.skills == []
    assert find_people(guest, Filters()).total == 2
    assert find_people(guest, Filters(query="bunkr")).meant == ""
    assert find_people(guest, Filters(department="Secret")).people == []
    assert {each.name for each in suggest(guest, "an")} == {"Ann Ames"}
    assert {each.name for each in suggest(ann, "an")} == {"Ann Ames", "Anna Hidden"}


@only_sqlite
def test_a_guest_makes_joins_leads_and_brings_in_nothing() -> None:
    ann, ben = make_person("Ann"), make_person("Ben")
    yard, deck = make_channel(ann, "Yard", ben), make_channel(ann, "Deck")
    guest = make_guest(yard)
    with pytest.raises(Forbidden):
        create_channel(guest, "Mine")
    with pytest.raises(NotFound):
        join_channel(guest, deck)
    with pytest.raises(Forbidden):
        add_member(guest, yard, make_person("Eve"))
    with pytest.raises(Conflict):
        set_member_role(ann, yard, guest, "moderator")
    write(guest, yard, "writing is what they are here for")


def test_a_guest_talks_with_whom_they_share_a_channel_and_nobody_begins_it_otherwise() -> None:
    ann, ben, cleo = make_person("Ann"), make_person("Ben"), make_person("Cleo")
    yard = make_channel(ann, "Yard", ben)
    guest = make_guest(yard)
    pair, _new = start_conversation(guest, [ann.id])
    with pytest.raises(Invalid):
        start_conversation(guest, [cleo.id])
    for people in ([guest.id], [guest.id, ann.id]):
        with pytest.raises(Forbidden):
            start_conversation(cleo, people)
    with pytest.raises(Forbidden):
        add_people(ann, pair, [cleo.id], history=True)
    assert "Cleo" not in known_to(guest)
    crowd, _new = add_people(ann, pair, [ben.id], history=False)
    with pytest.raises(Forbidden):
        make_channel_of(guest, crowd, "Ours")


def test_names_that_a_guest_tries_out_stay_plain_text() -> None:
    ann, cleo = make_person("Ann", username="ann"), make_person("Cleo", username="cleo")
    yard, _deck = make_channel(ann, "Yard"), make_channel(cleo, "Deck")
    create_group(None, "Crew", handle="crew", callers="everyone")
    guest = make_guest(yard)
    text = "@ann @cleo @crew #yard #deck"
    post, theirs = write(guest, yard, text), write(ann, yard, text)
    named = re.findall(r'href="([^"]+)"', post.html)
    assert "/people/ann" in named
    assert not {"/people/cleo", "/channels/deck", "/people/groups/crew"} & set(named)
    assert {"/people/cleo", "/channels/deck"} < set(re.findall(r'href="([^"]+)"', theirs.html))
    mentions = select(Mention.person_id).where(Mention.post_id == post.id)
    assert set(db.session.scalars(mentions)) == {ann.id}


def test_the_words_of_strangers_for_a_skill_are_not_a_guests_to_read() -> None:
    ann, cleo = make_person("Ann"), make_person("Cleo")
    guest = make_guest(make_channel(ann, "Yard"))
    [skill] = set_skills(ann, ann, ["Cranes"])
    endorse(cleo, ann, skill, "steady hands")
    assert [len(each.vouches) for each in skills_of(guest, ann)] == [0]
    assert [len(each.vouches) for each in skills_of(make_person(), ann)] == [1]


def test_everyone_does_not_mean_guests_unless_they_are_chosen() -> None:
    ann = make_person("Ann", department="Sales")
    yard = make_channel(ann, "Yard")
    guest = make_guest(yard)
    make_guest(name="Elsewhere")
    username = guest.username

    def meant(text: str) -> set[str]:
        rule = audience.parse(text, ann.id)
        names = db.session.scalars(select(Person.name).where(audience.matching(rule)))
        return set(names) & {"Ann", "Gast", "Elsewhere"}

    assert meant("everyone") == meant("not department is Nowhere") == {"Ann"}
    assert meant("everyone or role is guest") == {"Ann", "Gast", "Elsewhere"}
    assert meant(f"everyone or person is @{username}") == {"Ann", "Gast"}
    assert meant("in channel #yard") == {"Ann", "Gast"}
    assert meant("everyone except in channel #yard") == set()
    assert meant("role is guest except in channel #yard") == {"Elsewhere"}
    group = create_group(None, "All", kind="rule", rule="not department is Nowhere")
    members = select(GroupMember.person_id).where(GroupMember.group_id == group.id)
    assert guest.id not in set(db.session.scalars(members))


def test_an_invited_guest_comes_into_the_channels_of_the_invitation() -> None:
    admin, ann = make_person("Root", role="admin"), make_person("Ann")
    yard, closed = make_channel(ann, "Yard"), make_channel(ann, "Closed")
    private = make_channel(ann, "Private", kind="private")
    with pytest.raises(Forbidden):
        invite_guest(admin, "gast@example.com", [private])
    _invitation, link = invite_guest(admin, "gast@example.com", [yard, closed])
    refuse_guests(closed)
    guest = accept_invitation(link.rpartition("/")[2], "Gast", PASSWORD)
    assert (guest.role, channels_of(guest)) == ("guest", {"Yard"})
    with pytest.raises(Forbidden):
        invite_guest(admin, "other@example.com", [closed])


def test_owners_invite_guests_where_the_organisation_lets_them() -> None:
    ann, ben = make_person("Ann"), make_person("Ben")
    yard = make_channel(ann, "Yard", ben)
    guest = make_person("Gast", role="guest")
    with pytest.raises(Forbidden):
        invite_guest(ann, "new@example.com", [yard])
    with pytest.raises(Forbidden):
        add_member(ann, yard, guest)
    settings.change(None, {"people.guests_come_by": BY_OWNERS})
    with pytest.raises(Forbidden):
        invite_guest(ben, "new@example.com", [yard])
    with pytest.raises(Forbidden):
        add_member(ben, yard, guest)
    add_member(ann, yard, guest)
    _invitation, link = invite_guest(ann, "new@example.com", [yard])
    set_role(None, ann, "guest")
    came = accept_invitation(link.rpartition("/")[2], "New", PASSWORD)
    assert channels_of(came) == set(), "who invited them may bring nobody any more"


def test_whoever_is_made_a_guest_leads_nothing_and_leaves_what_refuses_guests(app: Flask) -> None:
    boss, ann, ben = make_person("Boss", role="manager"), make_person("Ann"), make_person("Ben")
    yard, closed = make_channel(boss, "Yard", ann, ben), make_channel(ann, "Closed", boss)
    alone = make_channel(boss, "Alone")
    set_member_role(boss, yard, ben, "moderator")
    refuse_guests(closed)
    set_role(None, boss, "guest")
    app.extensions["worker"].run_until_idle()
    roles = {
        each.person_id: each.role
        for each in db.session.scalars(select(Membership).where(Membership.channel_id == yard.id))
    }
    assert roles == {boss.id: "member", ben.id: "owner", ann.id: "member"}
    assert membership(closed.id, boss.id) is None
    assert membership(alone.id, boss.id).role == "member"
    entries = db.session.scalars(select(AuditEntry.action)).all()
    assert {"people.role", "channels.set_role", "channels.remove_member"} <= set(entries)
    set_role(None, boss, "manager")
    app.extensions["worker"].run_until_idle()
    assert membership(yard.id, boss.id).role == "member", "nothing comes back by itself"


def test_groups_bring_guests_into_channels_that_take_them_alone() -> None:
    ann = make_person("Ann")
    yard, closed = make_channel(ann, "Yard"), make_channel(ann, "Closed")
    refuse_guests(closed)
    guest = make_person("Gast", role="guest")
    group = create_group(None, "Crew")
    put_group_member(None, group, guest)
    for channel in (yard, closed):
        add_group(ann, channel, group)
    assert channels_of(guest) == {"Yard"}
    refuse_guests(fresh(yard))
    take_guests_out(yard.id)
    assert channels_of(guest) == set()


@only_sqlite
def test_a_guest_is_marked_as_one_beside_what_they_say(app: Flask) -> None:
    ann = make_person("Ann")
    yard = make_channel(ann, "Yard")
    guest = make_guest(yard)
    write(guest, yard, "hello from outside")
    write(ann, yard, "hello from inside")
    browser = sign_in(app, ann)
    pages = {"/channels/yard": 1, "/channels/yard/details": 1, "/people/gast": 2, "/people": 2}
    for path, marks in pages.items():
        assert browser.get(path).text.count('class="badge badge-guest"') == marks, path
    token = create_access_token(ann, "test")[1]
    answer = browser.get(f"/api/v1/users/{guest.id}", headers={"Authorization": f"Bearer {token}"})
    assert answer.json["role"] == "guest"
    set_role(None, guest, "employee")
    assert "badge-guest" not in browser.get("/channels/yard").text


@only_sqlite
def test_guests_are_invited_by_the_forms_of_admins_and_of_a_channel(app: Flask) -> None:
    root, ann = make_person("Root", role="admin"), make_person("Ann")
    make_channel(ann, "Yard")
    make_channel(ann, "Hidden", kind="private")
    browser, owner = sign_in(app, root), sign_in(app, ann)
    form = {"email": "one@example.com", "role": "guest", "channels": "#yard #hidden"}
    refused = browser.post("/admin/invitations", data=form)
    assert (refused.status_code, "There is no channel #hidden" in refused.text) == (422, True)
    assert browser.post("/admin/invitations", data={**form, "channels": "yard,"}).status_code == 201
    assert browser.post("/channels/yard/guests", data={"email": "two@x.example"}).status_code == 201
    refused = browser.post("/channels/yard/guests", data={"email": "two"})
    assert (refused.status_code, 'id="e-guest-email"' in refused.text) == (422, True)
    assert "invite-guest" not in owner.get("/channels/yard/details").text
    assert owner.post("/channels/yard/guests", data={"email": "c@x.example"}).status_code == 403
    browser.post("/admin/rights/guests", data={"guests_come_by": "owners"})
    assert "invite-guest" in owner.get("/channels/yard/details").text
    assert owner.post("/channels/yard/guests", data={"email": "c@x.example"}).status_code == 201
    invited = select(Invitation.email, Invitation.channel_ids).order_by(Invitation.id)
    assert len({tuple(row.channel_ids) for row in db.session.execute(invited)}) == 1


@only_sqlite
def test_a_guest_finds_out_nothing_by_trying_names_and_ids(app: Flask) -> None:
    ann, cleo = make_person("Ann"), make_person("Cleo Quillfeather", username="cleo")
    yard, deck = make_channel(ann, "Yard"), make_channel(cleo, "Halcyon deck")
    secret = write(cleo, deck, "halcyon crane #halcyontag")
    guest = make_guest(yard)
    app.extensions["worker"].run_until_idle()
    browser, ask = sign_in(app, guest), app.test_client()
    token = create_access_token(guest, "test", ("read", "write"))[1]
    headers = {"Authorization": f"Bearer {token}"}
    pages = (
        "/jump?q=quill", "/jump?q=halc", "/suggest?kind=person&q=cleo", "/people?q=quillfeather",
        "/suggest?kind=channel&q=halc", "/suggest?kind=hashtag&q=halc", "/channels?q=halcyon",
        "/search?q=halcyon", "/search?q=crane", "/search?q=from:cleo", "/search?q=in:halcyon-deck",
        f"/messages/new?with={cleo.id}", "/messages/new?q=quill",
    )  # fmt: skip
    for path in pages:
        found = re.sub(r'value="[^"]*"|from:cleo|in:halcyon-deck', "", browser.get(path).text)
        found = re.sub(r"<title>.*?</title>|q=[\w:%-]+", "", found)
        assert not re.search(r"quillfeather|halcyon (deck|crane)|halcyontag", found, re.I), path
    calls = ("users?query=cleo", "search?q=crane", "search?q=from:cleo", "channels?query=halcyon",
             f"presence?user_ids={cleo.id}", "skills", "groups", "drafts", "unread")  # fmt: skip
    for path in calls:
        answer = ask.get(f"/api/v1/{path}", headers=headers)
        assert answer.status_code == 200, path
        assert not re.search(r"quillfeather|halcyon (deck|crane)", answer.text, re.I), path
    gone = (f"users/{cleo.id}", f"channels/{deck.id}", f"posts/{secret.id}",
            f"channels/{deck.id}/events", f"users/{cleo.id}/photo/96")  # fmt: skip
    assert {ask.get(f"/api/v1/{path}", headers=headers).status_code for path in gone} == {404}
    form = {"user_id": [cleo.id, ann.id], "body": "Hello", "client_id": "x"}
    answer = browser.post("/messages", data=form)
    assert (answer.status_code, "Quillfeather" in answer.text) == (422, False)
    for given in ({"user_ids": [cleo.id]}, {"user_ids": [999_999]}):
        answer = ask.post("/api/v1/conversations", json=given, headers=headers)
        assert answer.status_code == 422
    browser.post("/settings", data={"name": "Gast", "time_zone": "UTC", "about": "I know @cleo"})
    assert "Quillfeather" not in browser.get(f"/people/{guest.username}").text
    ask.put(f"/api/v1/channels/{deck.id}/members/me", json={}, headers=headers)
    ask.put(f"/api/v1/channels/{deck.id}/draft", json={"body": "x"}, headers=headers)
    assert membership(deck.id, guest.id) is None


def test_who_sent_a_guest_an_announcement_is_known_to_them() -> None:
    root, guest = make_person("Root", role="admin"), make_guest()
    make_person("Ann")
    draft, _new = create_draft(
        root, title="Hear", priority="routine", audience_text=f"person is @{guest.username}"
    )
    assert "Root" not in known_to(guest)
    publish(root, draft, version=draft.version)
    assert known_to(guest) == {"Gast", "Root"}
    everyone, _new = create_draft(root, title="All", priority="routine", audience_text="everyone")
    sent = publish(root, everyone, version=everyone.version)
    with pytest.raises(NotFound):
        find(Announcement, sent.id, guest)
