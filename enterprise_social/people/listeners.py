"""What follows when people change: those who are found by what stands on a profile stay found."""

from __future__ import annotations

from collections.abc import Sequence

from enterprise_social.core.events import after, during
from enterprise_social.people.actions import directory, groups, rule_groups
from enterprise_social.people.events import (
    DirectoryMissing,
    DirectoryOutdated,
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


def the_directory_follows(event: PersonCreated | PersonChanged) -> None:
    """Have whoever changed found by what stands on their profile now, in the same transaction."""
    directory.index_person(event.person_id)


during(PersonCreated)(the_directory_follows)
during(PersonChanged)(the_directory_follows)


@during(FieldChanged)
def the_directory_forgets(event: FieldChanged) -> None:
    """Have nobody found by a field that isn't for everyone any more, from this moment on."""
    directory.forget_field(event.field)


@after(FieldChanged)
def the_directory_learns(event: FieldChanged) -> None:
    """Have people found by a field that everyone sees now."""
    directory.index_field(event.field)


@after(DirectoryOutdated)
def the_directory_is_put_right(event: DirectoryOutdated) -> None:
    """Index people whose skills others changed."""
    directory.index_people(event.person_ids)


@after(DirectoryMissing)
def the_directory_is_filled(event: DirectoryMissing) -> None:
    """Index everyone, piece by piece: each is a job of its own, so that others get their turn."""
    directory.fill_from(event.after)
