"""Skills: one vocabulary, vouched for by colleagues, looked after by admins."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from enterprise_social.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from enterprise_social.people import queries
from enterprise_social.people.actions import deactivate_person, reactivate_person, set_blocked
from enterprise_social.people.actions.skills import (
    endorse,
    remove_endorsement,
    set_skills,
    withdraw_endorsement,
)
from enterprise_social.people.actions.vocabulary import (
    merge_skills,
    remove_skill,
    rename_skill,
)
from enterprise_social.people.models import Endorsement, Person, PersonSkill, ProfileChange, Skill
from enterprise_social.people.queries.skills import (
    common_skills,
    skill_named,
    skills_of,
    suggest_skills,
)
from tests.making import fresh, make_person, sign_in


def shown(person: Person) -> dict[str, int]:
    return {skill.name: skill.count for skill in skills_of(person, person)}


def test_a_word_joins_the_vocabulary_once_in_whatever_spelling(database: SQLAlchemy) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    set_skills(ada, ada, ["Crane driving", "  Français ", "C++", "C#", ""])
    set_skills(ben, ben, ["CRANE-driving", "francais", "crane  Driving"])
    assert shown(ben) == {"Crane driving": 0, "Français": 0}
    assert common_skills(ada)[:2] == [("Crane driving", 2), ("Français", 2)]
    assert sorted(shown(ada)) == ["C#", "C++", "Crane driving", "Français"]
    assert [each.name for each in suggest_skills(ada, "dri")] == ["Crane driving"]
    cleo = make_person("Cleo")
    for words in (["Driftwood"], []):
        set_skills(cleo, cleo, words)
    found = [each.name for each in suggest_skills(ada, "dri")]
    assert found == ["Crane driving"], "nobody has it now"
    change = database.session.scalars(
        select(ProfileChange).where(ProfileChange.person_id == ben.id)
    ).one()
    assert (change.field, change.before, change.after) == (
        "skills", [], ["Crane driving", "Français"],
    )  # fmt: skip
    version = fresh(ben).version
    set_skills(ben, ben, ["francais", "Crane Driving"])
    assert fresh(ben).version == version, "nothing changed"
    set_skills(None, ben, ["Français"])
    assert common_skills(ada)[0] == ("Français", 2)
    with pytest.raises(Forbidden):
        set_skills(ada, ben, [])
    for bad in (["x" * 61], ["++"], [f"skill {n}" for n in range(41)]):
        with pytest.raises(Invalid):
            set_skills(ada, ada, bad)


def test_colleagues_vouch_once_with_a_word_and_never_for_themselves(database: SQLAlchemy) -> None:
    ada, ben, cleo = (make_person(name) for name in ("Ada", "Ben", "Cleo"))
    [crane] = set_skills(ada, ada, ["Cranes"])
    endorse(ben, ada, crane, "Never dropped a thing")
    endorse(ben, ada, crane, "Never dropped anything")
    endorse(cleo, ada, crane, "Fast")
    [skill] = skills_of(ben, ada)
    assert skill.count == 2
    assert [(each.endorser.name, each.praise) for each in skill.vouches] == [
        ("Cleo", "Fast"), ("Ben", "Never dropped anything"),
    ]  # fmt: skip
    with pytest.raises(Forbidden):
        endorse(ada, ada, crane, "I am good")
    with pytest.raises(Invalid):
        endorse(ben, ada, crane, "  ")
    with pytest.raises(NotFound):
        endorse(ada, ben, crane, "He has it too")
    withdraw_endorsement(ben, ada, crane)
    withdraw_endorsement(ben, ada, crane)
    with pytest.raises(Forbidden):
        remove_endorsement(ben, ada, crane, cleo)
    assert shown(ada) == {"Cranes": 1}
    remove_endorsement(ada, ada, crane, cleo)
    assert shown(ada) == {"Cranes": 0}


@pytest.mark.parametrize("who_blocks", ["the endorser", "the endorsed"])
def test_who_is_blocked_can_neither_vouch_nor_be_vouched_for(
    database: SQLAlchemy, who_blocks: str
) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    [crane] = set_skills(ada, ada, ["Cranes"])
    endorse(ben, ada, crane, "Good")
    blocker, blocked = (ben, ada) if who_blocks == "the endorser" else (ada, ben)
    set_blocked(blocker, blocked, True)
    with pytest.raises(Forbidden):
        endorse(ben, ada, crane, "Better")
    words = skills_of(ada, ada)[0].vouches
    assert [each.praise for each in words] == ([] if blocker is ada else ["Good"])


def test_the_word_of_who_left_stays_but_is_not_counted(database: SQLAlchemy) -> None:
    ada, ben = make_person("Ada"), make_person("Ben")
    [crane] = set_skills(ada, ada, ["Cranes"])
    set_skills(ben, ben, ["Cranes"])
    endorse(ben, ada, crane, "Good")
    deactivate_person(None, ben)
    [skill] = skills_of(ada, ada)
    assert (skill.count, [each.counts for each in skill.vouches], skill.faces) == (0, [False], [])
    assert common_skills(ada) == [("Cranes", 1)]
    with pytest.raises(Forbidden):
        endorse(ada, ben, crane, "Was good")
    endorse(make_person("Cleo"), ada, crane, "Fine")
    withdraw_endorsement(ben, ada, crane)
    assert skills_of(ada, ada)[0].count == 1, "a word that wasn't counted takes none with it"
    remove_endorsement(ada, ada, crane, skills_of(ada, ada)[0].vouches[0].endorser)
    endorse_again = reactivate_person(None, ben)
    endorse(endorse_again, ada, crane, "Still good")
    assert shown(ada) == {"Cranes": 1}
    assert common_skills(ada) == [("Cranes", 2)]


def test_merging_keeps_every_word_once_and_the_old_name_as_a_spelling(
    database: SQLAlchemy,
) -> None:
    admin = make_person("Root", role="admin")
    ada, ben, cleo, dora = (make_person(name) for name in ("Ada", "Ben", "Cleo", "Dora"))
    cranes, lifting = set_skills(ada, ada, ["Cranes", "Lifting"])
    set_skills(ben, ben, ["Lifting"])
    endorse(cleo, ada, cranes, "of cranes")
    endorse(cleo, ada, lifting, "of lifting")
    endorse(dora, ada, lifting, "of lifting")
    endorse(dora, ben, lifting, "of lifting")
    with pytest.raises(Forbidden):
        merge_skills(ada, lifting, cranes)
    merge_skills(admin, lifting, cranes)
    assert (shown(ada), shown(ben)) == ({"Cranes": 2}, {"Cranes": 1})
    words = {each.endorser.name: each.praise for each in skills_of(ada, ada)[0].vouches}
    assert words == {"Cleo": "of cranes", "Dora": "of lifting"}
    assert common_skills(ada) == [("Cranes", 2)]
    assert skill_named("LIFTING") == fresh(cranes)
    set_skills(dora, dora, ["lifting"])
    assert shown(dora) == {"Cranes": 0}
    with pytest.raises(AppError):
        endorse(dora, ben, lifting, "a word that went")
    with pytest.raises(Conflict):
        merge_skills(admin, lifting, cranes)
    renamed = rename_skill(admin, cranes, "Crane work")
    assert [skill_named(name) for name in ("cranes", "crane-work", "lifting")] == [renamed] * 3
    assert rename_skill(admin, renamed, "Lifting").name == "Lifting"
    set_skills(ben, ben, ["Lifting", "Rowing"])
    with pytest.raises(Conflict):
        rename_skill(admin, renamed, "rowing")
    remove_skill(admin, renamed)
    assert (shown(ada), shown(ben), skill_named("cranes")) == ({}, {"Rowing": 0}, None)


def test_people_are_found_by_the_name_that_their_skill_has_now(
    app: Flask, database: SQLAlchemy
) -> None:
    ada = make_person("Ada")
    [skill] = set_skills(ada, ada, ["Stevedoring"])
    assert queries.directory_total(ada, query="stevedoring") == 1
    rename_skill(None, skill, "Mooring")
    app.extensions["worker"].run_until_idle()
    assert queries.directory_total(ada, query="mooring") == 1
    assert queries.directory_total(ada, query="stevedoring") == 0
    assert queries.directory_total(ada, skill="stevedoring") == 1, "the old word still means it"
    set_skills(ada, ada, [])
    assert queries.directory_total(ada, query="mooring") == 0
    assert queries.directory_total(ada, skill="mooring") == 0


def at_once(app: Flask, *calls: Callable[[], Any]) -> list[BaseException]:
    """Do all of it at the same moment; return what was raised that is no plain refusal."""
    ready = threading.Barrier(len(calls))
    failures: list[BaseException] = []

    def run(call: Callable[[], Any]) -> None:
        with app.app_context():
            ready.wait(10)
            try:
                call()
            except AppError:
                pass  # somebody else was quicker, and it was said so
            except BaseException as error:  # noqa: BLE001 - told to the test
                failures.append(error)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return failures


def test_numbers_are_right_when_all_write_at_once(app: Flask, database: SQLAlchemy) -> None:
    ada, ben, *others = (make_person(f"Person{n}") for n in range(8))
    first, second = set_skills(ada, ada, ["First", "Second"])
    ids = [each.id for each in others]
    database.session.rollback()

    def vouching(person_id: int, skill_id: int) -> Callable[[], Any]:
        def call() -> None:
            actor, person, skill = (
                database.session.get_one(Person, person_id),
                database.session.get_one(Person, ada.id),
                database.session.get_one(Skill, skill_id),
            )
            endorse(actor, person, skill, "Good")

        return call

    def naming(person_id: int) -> Callable[[], Any]:
        def call() -> None:
            person = database.session.get_one(Person, person_id)
            set_skills(person, person, ["Second", "Brand new", "First"])

        return call

    def merging() -> None:
        from_, into = (database.session.get_one(Skill, one) for one in (second.id, first.id))
        merge_skills(None, from_, into)

    calls = [vouching(one, skill) for one in ids for skill in (first.id, second.id)]
    assert at_once(app, *calls[:6], *(naming(one) for one in ids), merging, *calls[6:]) == []
    database.session.rollback()
    database.session.expire_all()
    rows = database.session.execute(
        select(PersonSkill.person_id, PersonSkill.skill_id, PersonSkill.endorsement_count)
    ).all()
    assert {row.skill_id for row in rows if row.skill_id == second.id} == set()
    for person_id, skill_id, counted in rows:
        given = select(func.count()).select_from(Endorsement)
        given = given.where(Endorsement.person_id == person_id, Endorsement.skill_id == skill_id)
        assert database.session.execute(given).scalar_one() == counted
    held = [row.skill_id for row in rows]
    for skill in database.session.scalars(select(Skill).where(Skill.merged_into_id.is_(None))):
        assert skill.people_count == held.count(skill.id), skill.name
    del ben


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_pages_of_skills_are_plain_forms(app: Flask, database: SQLAlchemy) -> None:
    ada, ben = make_person("Ada Berg"), make_person("Ben Ito")
    admin = make_person("Root", role="admin")
    mine, his, root = (sign_in(app, person) for person in (ada, ben, admin))
    assert mine.post("/settings/skills", data={"skill": "Cranes, Rowing"}).status_code == 303
    assert "x" * 20 in mine.post("/settings/skills", data={"skill": "x" * 61}).text
    skill = skill_named("cranes")
    assert skill is not None
    page = f"/people/{ada.username}/skills/{skill.id}"
    assert his.post(page, data={"why": ""}).status_code == 422
    assert his.post(page, data={"why": "<b>Calm</b>"}).status_code == 303
    profile = his.get(f"/people/{ada.username}").text
    assert "&lt;b&gt;Calm" in profile
    assert "1 colleague" in profile
    assert mine.post(page, data={"why": "Me"}).status_code == 403
    assert his.get("/admin/skills").status_code == 403
    assert "Cranes" in root.get("/admin/skills?q=crane").text
    at = f"/admin/skills/{skill.id}"
    assert root.post(f"{at}/name", data={"name": "Rowing"}).status_code == 409
    assert root.post(f"{at}/merging", data={"into": "nothing"}).status_code == 422
    assert root.post(f"{at}/name", data={"name": "Crane work"}).status_code == 303
    assert root.post(f"{at}/merging", data={"into": "rowing"}).status_code == 303
    assert mine.get("/suggest?kind=skill&q=crane").text.count("Rowing") >= 1
    assert mine.post("/settings/skills", data={"drop": "Rowing"}).status_code == 303
    assert shown(ada) == {}
