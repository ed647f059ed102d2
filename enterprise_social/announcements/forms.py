"""The form of an announcement: what stands in it, and what was written into it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from enterprise_social.announcements import audience, chips, details
from enterprise_social.announcements.chips import Chip
from enterprise_social.announcements.models import ASKS, MOST_CHOICES, Announcement
from enterprise_social.core.errors import AppError, Invalid
from enterprise_social.core.language import zone_of
from enterprise_social.files.queries import Attachment
from enterprise_social.people import rules
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_usernames

Given = MultiDict[str, str]
LINES = ("title", "body", "priority", "reason", "ask_text", "asks")
FLAGS = ("adds_joiners", "drill", "takes_note")
COMMENTS = {"on": True, "off": False}  # anything else: as is usual for its priority
LOCAL = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class AudienceForm:
    """The part of the form that says who gets it. ``written`` says that it is text."""

    written: bool
    text: str
    chips: Sequence[Chip]
    part: str
    kind: str
    value: str
    errors: Mapping[str, list[str]]


def local_text(moment: datetime | None, viewer: Person) -> str:
    """Write a moment as the form's field of day and time has it, in the viewer's zone."""
    return moment.astimezone(zone_of(viewer.time_zone)).strftime(LOCAL) if moment else ""


def read_local(text: str, viewer: Person) -> datetime | None:
    """Read such a field. Raises ValueError with a sentence for people."""
    if not text.strip():
        return None
    try:
        wall = datetime.strptime(text.strip()[:16], LOCAL)  # noqa: DTZ007
        return wall.replace(tzinfo=zone_of(viewer.time_zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(_("Choose a day and a time.")) from None


def file_ids(form: Given) -> list[int]:
    """Return the ids of the files that a form says stay, or come."""
    given = form.getlist("file_ids")
    return [int(each) for each in given if each.isascii() and each.isdecimal() and len(each) < 19]


def shown(
    announcement: Announcement,
    responders: Sequence[Person],
    files: Sequence[Attachment],
    viewer: Person,
) -> Given:
    """Return the form of an announcement as it stands."""
    form: Given = MultiDict({name: getattr(announcement, name) or "" for name in LINES})
    for name in FLAGS:
        if getattr(announcement, name):
            form[name] = "1"
    for index, each in enumerate(announcement.choices):
        form[f"choice.{index}"] = each["text"]
        if each["alerts"]:
            form[f"alerts.{index}"] = "1"
    form["responders"] = ", ".join(f"@{each.username}" for each in responders)
    for name in ("due_at", "publish_at", "expires_at"):
        form[name] = local_text(getattr(announcement, name), viewer)
    form["local_at"] = announcement.local_at or ""
    form["when"] = "at" if announcement.publish_at else "local" if announcement.local_at else "now"
    form["in_name_of"] = str(announcement.in_name_of_id or "")
    form["audience_text"] = announcement.audience_text
    form["comments"] = _comments_text(announcement.comments)
    form.setlist("file_ids", [str(each.id) for each in files])
    return form


def of_template(content: Mapping[str, Any], responders: Sequence[Person]) -> Given:
    """Return the form that a template begins."""
    form: Given = MultiDict({name: str(content.get(name) or "") for name in LINES})
    for name in FLAGS:
        if content.get(name):
            form[name] = "1"
    for index, each in enumerate(content.get("choices") or ()):
        form[f"choice.{index}"] = each["text"]
        if each["alerts"]:
            form[f"alerts.{index}"] = "1"
    form["responders"] = ", ".join(f"@{each.username}" for each in responders)
    form["audience_text"] = str(content.get("audience_text") or "")
    form["comments"] = _comments_text(content.get("comments"))
    return form


def _comments_text(chosen: bool | None) -> str:
    return next((text for text, value in COMMENTS.items() if value is chosen), "")


def audience_form(form: Given, author: Person) -> AudienceForm:
    """Return how the form shows its audience, after what its buttons did.

    ``do`` is ``add``, ``drop:<number>``, ``text`` or ``chips``.
    """
    names = audience.names_for(author.id)
    do = form.get("do", "")
    errors: dict[str, list[str]] = {}
    value = form.get("add_value", "")
    if "audience_as" not in form:
        written, text, found = _from_text(form.get("audience_text", ""), names)
    elif form["audience_as"] == "text":
        written, text, found = True, form.get("audience_text", ""), []
        if do == "chips":
            written, text, found = _from_text(text, names)
            if written:
                errors["audience_text"] = [_("This says more than choices can. It stays a text.")]
    else:
        written, text, found = False, "", chips.read(form.getlist("chip"), names)
        kind = form.get("add_kind", "")
        if do == "add" or (value.strip() and not do.startswith("drop:")):
            try:
                found = list(
                    dict.fromkeys(
                        [*found, chips.added(form.get("add_part", ""), kind, value, names)]
                    )
                )
                value = ""
            except Invalid as error:
                errors |= error.errors
        elif do.startswith("drop:") and do[5:].isdecimal():
            found = [chip for number, chip in enumerate(found) if number != int(do[5:])]
        text = chips.text_of(found)
        written = do == "text"
    return AudienceForm(
        written, text, found, form.get("add_part", "with"), form.get("add_kind", "department"),
        value, errors,
    )  # fmt: skip


def _from_text(text: str, names: rules.Names) -> tuple[bool, str, list[Chip]]:
    try:
        found = chips.of_rule(rules.parse(text, names) if text.strip() else None, names)
    except rules.RuleError:
        found = None
    return (True, text, []) if found is None else (False, text, found)


class Reading:
    """What a form brings, field by field; ``errors`` has what can't be taken."""

    def __init__(self, form: Given, author: Person) -> None:
        self.form = form
        self.author = author
        self.errors: dict[str, list[str]] = {}
        self.audience = audience_form(form, author)
        self.errors |= self.audience.errors
        self.fields: dict[str, Any] = {}
        self._read()

    def _read(self) -> None:
        form = self.form
        for name in LINES:
            if name in form:
                self._take(name, partial(form.__getitem__, name))
        self.fields |= {name: form.get(name) == "1" for name in FLAGS}
        if "comments" in form:
            self.fields["comments"] = COMMENTS.get(form["comments"])
        self._take("choices", self._choices)
        self._take("responder_ids", self._responders, shown_at="responders")
        if "has_files" in form:  # a form without boxes that are ticked names no file
            self.fields["file_ids"] = list(dict.fromkeys(file_ids(form)))
        for name in ("due_at", "expires_at"):
            self._take(name, partial(read_local, form.get(name, ""), self.author))
        when = form.get("when", "now")
        self._take("publish_at", lambda: self._at("publish_at") if when == "at" else None)
        self._take("local_at", lambda: form.get("local_at", "")[:16] if when == "local" else None)
        if when == "local" and not form.get("local_at"):
            self.errors["local_at"] = [_("Choose a day and a time.")]
        try:
            audience.parse(self.audience.text, self.author.id)
            self.fields["audience_text"] = self.audience.text
        except AppError as error:
            self.errors.setdefault("audience_text", [error.detail])
        if self.fields.get("asks") not in ASKS:
            self.fields.pop("asks", None)

    def _take(self, name: str, read: Callable[[], Any], shown_at: str = "") -> None:
        try:
            self.fields |= details.clean({name: read()})
        except ValueError as error:
            self.errors[shown_at or name] = [str(error)]
        except Invalid as error:
            self.errors[shown_at or name] = error.errors.get(name, [error.detail])

    def _at(self, name: str) -> datetime:
        found = read_local(self.form.get(name, ""), self.author)
        if found is None:
            raise ValueError(_("Choose a day and a time."))
        return found

    def _choices(self) -> list[dict[str, Any]]:
        return [
            {
                "text": self.form[f"choice.{index}"],
                "alerts": self.form.get(f"alerts.{index}") == "1",
            }
            for index in range(MOST_CHOICES)
            if self.form.get(f"choice.{index}", "").strip()
        ]

    def _responders(self) -> list[int]:
        named = [
            each.casefold() for each in re.findall(r"[^\s,;@]+", self.form.get("responders", ""))
        ]
        found = by_usernames(named)
        missing = [each for each in named if each not in found]
        if missing:
            raise ValueError(_("Nobody here has the username @%(name)s.", name=missing[0][:64]))
        return [found[each].id for each in dict.fromkeys(named)]
