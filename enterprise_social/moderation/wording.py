"""What decisions are called, and what is said of them to those whom they concern."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from enterprise_social.moderation.models import Case, Decision
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import moment_for


def act_names() -> dict[str, str]:
    """Return what each act is called for those who choose it."""
    return {
        "dismiss": _("Nothing wrong"),
        "uphold": _("Against the rule, but it stays"),
        "remove": _("Remove the post"),
        "restore": _("Put it back in sight"),
        "lock": _("Close the thread"),
        "move": _("Move the thread"),
        "split": _("Split the thread"),
    }


def act_hints() -> dict[str, str]:
    """Return what each act does, in a sentence."""
    return {
        "dismiss": _("It stays, or comes back in sight. Whoever reported it hears so."),
        "uphold": _("The post stays as it is; the author hears which rule it is about."),
        "remove": _("Gone for everyone. It can come back by an appeal."),
        "restore": _("As it is now, for example after its author has corrected it."),
        "lock": _("What was said stays; nobody can reply any more."),
        "move": _("With all its replies, to the channel where it belongs."),
        "split": _("These replies get a thread of their own in the same channel."),
    }


def sanction_names() -> dict[str, str]:
    """Return what each sanction is called for those who choose it."""
    return {
        "": _("Nothing more"),
        "warn": _("Warn"),
        "mute": _("Mute until"),
        "suspend": _("Suspend until"),
        "expel": _("Remove from the channel"),
    }


def state_names() -> dict[str, str]:
    """Return what the states of a case are called."""
    return {
        "open": _("Open"),
        "decided": _("Decided"),
        "appealed": _("Appealed"),
        "settled": _("Settled on appeal"),
    }


def kind_names() -> dict[str, str]:
    """Return how a case came about."""
    return {
        "report": _("Reported"),
        "held": _("Held back by a rule"),
        "flagged": _("Flagged by a rule"),
    }


def target_names() -> dict[str, str]:
    """Return what the things are called that can be reported."""
    return {
        "post": _("post"),
        "file": _("file"),
        "person": _("profile"),
        "conversation": _("conversation"),
    }


def done_to_it(case: Case, decision: Decision) -> str:
    """Tell the author what was done to what they wrote."""
    words = {
        "dismiss": _("Nothing was found wrong with it. It is in sight."),
        "uphold": _("It stays where it is."),
        "remove": _("It was removed."),
        "restore": _("It is in sight again."),
        "lock": _("Its thread takes no more replies."),
        "move": _("Its thread was moved to another channel."),
        "split": _("It was given a thread of its own."),
    }
    if decision.act == "remove" and case.target_kind == "file":
        return _("The post with this file was removed.")
    return words[decision.act]


def done_to_them(decision: Decision, person: Person) -> str:
    """Tell the author what holds for them, or nothing."""
    until = moment_for(person, decision.until) if decision.until else ""
    words = {
        "warn": _("This is a warning."),
        "mute": _("You may read, but not write until %(until)s.", until=until),
        "suspend": _("Your account is suspended until %(until)s.", until=until),
        "expel": _("You were removed from the channel."),
    }
    return words.get(decision.sanction, "")


def age_of(opened_at: datetime, moment: datetime) -> str:
    """Return how long something waits, in its largest unit."""
    minutes = max(0, int((moment - opened_at).total_seconds() // 60))
    if minutes < 60:
        return _("%(num)s min", num=minutes)
    if minutes < 48 * 60:
        return _("%(num)s h", num=minutes // 60)
    return _("%(num)s days", num=minutes // (24 * 60))
