"""What follows when people change: those who are found by what stands on a profile stay found."""

from __future__ import annotations

from collections.abc import Sequence

from enterprise_social.core.events import after, during
from enterprise_social.people.actions import groups, rule_groups
from enterprise_social.people.events import (
    FieldChanged,
    PersonChanged,
    PersonCreated,
    PersonDeactivated,
    PersonReactivated,
)


@after(PersonCreated, PersonChanged, batch=100)
def groups_follow_profiles(events: Sequence[PersonCreated | PersonChanged]) -> None:
    """Bring groups by rule up to date with whoever changed."""
    rule_groups.follow([event.person_id for event in events])


@after(FieldChanged)
def groups_follow_fields(_event: FieldChanged) -> None:
    """Bring groups by rule up to date with a field that is shown to others now, or gone."""
    rule_groups.recompute_all()


def groups_count_the_active(event: PersonDeactivated | PersonReactivated) -> None:
    """Count somebody who left or is back in the groups that hold them by hand."""
    groups.recount_groups_of(event.person_id)


during(PersonDeactivated)(groups_count_the_active)
during(PersonReactivated)(groups_count_the_active)
