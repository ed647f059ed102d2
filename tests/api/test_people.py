"""Oneself and one's colleagues."""

from __future__ import annotations

from enterprise_social.people.actions import deactivate_person
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import make_person, write


def test_everyone_reads_themselves_and_changes_their_own_profile(world: World, ada: Caller) -> None:
    assert ada.get("/me")["username"] == "ada"
    changed = ada.patch("/me", title="Harbour master", time_zone="Europe/Oslo", locale="nb")
    assert (changed["title"], changed["time_zone"], changed["locale"]) == (
        "Harbour master",
        "Europe/Oslo",
        "nb",
    )
    assert ada.get("/me") == changed


def test_what_only_an_admin_may_change_is_no_field_of_ones_own_profile(ada: Caller) -> None:
    problem = ada.patch("/me", 422, role="admin", email="a@example.org")
    assert set(problem["errors"]) == {"role", "email"}


def test_a_bad_profile_names_each_bad_field(ada: Caller) -> None:
    problem = ada.patch("/me", 422, name="  ", time_zone="Mars/Olympus", title="x" * 200)
    assert set(problem["errors"]) == {"name", "time_zone", "title"}


def test_the_directory_is_walked_exactly_once(world: World, ada: Caller) -> None:
    for number in range(7):
        make_person(f"Same Name {number % 2}", department="Dock")
    everyone = ada.walk("/users", limit=3)
    assert len({person["id"] for person in everyone}) == len(everyone) == 11
    assert [person["name"] for person in everyone] == sorted(p["name"] for p in everyone)
    assert len(ada.walk("/users", limit=2, department="Dock")) == 7


def test_the_directory_is_searched_by_every_word(world: World, ada: Caller) -> None:
    make_person("Maren Holm", location="Bergen")
    make_person("Maren Vik", location="Oslo")
    assert [p["name"] for p in ada.get("/users", query="maren h")["items"]] == ["Maren Holm"]
    assert [p["name"] for p in ada.get("/users", location="Oslo")["items"]] == ["Maren Vik"]
    assert ada.get("/users", query="nobody of this name")["items"] == []


def test_colleagues_are_found_by_skill_and_vouched_for(
    world: World, ada: Caller, bo: Caller
) -> None:
    [skill] = ada.put("/me/skills", skills=["Crane driving", "crane-driving"])["items"]
    mine = f"/users/{world.ada.id}/skills"
    at = f"{mine}/{skill['id']}/endorsement"
    assert [p["name"] for p in bo.get("/users", skill="CRANE driving")["items"]] == ["Ada"]
    assert [p["name"] for p in bo.get("/users", query="drivng")["items"]] == ["Ada"]
    ada.put(at, 403, why="I am good")
    bo.put(at, 422, why=" ")
    [shown] = bo.put(at, why="Calm in any wind")["items"]
    assert (shown["count"], shown["endorsements"][0]["why"]) == (1, "Calm in any wind")
    assert bo.get("/skills", query="driv")["items"] == [
        {"id": skill["id"], "name": "Crane driving", "people": 1, "aliases": []}
    ]
    bo.delete(at)
    assert bo.get(mine)["items"][0]["endorsements"] == []
    bo.put(f"/users/{world.cy.id}/skills/{skill['id']}/endorsement", 404, why="Not his")
    newest = bo.get("/users", sort="newest")["items"]
    assert [p["id"] for p in newest] == sorted((p["id"] for p in newest), reverse=True)
    bo.get("/users", 422, sort="height")


def test_who_left_is_listed_only_on_request_and_stays_readable(world: World, ada: Caller) -> None:
    deactivate_person(None, world.cy)
    assert world.cy.id not in [person["id"] for person in ada.walk("/users")]
    assert world.cy.id in [person["id"] for person in ada.walk("/users", former="true")]
    assert ada.get(f"/users/{world.cy.id}")["active"] is False
    ada.get("/users/999999", 404)


def test_unread_counts_follow_posts_mentions_and_reading(
    world: World, ada: Caller, bo: Caller
) -> None:
    write(world.ada, world.public, "morning")
    post = write(world.ada, world.public, "and @bo")
    counts = {item["channel_id"]: item for item in bo.get("/unread")["items"]}
    assert counts[world.public.id]["unread"] is True
    assert counts[world.public.id]["mentions"] == 1
    assert counts[world.private.id]["unread"] is False
    read = bo.put(f"/channels/{world.public.id}/read", seq=post.seq)
    assert read == {"channel_id": world.public.id, "seq": post.seq}
    counts = {item["channel_id"]: item for item in bo.get("/unread")["items"]}
    assert counts[world.public.id] == {
        "channel_id": world.public.id,
        "unread": False,
        "mentions": 0,
        "read_seq": post.seq,
        "seq": post.seq,
    }


def test_a_read_position_moves_neither_back_nor_past_the_end(world: World, bo: Caller) -> None:
    post = write(world.ada, world.public)
    path = f"/channels/{world.public.id}/read"
    assert bo.put(path, seq=2**62)["seq"] == post.seq
    assert bo.put(path, seq=0)["seq"] == post.seq
    bo.put(path, 422, seq=-1)


def test_who_is_not_in_a_channel_has_no_read_position_there(world: World, cy: Caller) -> None:
    cy.put(f"/channels/{world.public.id}/read", 404, seq=1)
    cy.put(f"/channels/{world.private.id}/read", 404, seq=1)
