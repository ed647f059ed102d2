"""What people of an export say of themselves, in the fields that profiles have here.

Only for people whom the import makes: who is here already stays as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.text import safe_name
from enterprise_social.integrations.actions.slack_screening import named
from enterprise_social.integrations.people_csv.cells import skill_names
from enterprise_social.integrations.people_csv.columns import CUSTOM, recognise
from enterprise_social.integrations.report import ImportReport
from enterprise_social.integrations.slack.records import SlackProfile, at
from enterprise_social.people.actions.skills import set_skills
from enterprise_social.people.actions.values import set_values
from enterprise_social.people.models import Person, Status
from enterprise_social.people.models.presence import LONGEST_STATUS
from enterprise_social.people.queries.fields import defined_fields

# Fields with a label of these names go into the line in the directory.
_BUILT_IN = ("department", "location")
_LONGEST = 120


class OwnFields:
    """Maps an export's labels to the fields of profiles here."""

    def __init__(self, report: ImportReport) -> None:
        self._report = report
        self._own = {field.key: field.name for field in defined_fields()}

    def built_in(self, profile: SlackProfile) -> dict[str, Any]:
        """Return what stands in a row of people, by column."""
        found: dict[str, Any] = {"started_on": profile.started_on}
        for target, value in self._targets(profile).items():
            if target in _BUILT_IN:
                said = named("profiles", safe_name(value), target, self._report)
                found[target] = said[:_LONGEST]
        return found

    def further(self, profile: SlackProfile) -> dict[str, str]:
        """Return skills and the organisation's own fields, as ``people_csv`` names them."""
        targets = self._targets(profile)
        return {
            target: value
            for target, value in targets.items()
            if target == "skills" or target.startswith(CUSTOM)
        }

    def _targets(self, profile: SlackProfile) -> dict[str, str]:
        labels = [label for label, _value in profile.named]
        found = recognise(labels, self._own)
        return {target: profile.named[int(index)][1] for index, target in found.items()}


def keep_profiles(new: Mapping[int, SlackProfile], fields: OwnFields, report: ImportReport) -> None:
    """Write status, skills and own fields of new people, by their ids, in the running action."""
    for person_id, profile in new.items():
        _keep_status(person_id, profile, report)
        further = fields.further(profile)
        if further:
            _keep_further(db.session.get_one(Person, person_id), further, report)
    _tell(new.values(), report)


def _keep_status(person_id: int, profile: SlackProfile, report: ImportReport) -> None:
    text = named("profiles", safe_name(profile.status_text), _("A status"), report)
    text = text[:LONGEST_STATUS].strip()
    until = at(profile.status_until) if profile.status_until is not None else None
    if not (text or profile.status_emoji) or (until is not None and until <= now()):
        return
    db.session.add(
        Status(
            person_id=person_id, emoji=profile.status_emoji, text=text, until=until, hidden=False
        )
    )


def _keep_further(person: Person, further: Mapping[str, str], report: ImportReport) -> None:
    for target, value in further.items():
        try:
            if target == "skills":
                set_skills(None, person, skill_names(value))
            else:
                set_values(None, person, {target.removeprefix(CUSTOM): value}, imported=True)
        except Invalid as error:
            report.problem(f"{person.name}: {error.detail}")


def _tell(profiles: Iterable[SlackProfile], report: ImportReport) -> None:
    every = list(profiles)
    photos = sum(1 for each in every if each.has_photo)
    if photos:
        report.problem(
            ngettext(
                "%(num)d photo is an address in the export and no file; it is not fetched",
                "%(num)d photos are addresses in the export and no files; they are not fetched",
                photos,
            )
        )
    nameless = sum(each.nameless for each in every)
    if nameless:
        report.problem(
            ngettext(
                "%(num)d value of the workspace's own fields has no name in the export; left out",
                "%(num)d values of the workspace's own fields have no name in the export; left out",
                nameless,
            )
        )
