"""Whom an announcement is for: what an audience may name, and how it is chosen without a rule."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.announcements import audience, chips
from enterprise_social.core.errors import Invalid
from enterprise_social.people.actions.groups import create_group, put_group_member
from tests.making import make_channel, make_person

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def test_an_audience_may_name_groups_channels_and_exceptions(database: SQLAlchemy) -> None:
    chief = make_person("Chief", role="admin")
    lead = make_person("Lead", role="manager", username="lead")
    ana, ben, _cho = (
        make_person(name, department="Yard", location="Oslo") for name in ("Ana", "Ben", "Cho")
    )
    dora = make_person("Dora", department="Office")
    crew = create_group(None, "Crew", handle="crew")
    put_group_member(chief, crew, ana)
    make_channel(lead, "Cranes", ben, kind="private")
    make_channel(dora, "Secrets", ben, kind="private")

    def found(text: str) -> set[str]:
        rule = audience.parse(text, lead.id)
        return {each.name for each in audience.sample(audience.matching(rule))}

    assert found("in group @crew or in channel #cranes") == {"Ana", "Ben", "Lead"}
    assert found("everyone except department is Yard or person is @lead") == {"Chief", "Dora"}
    assert found("department is Yard and location is Oslo except in group crew") == {"Ben", "Cho"}
    for text, words in (("in channel #secrets", "there is no channel #secrets"),
                        ("in group @nobody", "there is no group @nobody"),
                        ("in kitchen", "“group”, “channel”"),
                        ("everyone except", "the rule ends here")):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            audience.parse(text, lead.id)
        assert words in refused.value.errors["audience_text"][0]


@only_sqlite
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("department is Yard", "with"),
        ('department is Yard or location is "New York"', "with with"),
        ("(department is Yard or role is admin) and location is Oslo", "with with only"),
        ("everyone except department is Yard or role is admin", "with without without"),
        ("role is manager and location is Oslo except title is Cook", "with only without"),
        ("department is not Yard", "with without"),
        ("not (department is Yard and role is admin)", None),
        ("department is Yard and (role is admin or role is manager)", None),
    ],
)
def test_chips_say_the_same_as_the_rule_that_they_are_made_of(
    database: SQLAlchemy, app: Flask, text: str, parts: str | None
) -> None:
    with app.test_request_context():
        names = audience.names_for(None)
        rule = audience.parse(text)
        found = chips.of_rule(rule, names)
        if parts is None:
            assert found is None
            return
        assert found is not None
        assert " ".join(chip.part for chip in found) == parts
        again = chips.text_of(chips.read([f"{c.part}|{c.text}" for c in found], names))
        assert chips.of_rule(audience.parse(again), names) == found
