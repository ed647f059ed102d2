"""The import of a Slack export: all of it or nothing, and twice the same as once."""

from __future__ import annotations

from typing import Protocol

from flask_babel import gettext as _

from enterprise_social.core import audit
from enterprise_social.core.access import require
from enterprise_social.core.actions import action
from enterprise_social.core.text import safe_name
from enterprise_social.integrations.actions.slack_channels import import_channels
from enterprise_social.integrations.actions.slack_files import import_files
from enterprise_social.integrations.actions.slack_keys import new_ids
from enterprise_social.integrations.actions.slack_names import NameBook
from enterprise_social.integrations.actions.slack_people import import_people
from enterprise_social.integrations.actions.slack_posts import PostWriter
from enterprise_social.integrations.report import ImportReport
from enterprise_social.integrations.slack.archive import Archive
from enterprise_social.integrations.slack.reader import Export
from enterprise_social.integrations.slack.survey import Speakers, Survey, survey
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.posts.models import Post


class Progress(Protocol):
    """Shows how far an import is."""

    def begin(self, steps: int) -> None:
        """There are `steps` to do: each day of each conversation, once read and once written."""

    def step(self) -> None:
        """One of them is done."""


class Silent:
    """Shows nothing."""

    def begin(self, steps: int) -> None:
        """Does nothing."""

    def step(self) -> None:
        """Does nothing."""


def import_slack(
    actor: Person | None, archive: Archive, progress: Progress | None = None
) -> ImportReport:
    """Bring people, channels and messages of a Slack export in.

    The export is read from end to end first; then one transaction writes it. What was imported
    before is recognised by its Slack ids and left as it is now. Files whose content the export
    holds follow one by one, and go on where an earlier import broke off.

    Args:
        actor: an admin, or None for the installation itself.
        archive: an opened export, see `open_archive`.
        progress: told of each step.

    Raises ImportProblem where the export can't be used, Forbidden for others than admins; then
    nothing is written.
    """
    require(is_admin(actor), _("Only an admin may import."))
    progress = progress or Silent()
    export = Export(archive)
    progress.begin(export.day_count * 2)
    report = _write(actor, export, survey(export, progress.step), progress)
    import_files(archive, export.workspace, report)
    return report


@action
def _write(actor: Person | None, export: Export, found: Survey, progress: Progress) -> ImportReport:
    report = ImportReport()
    cast = import_people(export, found, report)
    names = NameBook(cast)
    places = import_channels(export, found, cast, names, report)
    speakers, ids = Speakers(export), new_ids(Post)
    for place in places:
        writer = PostWriter(
            place,
            workspace=export.workspace,
            authors=cast.ids,
            speakers=speakers,
            names=names,
            report=report,
            ids=ids,
        )
        for day in export.days(place.source):
            for message in day:
                writer.add(message)
            progress.step()
        writer.finish()
    for folder in export.stray_folders:
        report.problem(_("%(folder)s: a folder of no channel, left out", folder=safe_name(folder)))
    counted = {sort: counts.imported for sort, counts in report.sorts().items()}
    audit.record(
        actor, "integrations.slack_imported", f"workspace:{export.workspace}"[:120], counted
    )
    return report
