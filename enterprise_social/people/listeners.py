"""What follows when people change: they stay found by their profiles, and photos are prepared."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.core.events import after, during
from enterprise_social.files.preparing import process
from enterprise_social.files.storage import storage
from enterprise_social.people import photos
from enterprise_social.people.actions import directory, groups, rule_groups, skills
from enterprise_social.people.actions.photos import keep_photo, refuse_photo
from enterprise_social.people.events import (
    DirectoryMissing,
    DirectoryOutdated,
    FieldChanged,
    PersonChanged,
    PersonCreated,
    PersonDeactivated,
    PersonReactivated,
    PhotoAged,
    PhotoChosen,
    PhotoDropped,
)
from enterprise_social.people.models import PersonPhoto


@after(PersonCreated, PersonChanged, batch=100)
def groups_follow_profiles(events: Sequence[PersonCreated | PersonChanged]) -> None:
    """Bring groups by rule up to date with whoever changed."""
    moved = [each.person_id for each in events if isinstance(each, PersonChanged) and each.moved]
    rule_groups.follow([event.person_id for event in events], moved)


@after(FieldChanged)
def groups_follow_fields(_event: FieldChanged) -> None:
    """Bring groups by rule up to date with a field that is shown to others now, or gone."""
    rule_groups.recompute_all()


@after(DirectoryOutdated)
def groups_follow_skills(event: DirectoryOutdated) -> None:
    """Bring groups by rule up to date with people whose skills others changed."""
    rule_groups.follow(event.person_ids)


def groups_count_the_active(event: PersonDeactivated | PersonReactivated) -> None:
    """Count somebody who left or is back in the groups that hold them by hand."""
    groups.recount_groups_of(event.person_id)


during(PersonDeactivated)(groups_count_the_active)
during(PersonReactivated)(groups_count_the_active)


def skills_count_the_active(event: PersonDeactivated | PersonReactivated) -> None:
    """Count somebody who left or is back, and whom they vouch for, no longer or again."""
    skills.count_active(event.person_id)


during(PersonDeactivated)(skills_count_the_active)
during(PersonReactivated)(skills_count_the_active)


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


@after(PhotoChosen, slow=True)
def a_photo_is_prepared(event: PhotoChosen) -> None:
    """Make the sizes of a photo, in a child process, and show them."""
    photo = db.session.get(PersonPhoto, event.person_id, populate_existing=True)
    if photo is None or photo.token != event.token or photo.state != "waiting":
        return
    key, crop, turn = photo.storage_key, photo.crop, photo.turn
    # The child takes its time; no transaction waits for it.
    db.session.rollback()
    with tempfile.TemporaryDirectory(prefix="photo-") as name:
        folder = Path(name)
        try:
            with storage().open(key) as content, (folder / "content").open("wb") as copy:
                shutil.copyfileobj(content, copy)
        except FileNotFoundError:
            refuse_photo(event.person_id, event.token, "broken")
            return
        made = process.squares(folder / "content", folder, photos.SIZES, crop, turn)
        if made.problem:
            refuse_photo(event.person_id, event.token, made.problem)
            return
        for part in (*photos.SIZES, photos.WHOLE):
            with (folder / str(part)).open("rb") as picture:
                storage().put(photos.part_key(event.person_id, event.token, part), picture)
    keep_photo(event.person_id, event.token, event.actor_id)


@after(PhotoDropped, slow=True)
def a_photo_is_thrown_away(event: PhotoDropped) -> None:
    """Delete what the storage keeps of a photo that is shown no more."""
    for key in event.keys:
        storage().delete(key)


@after(PhotoAged, slow=True)
def an_unused_photo_is_thrown_away(event: PhotoAged) -> None:
    """Delete what came in as a photo a day ago and is nobody's."""
    used = select(PersonPhoto.person_id).where(PersonPhoto.storage_key == event.key)
    if db.session.execute(used).first() is None:
        storage().delete(event.key)
