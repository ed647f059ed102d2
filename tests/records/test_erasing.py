"""Erasing a person: nobody finds them any more, and what others wrote remains readable."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.accounts import actions as accounts
from enterprise_social.announcements.actions import create_draft, grant_right, save_template
from enterprise_social.channels.actions import update_channel
from enterprise_social.core import mail
from enterprise_social.core.actions import action
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.core.events import announce
from enterprise_social.files.actions import store_file
from enterprise_social.following.actions import (
    follow_hashtag,
    follow_person,
    open_storyline,
)
from enterprise_social.messages.actions import begin_conversation
from enterprise_social.people.actions import reactivate_person, update_person
from enterprise_social.people.actions.groups import create_group
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.actions.skills import endorse, set_skills
from enterprise_social.people.models import Endorsement, Person
from enterprise_social.posts.actions import edit_post, save_draft
from enterprise_social.posts.models import Post
from enterprise_social.records.actions import erasing_steps
from enterprise_social.records.actions.erasing import erase_person
from enterprise_social.records.actions.exports import ask_for_own_data
from enterprise_social.records.actions.holds import place_hold
from enterprise_social.records.events import ErasureStep
from enterprise_social.records.inventory import CLEARED, GONE, KEPT, OWN
from enterprise_social.records.models import LegalHold
from enterprise_social.search.engine import Request
from enterprise_social.search.parsing import parse
from tests.files.samples import image
from tests.making import fresh, make_channel, make_person, sign_in, write
from tests.records.canary import tables, whereabouts

# The name and the username stand in different places; neither may be left.
WORD, NAME = "qzmalgosia", "Zxkowalska"
one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def admin(database: SQLAlchemy) -> Person:
    return make_person("Anja", role="admin")


@pytest.fixture(autouse=True)
def _closing(app: Flask) -> Iterator[None]:
    yield
    app.extensions["search_engine"].close()


def somebody(admin: Person) -> tuple[Person, Person, Post, Post]:
    """Make somebody whose name stands wherever a name can stand."""
    person = make_person(
        f"Ms {NAME}", email=f"{WORD}@example.org", username=WORD, title=f"{WORD} title",
        phone="+48 1", department="Quay",
    )  # fmt: skip
    friend = make_person("Ben")
    accounts.set_password(None, person, "correct horse battery")
    accounts.begin_session(person, address="10.1.1.1", user_agent=f"{WORD} browser")
    update_profile(person, person, about=f"I am {WORD}.", topics=[WORD])
    update_person(person, person, pronouns=NAME)
    (skill,) = set_skills(None, friend, ["Rowing"])
    endorse(person, friend, skill, f"{WORD} says so")
    channel = make_channel(friend, "Depot", person, kind="private")
    mine = write(person, channel, "I was here")
    named = write(friend, channel, f"thanks @{WORD}, and `@{WORD}`; see /people/{WORD} #depot")
    edit_post(friend, named, f"many thanks @{WORD}! and `@{WORD}`; see /people/{WORD} #depot")
    save_draft(friend, channel, f"dear @{WORD}")
    update_channel(friend, channel, topic=f"ask @{WORD}")
    create_group(None, "Crew", handle="crew", kind="rule", rule=f"reports to @{WORD}")
    grant_right(None, friend, "everyone")
    draft, _new = create_draft(friend, title=f"For @{WORD}", audience_text=f"person is @{WORD}")
    save_template(friend, draft, f"To @{WORD}", shared=True)
    save_draft(person, channel, f"{WORD} begins")
    store_file(person, io.BytesIO(f"notes of {WORD}".encode()), f"{WORD}.txt")
    picture = store_file(person, io.BytesIO(image(30, 30)), "plan.png")
    write(person, channel, "the plan", file_ids=[picture.id])
    begin_conversation(person, [friend.id], "hello Ben")
    write(person, open_storyline(person), "My first week")
    follow_person(friend, person)
    follow_hashtag(person, WORD)
    action(mail.send)(person.email, f"Dear {WORD}", "Hello")
    ask_for_own_data(person)
    return person, friend, mine, named


@pytest.mark.parametrize(
    ("backend", "removes_posts"),
    [("sqlite", True), ("sqlite", False), ("postgres", True)],
    indirect=["backend"],
)
def test_nothing_anywhere_tells_who_it_was(app: Flask, admin: Person, removes_posts: bool) -> None:
    person, friend, mine, named = somebody(admin)
    app.extensions["worker"].run_until_idle()
    action(mail.send)(person.email, "Waits", "Hello")
    assert len(whereabouts(app, WORD)) > 10
    assert {"posts.html", "posts.plain", "people.name"} <= set(whereabouts(app, NAME))
    erasure = erase_person(admin, person, confirmed=WORD, removes_posts=removes_posts)
    assert fresh(person).name == "Former colleague"
    db.session.rollback()  # a log that is being read can't begin anew
    app.extensions["worker"].run_until_idle()
    assert fresh(erasure).finished_at is not None
    assert whereabouts(app, WORD) == whereabouts(app, NAME) == []
    # What others wrote is there, and leads to who they are called now.
    called = fresh(person).username
    assert (
        fresh(named).body == f"many thanks @{called}! and `@{called}`; see /people/{called} #depot"
    )
    assert f'href="/people/{called}" data-person="{person.id}">@Former colleague</a>' in named.html
    assert "many thanks @Former colleague!" in named.plain
    assert fresh(mine).body == ("" if removes_posts else "I was here")
    assert (mine.deleted_at is not None) == removes_posts
    assert found(app, named, "thanks")
    assert found(app, named, "plan") is not removes_posts
    assert db.session.scalars(select(Endorsement)).all() == []
    assert fresh(friend).is_active
    acts = list(
        db.session.scalars(select(AuditEntry).where(AuditEntry.target == f"person:{person.id}"))
    )
    assert "people.erased" in [each.action for each in acts]


def found(app: Flask, post: Post, word: str) -> bool:
    request = Request(parse(word), frozenset({post.channel_id}))
    return bool(app.extensions["search_engine"].search(request).hits)


@one_database
def test_a_step_that_was_broken_off_is_taken_again(
    app: Flask, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, _friend, _mine, named = somebody(admin)
    erasure = erase_person(admin, person, confirmed=f"@{WORD}")
    traces = erasing_steps.unsealed(erasure.traces)
    # Killed after some steps, and after the first half of the next.
    erasing_steps._note(erasure.id, 1, {})  # noqa: SLF001
    erasing_steps._rewrite_post(named.id, traces)  # noqa: SLF001
    action(announce)(ErasureStep(erasure.id))
    app.extensions["worker"].run_until_idle()
    assert fresh(erasure).finished_at is not None
    assert whereabouts(app, WORD) == []


@one_database
def test_whom_a_legal_hold_covers_is_not_erased(app: Flask, admin: Person) -> None:
    person = make_person("Ada")
    hold(person_id=person.id)
    with pytest.raises(Conflict):
        erase_person(admin, person, confirmed=person.username)
    other = make_person("Ben")
    channel = make_channel(other)
    write(other, channel, "evidence")
    hold(channel_id=channel.id)
    with pytest.raises(Conflict):
        erase_person(admin, other, confirmed=other.username)
    assert fresh(person).is_active
    assert fresh(other).is_active


@action
def hold(**what: Any) -> None:
    db.session.add(LegalHold(matter="Case", reason="Case", created_at=now(), **what))


@one_database
def test_what_is_held_once_an_erasing_has_begun_is_out_of_sight_and_stays(
    app: Flask, admin: Person
) -> None:
    person = make_person("Ola", username="ola")
    channel = make_channel(person, "Depot")
    held, other = write(person, channel, "held"), write(person, make_channel(person), "other")
    erase_person(admin, person, confirmed="ola", removes_posts=True)
    place_hold(admin, "North v. Quay", "asked by counsel", channel=channel)
    app.extensions["worker"].run_until_idle()
    assert (fresh(held).body, fresh(held).deleted) == ("held", True)
    assert (fresh(other).body, fresh(other).deleted) == ("", True)


@one_database
def test_erasing_asks_twice_and_is_for_admins(app: Flask, admin: Person) -> None:
    person = make_person("Ada")
    with pytest.raises(Forbidden):
        erase_person(person, admin, confirmed=admin.username)
    with pytest.raises(Forbidden):
        erase_person(admin, admin, confirmed=admin.username)
    with pytest.raises(Invalid):
        erase_person(admin, person, confirmed="")
    erase_person(admin, person, confirmed=person.username)
    with pytest.raises(Conflict):
        erase_person(admin, person, confirmed=person.username)
    with pytest.raises(Conflict):
        reactivate_person(admin, fresh(person))


@one_database
def test_every_table_says_what_becomes_of_it(app: Flask, database: SQLAlchemy) -> None:
    known = {*GONE, *CLEARED, *KEPT}
    missing = set(tables()) - known - {"alembic_version"}
    assert missing == set(), "say in records/inventory.py what becomes of it"
    assert known - set(tables()) == set()
    assert not set(GONE) & set(KEPT)


@one_database
def test_nobody_is_given_a_secret_of_theirs_or_who_did_it(app: Flask) -> None:
    secret = re.compile(r"hash|token|secret|sealed|public_key|p256dh|endpoint|^auth$|judge_id")
    metadata = Base.metadata
    for name, (columns, left_out) in OWN.items():
        table = metadata.tables[name]
        given = {column.name for column in table.columns} - left_out - set(columns)
        assert not [each for each in given if secret.search(each)], name
        assert left_out <= set(table.columns.keys()), name


@one_database
def test_an_admin_sees_first_what_would_go(app: Flask, admin: Person) -> None:
    person, _friend, _mine, _named = somebody(admin)
    browser = sign_in(app, admin)
    page = f"/admin/people/{person.id}/erasure"
    shown = browser.get(page).text
    for words in ("Their 4 posts", "1 file that hangs on no post", f"username: {WORD}"):
        assert words in shown
    refused = browser.post(page, data={"confirmed": "somebody"})
    assert refused.status_code == 422
    assert "Write the username" in refused.text
    assert browser.post(page, data={"confirmed": WORD, "posts": "remove"}).status_code == 303
    assert "gone already" in browser.get(page).text
    app.extensions["worker"].run_until_idle()
    assert "data-over" in browser.get(f"{page}/progress").text
    assert browser.post(page, data={"confirmed": WORD}).status_code == 303


@one_database
def test_whom_a_hold_covers_has_no_button(app: Flask, admin: Person) -> None:
    person = make_person("Ada")
    hold(person_id=person.id)
    shown = sign_in(app, admin).get(f"/admin/people/{person.id}/erasure").text
    assert "A legal hold covers this person" in shown
    assert "Erase for good" not in shown
