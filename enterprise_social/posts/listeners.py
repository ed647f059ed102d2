"""What posts owe their files: to show them once they are prepared, and to let them go."""

from __future__ import annotations

from enterprise_social.core.events import after
from enterprise_social.files.events import FileChanged, FileReady
from enterprise_social.people.events import PersonDeactivated
from enterprise_social.posts.actions import attaching
from enterprise_social.posts.actions.holding import forget_held_of
from enterprise_social.posts.events import DeletionSettled


@after(FileReady, FileChanged)
def show(event: FileReady | FileChanged) -> None:
    """Bring a file's pictures and description to those who look at its post."""
    attaching.retell(event.file_id)


@after(PersonDeactivated)
def forget_what_waits(event: PersonDeactivated) -> None:
    """Forget what waits of somebody who has left: nobody could approve it any more."""
    forget_held_of(event.person_id)


@after(DeletionSettled)
def drop_files(event: DeletionSettled) -> None:
    """Throw the files of a post away when its deletion can no longer be undone."""
    attaching.drop_files(event.post_id)
