"""Who an export's people are here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.people.actions.fields import define_field
from enterprise_social.people.models import Person, Status
from enterprise_social.people.queries.fields import values_for
from enterprise_social.people.queries.skills import names_of
from tests.integrations.exports import message, team, user
from tests.integrations.imported import (
    add_person,
    all_posts,
    channel_named,
    members_of,
    moment,
    person_named,
    run_import,
)

pytestmark = pytest.mark.usefixtures("database")


def test_people_keep_what_their_profile_says_and_get_no_password(tmp_path: Path) -> None:
    export = team()
    export.users.append(
        user("U3", "cem.k", real_name="Cem Kılıç", tz="Europe/Istanbul", is_admin=True,
             email="Cem@Example.com", profile={"title": "Chef", "phone": "+90", "pronouns": "he"})
    )  # fmt: skip
    report = run_import(export, tmp_path)
    cem = person_named("cem.k")
    assert (cem.email, cem.name, cem.title, cem.phone, cem.pronouns, cem.time_zone) == (
        "cem@example.com", "Cem Kılıç", "Chef", "+90", "he", "Europe/Istanbul",
    )  # fmt: skip
    assert cem.role == "employee", "an export makes nobody an admin"
    assert report.people.imported == 3
    assert report.problems == []


def test_somebody_with_the_same_address_is_the_same_person_and_stays_as_they_are(
    tmp_path: Path,
) -> None:
    ana = add_person(email="ana@example.com", username="ana.lopez", name="Ana López")
    report = run_import(team().say("plans", message(moment(1), "U1", "hi <@U1>")), tmp_path)
    assert (report.people.imported, report.people.existing) == (1, 1)
    assert all_posts()[0].author_id == ana.id
    assert all_posts()[0].body == "hi @ana.lopez"
    assert db.session.get_one(Person, ana.id).name == "Ana López"


def test_a_taken_or_reserved_username_gives_way(tmp_path: Path) -> None:
    add_person(email="other@example.com", username="ana", name="Another Ana")
    export = team()
    export.users.append(user("U3", "here"))
    run_import(export, tmp_path)
    names = set(db.session.scalars(select(Person.username)))
    assert {"ana", "ana2", "bo"} < names
    assert "here" not in names


def test_people_without_an_address_get_one_that_can_not_exist(tmp_path: Path) -> None:
    export = team()
    export.users += [user("U3", "cem", email=None), user("U4", "dee", email="no address")]
    run_import(export, tmp_path)
    assert person_named("cem").email == "u3@t01.invalid"
    assert person_named("dee").email == "u4@t01.invalid"


def test_who_left_is_deactivated_and_bots_are_marked(tmp_path: Path) -> None:
    export = team()
    export.users += [user("U3", "cem", deleted=True), user("U4", "robo", is_bot=True)]
    run_import(export, tmp_path)
    assert not person_named("cem").is_active
    assert person_named("robo").is_bot
    assert person_named("ana").is_active


def test_an_author_whom_the_export_does_not_list_is_kept_as_a_deactivated_person(
    tmp_path: Path,
) -> None:
    profile = {"real_name": "Gast von außen"}
    export = team().say("plans", message(moment(1), "U9", "hello", user_profile=profile))
    export.say("plans", message(moment(2), "U1", "welcome <@U9>"))
    report = run_import(export, tmp_path)
    guest = all_posts()[0].author_id
    person = db.session.get_one(Person, guest)
    assert person.name == "Gast von außen"
    assert not person.is_active
    assert list(all_posts()[1].mention_ids) == [guest]
    assert report.problems == ["U9 is not in users.json: kept as a deactivated person"]
    assert person.username not in members_of(channel_named("plans"))


def test_a_bot_speaks_as_a_bot_person(tmp_path: Path) -> None:
    attachment = {"title": "Run 7", "title_link": "https://ci.example/7", "text": "ok"}
    said = message(moment(1), None, "", subtype="bot_message", bot_id="B1", username="Build")
    said["attachments"] = [attachment]
    run_import(team().say("plans", said), tmp_path)
    post = all_posts()[0]
    bot = db.session.get_one(Person, post.author_id)
    assert (bot.name, bot.is_bot, bot.username) == ("Build", True, "build")
    assert post.body == "[Run 7](<https://ci.example/7>)\nok"
    assert "build" not in members_of(channel_named("plans"))


def test_profiles_land_in_the_fields_that_people_have_here(tmp_path: Path) -> None:
    define_field(None, name="Cost centre", kind="text", editor="directory")
    export = team()
    export.users.append(
        user("U3", "cem", real_name="Cem Kılıç", profile={
            "start_date": "2021-03-01", "status_text": "At the\u202e dentist",
            "status_emoji": ":tooth::skin-tone-2:", "status_expiration": 0,
            "is_custom_image": True, "image_original": "https://nowhere.invalid/cem.png",
            "fields": {
                "Xf1": {"value": "4711", "alt": "", "label": "Cost centre"},
                "Xf2": {"value": "Baking, Crane work", "label": "Skills"},
                "Xf3": {"value": "Kitchen", "label": "Department"},
                "Xf4": {"value": "no label"}, "Xf5": "odd", "Xf6": {"value": "", "label": "Title"},
            },
        }),
    )  # fmt: skip
    over = {"status_text": "Gone fishing", "status_expiration": 1_500_000_000, "fields": []}
    odd = {"start_date": "soon", "fields": None, "status_expiration": "never"}
    export.users += [user("U4", "dee", profile=over), user("U5", "eva", profile=odd)]
    report = run_import(export, tmp_path)
    cem = person_named("cem")
    assert (cem.started_on, cem.department) == (date(2021, 3, 1), "Kitchen")
    assert names_of([cem.id])[cem.id] == ["Baking", "Crane work"]
    assert [each.value for each in values_for(None, cem)] == ["4711"]
    (status,) = db.session.scalars(select(Status))
    assert (status.person_id, status.emoji, status.text) == (cem.id, "🦷", "At the dentist")
    assert report.problems == [
        "1 photo is an address in the export and no file; it is not fetched",
        "1 value of the workspace's own fields has no name in the export; left out",
    ]
