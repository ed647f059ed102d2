"""Announcements by the API: what programs send, answer and read of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from enterprise_social.announcements.actions import grant_right, set_policy
from enterprise_social.announcements.models import Announcement
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.people.models import Person
from tests.api.callers import Caller, caller
from tests.making import make_person

Programs = dict[str, Caller]
CRITICAL = {
    "title": "Stop all cranes",
    "body": "Park them.",
    "audience": "department is Yard",
    "priority": "critical",
    "requires_ack": True,
    "reason": "Two near misses",
}


@pytest.fixture
def people(database: SQLAlchemy) -> dict[str, Person]:
    made = {"lead": make_person("Lead", role="manager"), "dora": make_person("Dora")}
    made["chief"] = make_person("Chief", role="admin")
    for name in ("Ana", "Ben"):
        made[name.lower()] = make_person(name, department="Yard", manager_id=made["lead"].id)
    return made


@pytest.fixture
def programs(app: Flask, people: dict[str, Person]) -> Programs:
    return {name: caller(app, each, ("read", "write")) for name, each in people.items()}


def test_a_critical_one_says_why_it_cannot_wait(programs: Programs) -> None:
    lead = programs["lead"]
    silent = {**CRITICAL, "reason": " "}
    assert "reason" in lead.post("/announcements", 422, **silent)["errors"]
    silent.pop("reason")
    assert "reason" in lead.post("/announcements", 422, **silent)["errors"]
    assert db.session.scalar(select(func.count(Announcement.id))) == 0
    assert lead.post("/announcements", 201, **silent, drill=True)["state"] == "published"


def test_it_is_sent_answered_and_reported(programs: Programs, people: dict[str, Person]) -> None:
    lead, ana, ben, dora = (programs[name] for name in ("lead", "ana", "ben", "dora"))
    made = lead.post("/announcements", **CRITICAL, client_id="once")
    assert (made["state"], made["asks"], made["recipient_count"]) == (
        "published", "acknowledgement", 2,
    )  # fmt: skip
    again = lead.post("/announcements", 200, **CRITICAL, client_id="once")
    assert again["id"] == made["id"]
    here = f"/announcements/{made['id']}"
    (theirs,) = ana.get("/announcements", show="waiting")["items"]
    assert theirs["mine"]["status"] == "unreached"
    assert (theirs["audience"], theirs["reason"], theirs["recipient_count"]) == (None, None, None)
    receipt = ana.post(f"{here}/acknowledgement", 200)
    assert (receipt["status"], receipt["acknowledged_way"]) == ("answered", "app")
    assert ana.post(f"{here}/acknowledgement", 200) == receipt
    assert ana.get("/announcements", show="waiting")["items"] == []
    report = lead.get(f"{here}/report")
    assert (report["recipients"], report["acknowledged"], report["missing"]) == (2, 1, 1)
    assert report["shares"]["acknowledged"] == 50
    assert report["times_to"]["50"] is not None
    assert report["times_to"]["99"] is None
    for status, names in (
        ("pending", ["Ben"]),
        ("acknowledged", ["Ana"]),
        ("everyone", ["Ana", "Ben"]),
    ):
        found = lead.walk(f"{here}/recipients", status=status, limit=1)
        assert [each["user"]["name"] for each in found] == names
    assert lead.post(f"{here}/nudge", 200) == {"count": 1}
    news = lead.post(
        f"{here}/followups", kind="correction", title="Not all", body="", client_id="c"
    )
    assert ben.get(f"/announcements/{news['id']}")["follows_id"] == made["id"]
    assert lead.post(f"{here}/ending", 200)["ended_as"] == "all_clear"
    ben.post(f"{here}/acknowledgement", 409)
    # An outsider knows of none of it; a recipient does not see what the others did.
    for path in ("", "/recipients", "/report"):
        dora.get(here + path, 404)
    for path in ("/acknowledgement", "/nudge", "/ending"):
        dora.post(here + path, 404)
    for path in ("/recipients", "/report"):
        ana.get(here + path, 403)
    ana.post(f"{here}/nudge", 403)
    assert dora.get("/announcements")["items"] == []


def test_what_is_refused_leaves_nothing_behind(
    programs: Programs, people: dict[str, Person]
) -> None:
    lead, dora = programs["lead"], programs["dora"]
    assert "403" in str(dora.post("/announcements", 403, **CRITICAL)["status"])
    for bad, name in (
        ({"audience": "department is Office"}, "audience"),
        ({"audience": "everyone"}, "audience"),
        ({"audience": "department was Yard"}, "audience"),
        ({"title": " "}, "title"),
        ({"ack_deadline": "2020-01-01T00:00:00Z"}, "ack_deadline"),
        ({"asks": "answer", "choices": [{"text": "one"}]}, "choices"),
        ({"local_at": "tomorrow"}, "local_at"),
        ({"responder_ids": [10**9]}, "responder_ids"),
    ):
        problem = lead.post("/announcements", 422, **{**CRITICAL, **bad})
        assert list(problem["errors"]) == [name], bad
    lead.post("/announcements", 404, **CRITICAL, in_name_of_id=10**9)
    lead.post("/announcements", 403, **CRITICAL, in_name_of_id=people["chief"].id)
    assert db.session.scalar(select(func.count(Announcement.id))) == 0
    grant_right(None, people["dora"], "rule", rule_text="department is Yard")
    dora.post("/announcements", 422, **CRITICAL)  # not for critical ones
    assert dora.post("/announcements", **{**CRITICAL, "priority": "important"})["state"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_draft_is_changed_looked_at_and_sent(programs: Programs) -> None:
    lead = programs["lead"]
    draft = lead.post("/announcements", **CRITICAL, draft=True)
    here = f"/announcements/{draft['id']}"
    assert draft["state"] == "draft"
    programs["ana"].get(here, 404)
    changed = lead.patch(here, title="Stop some", requires_ack=False)
    assert (changed["title"], changed["asks"], changed["version"]) == ("Stop some", "nothing", 2)
    lead.post(f"{here}/publication", 409, version=1)
    preview = lead.post("/announcements/audience", 200, audience="everyone")
    assert preview["count"] > 2
    assert preview["beyond"] == preview["count"] - 2
    assert [each["name"] for each in preview["sample"]] == ["Ana", "Ben"]
    assert lead.post(f"{here}/publication", 200, version=2)["state"] == "published"
    lead.patch(here, 409, title="Too late")
    lead.delete(here, 409)
    other = lead.post("/announcements", **CRITICAL, draft=True)
    lead.delete(f"/announcements/{other['id']}")
    lead.get(f"/announcements/{other['id']}", 404)
    later = lead.post("/announcements", **CRITICAL, publish_at="2999-01-01T08:00:00Z")
    assert later["state"] == "scheduled"


def test_an_acknowledgement_given_by_many_hands_at_once_is_one(
    programs: Programs, people: dict[str, Person], app: Flask
) -> None:
    made = programs["lead"].post("/announcements", **CRITICAL)
    hands = [caller(app, people["ana"], ("read", "write")) for _ in range(6)]
    hands += [caller(app, people["ben"], ("read", "write")) for _ in range(2)]

    def answer(program: Caller) -> Any:
        return program.post(f"/announcements/{made['id']}/acknowledgement", 200)

    with ThreadPoolExecutor(len(hands)) as pool:
        receipts = list(pool.map(answer, hands))
    assert len({each["acknowledged_at"] for each in receipts[:6]}) == 1
    db.session.rollback()
    entries = db.session.scalars(
        select(AuditEntry.actor_id).where(AuditEntry.action == "announcements.answered")
    ).all()
    assert sorted(each or 0 for each in entries) == sorted([people["ana"].id, people["ben"].id])


def test_one_announcement_sent_by_many_hands_at_once_is_there_once(
    programs: Programs, people: dict[str, Person], app: Flask
) -> None:
    hands = [caller(app, people["lead"], ("read", "write")) for _ in range(5)]

    def send(program: Caller) -> int:
        answer = program.ask("POST", "/announcements", json={**CRITICAL, "client_id": "once"})
        assert answer.status_code in (200, 201), answer.text
        return int(answer.json["id"])

    with ThreadPoolExecutor(len(hands)) as pool:
        assert len(set(pool.map(send, hands))) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count(Announcement.id))) == 1


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_alarms_that_are_sent_at_the_same_moment_pass_no_quota(
    programs: Programs, people: dict[str, Person], app: Flask
) -> None:
    steps = [{"after": 0, "ways": ["app"]}]
    set_policy(people["chief"], "critical", steps=steps, quota=1)
    hands = [caller(app, people["lead"], ("read", "write")) for _ in range(4)]

    def send(program: Caller) -> int:
        return program.ask("POST", "/announcements", json=CRITICAL).status_code

    with ThreadPoolExecutor(len(hands)) as pool:
        assert sorted(pool.map(send, hands)) == [201, 409, 409, 409]
