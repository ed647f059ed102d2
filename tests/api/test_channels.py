"""Channels and who is in them."""

from __future__ import annotations

import pytest

from enterprise_social.channels.queries import membership
from enterprise_social.people.actions import deactivate_person
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import fresh, make_channel, make_person, write


def test_whoever_makes_a_channel_owns_it(ada: Caller) -> None:
    made = ada.ask("POST", "/channels", json={"name": "Night shift", "purpose": "Who is on"})
    assert made.status_code == 201
    channel = made.json
    assert (channel["slug"], channel["kind"], channel["member_count"]) == (
        "night-shift",
        "public",
        1,
    )
    assert channel["membership"]["role"] == "owner"
    assert made.headers["Location"] == f"/api/v1/channels/{channel['id']}"
    assert ada.get(f"/channels/{channel['id']}") == channel


def test_a_channel_needs_a_name_a_known_kind_and_for_announcements_a_manager(ada: Caller) -> None:
    assert "name" in ada.post("/channels", 422, purpose="x")["errors"]
    assert "name" in ada.post("/channels", 422, name="   ")["errors"]
    assert "name" in ada.post("/channels", 422, name="x" * 81)["errors"]
    assert "kind" in ada.post("/channels", 422, name="x", kind="direct")["errors"]
    ada.post("/channels", 403, name="News", kind="announcement")


def test_browsing_walks_all_that_one_may_see_exactly_once(world: World, cy: Caller) -> None:
    for number in range(6):
        make_channel(world.ada, f"Quay {number % 2}", kind="private" if number == 5 else "public")
    seen = cy.walk("/channels", limit=2)
    assert [channel["name"] for channel in seen] == [
        "Harbour",
        "Quay 0",
        "Quay 0",
        "Quay 0",
        "Quay 1",
        "Quay 1",
    ]
    assert len({channel["id"] for channel in seen}) == 6
    assert all(channel["membership"] is None for channel in seen)
    assert [channel["name"] for channel in cy.walk("/channels", query="harb")] == ["Harbour"]


def test_lists_of_joined_and_of_archived_channels(world: World, ada: Caller, cy: Caller) -> None:
    assert {c["name"] for c in ada.walk("/channels", show="joined")} == {"Harbour", "Budget"}
    assert cy.walk("/channels", show="joined") == []
    ada.patch(f"/channels/{world.public.id}", archived=True)
    assert [c["name"] for c in cy.walk("/channels", show="archived")] == ["Harbour"]
    assert "show" in cy.get("/channels", 422, show="mine")["errors"]


def test_a_private_channel_is_unknown_to_outsiders_admins_too(
    world: World, cy: Caller, dee: Caller
) -> None:
    path = f"/channels/{world.private.id}"
    for stranger in (cy, dee):
        stranger.get(path, 404)
        stranger.patch(path, 404, topic="x")
        stranger.delete(path, 404)
        stranger.put(f"{path}/members/me", 404)


def test_changing_a_channel_is_all_or_nothing(world: World, ada: Caller) -> None:
    path = f"/channels/{world.public.id}"
    changed = ada.patch(path, name="Port", topic="Tides", purpose="All of it")
    assert (changed["name"], changed["topic"], changed["purpose"]) == ("Port", "Tides", "All of it")
    ada.patch(path, 422, name="x" * 81, archived=True)
    assert ada.get(path) == changed
    assert ada.patch(path) == changed


def test_members_change_neither_name_nor_state(world: World, bo: Caller, cy: Caller) -> None:
    path = f"/channels/{world.public.id}"
    bo.patch(path, 403, name="Ours")
    bo.patch(path, 403, archived=True)
    bo.delete(path, 403)
    cy.patch(path, 403, topic="Ours")


def test_deleting_archives_and_patching_brings_back(world: World, ada: Caller, bo: Caller) -> None:
    path = f"/channels/{world.public.id}"
    ada.delete(path)
    assert ada.get(path)["archived"] is True
    bo.post(f"{path}/posts", 409, body="too late")
    ada.delete(path)
    assert ada.patch(path, archived=False)["archived"] is False
    bo.post(f"{path}/posts", body="back")


def test_anyone_joins_an_open_channel_and_sets_their_preferences(world: World, cy: Caller) -> None:
    path = f"/channels/{world.public.id}/members/me"
    joined = cy.put(path, starred=True)
    assert (joined["role"], joined["notify"], joined["starred"]) == ("member", "all", True)
    assert cy.put(path, notify="none")["starred"] is True
    assert cy.put(path)["notify"] == "none"
    assert fresh(world.public).member_count == 3
    cy.delete(path)
    cy.delete(path)
    assert fresh(world.public).member_count == 2


