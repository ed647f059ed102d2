"""A held clock, and the small yard that announcements are sent to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.core.clock import frozen
from enterprise_social.people.models import Person
from tests.making import make_person

# A Monday morning in winter.
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock(database: SQLAlchemy) -> Iterator[Any]:
    """Hold the clock at MONDAY; call what it gives to move it on."""
    with frozen(MONDAY) as advance:
        yield advance


@pytest.fixture
def yard(clock: Any) -> dict[str, Person]:
    """A manager of three in the yard, and somebody elsewhere."""
    chief = make_person("Chief", role="admin")
    lead = make_person("Lead", role="manager", manager_id=chief.id)
    people = {"chief": chief, "lead": lead}
    for name in ("Ana", "Ben", "Cho"):
        people[name.lower()] = make_person(name, department="Yard", manager_id=lead.id)
    people["dora"] = make_person("Dora", department="Office")
    return people
