"""Whole profiles and photos by the API."""

from __future__ import annotations

import io

import pytest

from enterprise_social.people.actions import update_person
from enterprise_social.people.actions.fields import (
    change_field,
    define_field,
    set_hidden,
    set_values,
)
from enterprise_social.people.actions.profile import update_profile
from tests.api.callers import Caller, caller
from tests.api.conftest import World
from tests.files import samples
from tests.making import make_person

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
HOURS = {"days": [0, 1, 2, 3, 4], "from": "22:00", "until": "06:30"}
JOB = {"title": "Crane driver", "organisation": "Northquay", "from_month": "2019-03",
       "until_month": None, "text": "Berth 4"}  # fmt: skip
WHOLE = {
    "title": "Harbour master",
    "about": "Ask me about **berths**",
    "topics": ["Berths"],
    "languages": ["nb", "en"],
    "links": [{"label": "Mine", "url": "https://example.org/ada"}],
    "working_hours": HOURS,
    "experience": [JOB],
    "education": [],
}


def test_a_whole_profile_is_changed_and_colleagues_read_it(
    world: World, ada: Caller, bo: Caller
) -> None:
    changed = ada.patch("/me", **WHOLE)
    assert {name: changed[name] for name in WHOLE} == WHOLE
    assert ada.get("/me") == changed
    seen = bo.get(f"/users/{world.ada.id}")
    assert {name: seen[name] for name in WHOLE} == WHOLE
    assert "<strong>berths</strong>" in seen["about_html"]
    assert "locale" not in seen
    assert ada.patch("/me", working_hours=None)["working_hours"] is None
    assert ada.get("/me")["title"] == "Harbour master"
    light = next(one for one in bo.walk("/users") if one["id"] == world.ada.id)
    assert "about" not in light


def test_bad_parts_are_named_as_they_were_sent(ada: Caller) -> None:
    bad = {
        "working_hours": {**HOURS, "until": "25:00"},
        "links": [{"url": "javascript:alert(1)"}],
        "languages": ["Klingonese"],
        "experience": [{"title": "x", "from_month": "2020-13"}],
    }
    for name, value in bad.items():
        assert name in ada.patch("/me", 422, **{name: value})["errors"]
    assert "experience" in ada.patch("/me", 422, experience=[{"title": "x", "pay": 1}])["errors"]
    assert set(ada.patch("/me", 422, employee_number="7")["errors"]) == {"employee_number"}


def test_numbers_are_for_admins_and_what_is_hidden_is_empty(
    world: World, ada: Caller, bo: Caller
) -> None:
    update_profile(None, world.ada, employee_number="A-7", started_on="2021-03-01", phone="7736")
    define_field(None, name="Badge", kind="text")
    set_values(None, world.ada, {"badge": "12"})
    assert ada.get("/me")["employee_number"] == "A-7"
    seen = bo.get(f"/users/{world.ada.id}")
    assert (seen["employee_number"], seen["started_on"], seen["phone"]) == (
        None, "2021-03-01", "7736",
    )  # fmt: skip
    assert [one["value"] for one in seen["fields"]] == ["12"]
    set_hidden(None, ["phone", "started_on", "working_hours"])
    ada.patch("/me", 422, working_hours=HOURS)
    seen = bo.get(f"/users/{world.ada.id}")
    assert (seen["started_on"], seen["phone"]) == (None, "")
    assert all(one["phone"] == "" for one in bo.walk("/users"))


def test_what_only_admins_see_of_others_needs_their_scope(world: World, bo: Caller) -> None:
    badge = define_field(None, name="Badge", kind="text", audience="self")
    set_values(None, world.ada, {"badge": "12"})
    update_profile(None, world.ada, employee_number="A-7")
    root = make_person("Root", role="admin")
    set_values(None, root, {"badge": "1"})
    for scopes, shown in ((("read",), []), (("read", "admin"), ["12"])):
        program = caller(world.app, root, scopes)
        seen = program.get(f"/users/{world.ada.id}")
        assert [one["value"] for one in seen["fields"]] == shown
        assert seen["employee_number"] == ("A-7" if shown else None)
        assert [one["value"] for one in program.get("/me")["fields"]] == ["1"]
    update_person(None, world.ada, manager_id=root.id)
    change_field(None, badge, audience="managers", wider=True)
    seen = caller(world.app, root, ("read",)).get(f"/users/{world.ada.id}")
    assert [one["value"] for one in seen["fields"]] == ["12"], "as a manager's"


def test_a_photo_is_put_prepared_cropped_and_removed(world: World, ada: Caller, bo: Caller) -> None:
    def put(status: int, **form: object) -> dict[str, object]:
        answer = ada.client.put("/api/v1/me/photo", headers=ada.headers, data=form,
                                content_type="multipart/form-data")  # fmt: skip
        assert answer.status_code == status, answer.text
        return dict(answer.json)

    assert ada.get("/me/photo")["state"] == "none"
    put(409, turn="90")
    assert "file" in put(422, file=(io.BytesIO(b"<svg/>"), "a.png"))["errors"]  # type: ignore[operator]
    waiting = put(200, file=(io.BytesIO(samples.photo_with_place()), "a.jpg"))
    assert (waiting["state"], waiting["urls"]) == ("waiting", None)
    world.app.extensions["worker"].run_until_idle()
    urls = ada.get("/me/photo")["urls"]
    assert set(urls) == {"48", "96", "256", "512"}
    assert bo.get(f"/users/{world.ada.id}")["photo_urls"] == urls
    address = f"/api/v1/users/{world.ada.id}/photo"
    assert bo.client.get(f"{address}/48", headers=bo.headers).mimetype == "image/webp"
    assert bo.client.get(f"{address}/47", headers=bo.headers).status_code == 404
    part = {"x": "0.1", "y": "0.2", "side": "0.5"}
    assert put(200, **part, turn="90")["crop"] == {"x": 0.1, "y": 0.2, "side": 0.5}
    assert "side" in put(422, **{**part, "side": "7"})["errors"]  # type: ignore[operator]
    bo.call("DELETE", f"/users/{world.ada.id}/photo", 403)
    ada.call("DELETE", "/me/photo", 204)
    assert bo.get(f"/users/{world.ada.id}")["avatar_url"] is None