def test_an_archived_channel_is_not_joined(world: World, ada: Caller, cy: Caller) -> None:
    ada.delete(f"/channels/{world.public.id}")
    cy.put(f"/channels/{world.public.id}/members/me", 409)


def test_the_last_owner_hands_over_before_leaving(world: World, ada: Caller) -> None:
    path = f"/channels/{world.public.id}/members"
    ada.delete(f"{path}/me", 409)
    assert ada.put(f"{path}/{world.bo.id}", role="owner")["role"] == "owner"
    ada.delete(f"{path}/me")


def test_a_member_brings_a_colleague_in_once(world: World, bo: Caller, cy: Caller) -> None:
    path = f"/channels/{world.private.id}/members/{world.cy.id}"
    assert bo.put(path, 201)["user"]["id"] == world.cy.id
    assert bo.put(path, 200)["role"] == "member"
    cy.get(f"/channels/{world.private.id}")


def test_bringing_somebody_in_with_a_role_that_one_may_not_give_brings_nobody_in(
    world: World, bo: Caller
) -> None:
    bo.put(f"/channels/{world.private.id}/members/{world.cy.id}", 403, role="owner")
    assert membership(world.private.id, world.cy.id) is None


def test_outsiders_bring_nobody_in_not_even_themselves(
    world: World, cy: Caller, dee: Caller
) -> None:
    for stranger, person in ((cy, world.cy), (dee, world.dee), (cy, world.dee)):
        stranger.put(f"/channels/{world.private.id}/members/{person.id}", 404)
    cy.put(f"/channels/{world.public.id}/members/{world.dee.id}", 403)
    cy.put(f"/channels/{world.public.id}/members/{world.cy.id}", 201)


def test_somebody_who_left_the_company_is_not_brought_in(world: World, ada: Caller) -> None:
    deactivate_person(None, world.cy)
    ada.put(f"/channels/{world.public.id}/members/{world.cy.id}", 409)
    ada.put(f"/channels/{world.public.id}/members/999999", 404)


def test_a_removed_member_gets_nothing_more(world: World, ada: Caller, bo: Caller) -> None:
    post = write(world.ada, world.private, "numbers")
    bo.delete(f"/channels/{world.private.id}/members/{world.ada.id}", 403)
    ada.delete(f"/channels/{world.private.id}/members/{world.bo.id}")
    ada.delete(f"/channels/{world.private.id}/members/{world.bo.id}")
    bo.get(f"/channels/{world.private.id}/posts", 404)
    bo.get(f"/channels/{world.private.id}/events", 404)
    bo.get(f"/posts/{post.id}", 404)


def test_members_are_walked_by_name_exactly_once(world: World, ada: Caller, cy: Caller) -> None:
    channel = make_channel(world.ada, "Crew", *(make_person("Sailor") for _ in range(5)))
    members = ada.walk(f"/channels/{channel.id}/members", limit=2)
    assert [member["user"]["name"] for member in members] == ["Ada", *["Sailor"] * 5]
    assert len({member["user"]["id"] for member in members}) == 6
    found = ada.get(f"/channels/{channel.id}/members", query="ada")["items"]
    assert [member["role"] for member in found] == ["owner"]
    cy.get(f"/channels/{world.private.id}/members", 404)


def test_a_members_own_settings_are_shown_to_nobody_else(world: World, ada: Caller) -> None:
    member = ada.get(f"/channels/{world.public.id}/members")["items"][0]
    assert set(member) == {"user", "role", "joined_at"}


def test_the_same_people_share_one_conversation(world: World, ada: Caller, bo: Caller) -> None:
    started = ada.post("/conversations", user_ids=[world.bo.id])
    assert (started["kind"], started["name"]) == ("direct", "Bo")
    again = bo.post("/conversations", 200, user_ids=[world.ada.id, world.bo.id])
    assert again["id"] == started["id"]
    assert again["name"] == "Ada"
    bo.post(f"/channels/{started['id']}/posts", body="hello")
    assert started["id"] not in [channel["id"] for channel in ada.walk("/channels")]


@pytest.mark.parametrize("ids", [[], [999999], "me", [0], [True], list(range(1, 40))])
def test_a_conversation_needs_colleagues_who_are_here(ada: Caller, ids: object) -> None:
    assert "user_ids" in ada.post("/conversations", 422, user_ids=ids)["errors"]


def test_a_conversation_is_unknown_to_everyone_else(
    world: World, ada: Caller, cy: Caller, dee: Caller
) -> None:
    channel = ada.post("/conversations", user_ids=[world.bo.id])
    for stranger in (cy, dee):
        stranger.get(f"/channels/{channel['id']}", 404)
        stranger.get(f"/channels/{channel['id']}/posts", 404)
