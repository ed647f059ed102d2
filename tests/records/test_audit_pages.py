"""The audit log is read, filtered and taken out by those who may, and by nobody else."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

import enterprise_social
from enterprise_social.accounts.actions.attempts import (
    LOCKING_FAILURES,
    account_key,
    count_failure,
)
from enterprise_social.core import audit
from enterprise_social.core.actions import action
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.canonical import canonical
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.people.actions import set_role
from enterprise_social.people.models import Person, Right
from enterprise_social.records.audit_words import SENTENCES
from tests.making import make_channel, make_person, sign_in

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
HERE = "/admin/audit"


@action
def note(actor: Person | None, target: str, **details: Any) -> None:
    audit.record(actor, "tests.noted", target, details)


@action
def grant(person: Person) -> None:
    db.session.add(Right(person_id=person.id, name="audit", granted_at=now()))


@pytest.fixture
def ada(database: Any) -> Person:
    return make_person("Ada Lund", role="admin", username="ada")


@pytest.fixture
def admin(app: Flask, ada: Person) -> FlaskClient:
    return sign_in(app, ada)


def text(client: FlaskClient, path: str = "") -> str:
    answer = client.get(HERE + path)
    assert answer.status_code == 200
    return answer.text


def test_acts_are_told_in_sentences(ada: Person, admin: FlaskClient):
    ben = make_person("Ben Osei")
    set_role(ada, ben, "manager")
    page = text(admin)
    assert "Ada Lund made Ben Osei manager (before: employee)" in page
    assert "Ada Lund signed in" in page
    assert "The installation made the account of Ben Osei (employee)" in page


def test_an_act_without_a_sentence_is_shown_all_the_same(ada: Person, admin: FlaskClient):
    note(ada, "thing:7", what="<b>bold</b>")
    page = text(admin)
    assert "Ada Lund: tests.noted (thing 7)" in page
    assert "<b>bold" not in page


def test_private_channels_stay_unnamed(ada: Person, admin: FlaskClient):
    make_channel(make_person("Ben"), "merger plans", kind="private")
    make_channel(ada, "town square")
    page = text(admin)
    assert "#town square" in page
    assert "merger plans" not in page
    assert "merger plans" not in text(admin, "/entries.csv")


def test_filters_narrow_it(ada: Person, admin: FlaskClient):
    ben = make_person("Ben Osei", username="ben")
    note(ada, f"person:{ben.id}")
    note(ben, "thing:1")
    assert "tests.noted" not in text(admin, "?area=people")
    assert "thing 1" not in text(admin, "?who=@ada")
    assert "thing 1" in text(admin, "?who=ben")
    assert "(Ben Osei)" in text(admin, "?target=@ben")
    assert "Ben Osei signed" not in text(admin, "?target=@ben")
    today = f"{now():%Y-%m-%d}"
    assert "thing 1" in text(admin, f"?since={today}&until={today}")
    assert "No entry fits" in text(admin, "?since=2999-01-01")
    assert "Nobody here has this" in text(admin, "?who=nobody")
    assert "A day, such as" in text(admin, "?since=soon")


def test_it_is_paged(ada: Person, admin: FlaskClient, count_queries: Callable[[], Any]):
    for number in range(120):
        note(ada, f"thing:{number}")
    seen: list[str] = []
    path = ""
    counts = set()
    while True:
        with count_queries() as statements:
            page = text(admin, path)
        counts.add(len(statements))
        seen += [line.split('"')[0] for line in page.split('id="entry-')[1:]]
        if 'rel="next"' not in page:
            break
        path = page.split('rel="next" href="')[1].split('"')[0].removeprefix(HERE)
    assert seen == sorted(seen, key=int, reverse=True)
    assert len(seen) == len(set(seen)) == db.session.query(AuditEntry).count()
    assert max(counts) - min(counts) <= 1


def test_it_is_taken_out_as_csv_that_computes_nothing(ada: Person, admin: FlaskClient):
    note(ada, "=cmd|calc", text="=1+1")
    answer = admin.get(f"{HERE}/entries.csv?area=tests")
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][5] == "'=cmd|calc"
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (last.action, last.actor_id) == ("audit.exported", ada.id)
    assert last.details == {"form": "csv", "area": "tests"}


def test_it_is_taken_out_as_lines_that_prove_themselves(ada: Person, admin: FlaskClient):
    note(ada, "thing:1", text="zażółć", number=1.5)
    lines = admin.get(f"{HERE}/entries.jsonl").get_data().decode().splitlines()
    previous = "0" * 64
    for line in lines:
        entry = json.loads(line)
        digest = entry.pop("hash")
        assert entry["previous"] == previous
        assert hashlib.sha256(canonical(entry)).hexdigest() == digest
        previous = digest
    assert len(lines) >= 3


def test_whoever_has_the_right_reads_and_does_not_set_up(app: Flask, ada: Person):
    ben = make_person("Ben")
    client = sign_in(app, ben)
    assert client.get(HERE).status_code == 403
    grant(ben)
    assert "Where the head goes" not in text(client)
    assert client.post(f"{HERE}/checks").status_code == 303
    assert client.post(f"{HERE}/ways", data={"mails": "ben@example.org"}).status_code == 403


def test_a_check_and_its_outcome_stand_there(app: Flask, admin: FlaskClient):
    assert "Not checked yet" in text(admin)
    admin.post(f"{HERE}/checks")
    assert "Being checked" in text(admin)
    app.extensions["worker"].run_until_idle()
    assert "The log is whole" in text(admin)


def test_a_secret_is_shown_once(admin: FlaskClient):
    form = {"mails": "board@example.org", "webhook": "https://keeper.example/heads"}
    page = admin.post(f"{HERE}/ways", data=form).text
    secret = page.split('class="secret">')[1].split("<")[0]
    assert len(secret) > 30
    assert secret not in text(admin)
    assert "board@example.org" in text(admin)
    refused = admin.post(f"{HERE}/ways", data={"mails": "nobody", "webhook": ""})
    assert refused.status_code == 422
    assert "nobody is no e-mail address" in refused.text


def test_a_sentence_can_always_be_made(app: Flask):
    for words in SENTENCES.values():
        assert str(words) % dict.fromkeys(_names(str(words)), "x")


def test_every_act_that_is_recorded_has_a_sentence(app: Flask):
    recorded: dict[str, str] = {}
    for file in Path(enterprise_social.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                recorded |= dict.fromkeys(_acts(node.args[1]), file.name)
    assert len(recorded) > 90
    without = {act: file for act, file in recorded.items() if act not in SENTENCES}
    assert without == {}, "add what they say to records/audit_words.py"


def _acts(node: ast.expr) -> list[str]:
    """Return the acts that are written out; others are put together."""
    if isinstance(node, ast.IfExp):
        return [*_acts(node.body), *_acts(node.orelse)]
    return [str(node.value)] if isinstance(node, ast.Constant) else []


def _names(words: str) -> set[str]:
    return {part.split(")s")[0] for part in words.split("%(")[1:]}


def test_an_account_that_is_locked_is_told_of_without_the_address_that_was_tried(app: Flask):
    with app.app_context():
        ben = make_person("Ben Osei", email="ben@example.org")
        for tried in ("ben@example.org", "my password by mistake"):
            key = account_key(tried)
            known = ben.id if "@" in tried else None
            for _try in range(LOCKING_FAILURES):
                count_failure(key, "192.0.2.7", known)
        locked = select(AuditEntry).where(AuditEntry.action == "accounts.locked_out")
        entries = db.session.scalars(locked.order_by(AuditEntry.id)).all()
        targets = [each.target for each in entries]
        assert targets == [f"person:{ben.id}", "account:unknown"]
        assert all(each.details == {"failures": 10, "address": "192.0.2.7"} for each in entries)
