"""Programs report, judge and appeal; each answer is held against the description."""

from __future__ import annotations

from datetime import timedelta

import pytest

from enterprise_social.core.clock import now
from tests.api.callers import Caller
from tests.api.conftest import World
from tests.making import make_person, write

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_a_report_is_taken_once_and_judged_by_those_who_may(
    world: World, ada: Caller, bo: Caller, cy: Caller, dee: Caller
):
    post = write(world.bo, world.public, "rude")
    made = cy.post(f"/posts/{post.id}/reports", reason="insult", note="Oh")
    assert cy.post(f"/posts/{post.id}/reports", 200, reason="hate") == made
    bo.post(f"/posts/{post.id}/reports", 409, reason="insult")
    cy.post(f"/posts/{write(world.bo, world.private).id}/reports", 404, reason="insult")
    problem = cy.post(f"/posts/{post.id}/reports", 422, reason="because")
    assert list(problem["errors"]) == ["reason"]
    path = f"/moderation/cases/{made['case_id']}"
    for judge in (ada, dee):
        assert [case["id"] for case in judge.walk("/moderation/cases")] == [made["case_id"]]
        assert judge.get(path)["reports"][0]["user_id"] == world.cy.id
    for other in (bo, cy):
        assert other.walk("/moderation/cases") == []
        other.get(path, 404)
    ada.put(f"{path}/assignee", user_id=world.ada.id)
    ada.post(f"{path}/notes", 204, note="I'll talk to him.")
    assert dee.put(f"{path}/hidden")["state"] == "open"
    assert cy.get(f"/posts/{post.id}")["hidden"] is True
    dee.delete(f"{path}/hidden")
    assert cy.get(f"/posts/{post.id}")["body"] == "rude"


def test_a_decision_is_appealed_and_judged_by_somebody_else(
    world: World, bo: Caller, cy: Caller, dee: Caller
):
    other = world.caller(make_person("Eve", role="admin"))
    post = write(world.bo, world.public, "rude")
    made = cy.post(f"/posts/{post.id}/reports", reason="insult")
    path = f"/moderation/cases/{made['case_id']}"
    until = (now() + timedelta(days=2)).isoformat()
    verdict = {"act": "remove", "rule": "insult", "sanction": "mute", "until": until}
    decision = dee.post(f"{path}/decision", **verdict)
    dee.post(f"{path}/decision", 409, **verdict)
    assert cy.get(f"/posts/{post.id}")["deleted"] is True
    bo.post(f"/channels/{world.public.id}/posts", 403, body="again")
    cy.post(f"/moderation/decisions/{decision['id']}/appeal", 404, text="Not mine.")
    bo.post(f"/moderation/decisions/{decision['id']}/appeal", text="I quoted.")
    dee.post(f"{path}/judgement", 403, outcome="overturned")
    dee.delete(f"{path}/decision", 409)
    judged = other.post(f"{path}/judgement", 200, outcome="overturned", note="Right.")
    assert judged["outcome"] == "overturned"
    assert dee.get(path)["state"] == "settled"
    assert cy.get(f"/posts/{post.id}")["body"] == "rude"
    bo.post(f"/channels/{world.public.id}/posts", body="thanks")


def test_profiles_conversations_and_files_are_reported_alike(
    world: World, bo: Caller, cy: Caller, dee: Caller
):
    cy.post(f"/users/{world.bo.id}/profile-reports", reason="other")
    cy.post(f"/channels/{world.public.id}/reports", reason="other")
    cy.post(f"/channels/{world.private.id}/reports", 404, reason="other")
    kinds = {case["target_kind"] for case in dee.walk("/moderation/cases")}
    assert kinds == {"person", "conversation"}
    for case in dee.walk("/moderation/cases", limit=1):
        dee.post(f"/moderation/cases/{case['id']}/decision", act="dismiss", rule="other")
        dee.delete(f"/moderation/cases/{case['id']}/decision")
    assert "other" in {each["key"] for each in bo.get("/moderation/reasons")["items"]}
    assert bo.get("/moderation/transparency")["year"] == now().year
    bo.get("/moderation/transparency", 404, year=2001)
