"""Mails about decisions: sent whatever somebody else wants to hear, since they concern them.

They are queued with what they tell of, so that each is sent once. Nobody is named in them.
"""

from __future__ import annotations

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from enterprise_social.core import mail
from enterprise_social.core.organisation import organisation_name
from enterprise_social.moderation import links, policy, settings, wording
from enterprise_social.moderation.models import Appeal, Case, Decision
from enterprise_social.people.models import Person
from enterprise_social.people.policy.sanctions import moment_for


def send_decision(person: Person, case: Case, decision: Decision) -> None:
    """Tell the author which rule it is about, what was done, and how to appeal."""
    with force_locale(person.locale or "en"):
        rule = settings.reason_of(decision.rule)
        parts = [
            _("Hello %(name)s,", name=person.name),
            _("moderators looked at what you wrote or shared:"),
            _quoted(case),
            _("The rule: %(label)s. %(rule)s", label=rule.label, rule=rule.rule)
            if decision.act != "dismiss"
            else "",
            wording.done_to_it(case, decision),
            wording.done_to_them(decision, person),
            decision.message,
        ]
        if policy.can_be_appealed(decision, None):
            until = moment_for(person, policy.appeal_until(decision))
            parts += [
                _(
                    "If you see it otherwise, appeal until %(until)s, once. Somebody else judges "
                    "it:",
                    until=until,
                ),
                links.address(decision.id, person.id),
                _("The link is yours alone: don't pass it on."),
            ]
        _send(person, _("What moderators decided"), parts)


def send_undone(person: Person) -> None:
    """Tell the author that a decision was taken back."""
    with force_locale(person.locale or "en"):
        parts = [
            _("Hello %(name)s,", name=person.name),
            _("a decision about what you wrote was taken back, with all that followed from it."),
            f"{current_app.config['BASE_URL']}/moderation",
        ]
        _send(person, _("A decision was taken back"), parts)


def send_judgement(person: Person, appeal: Appeal) -> None:
    """Tell the author what came of their appeal."""
    with force_locale(person.locale or "en"):
        overturned = _("Your appeal was right: the decision is taken back, with all of it.")
        upheld = _("The decision stands. Somebody else than who decided has judged it.")
        parts = [
            _("Hello %(name)s,", name=person.name),
            overturned if appeal.outcome == "overturned" else upheld,
            appeal.note,
            f"{current_app.config['BASE_URL']}/moderation",
        ]
        _send(person, _("Your appeal was judged"), parts)


def _quoted(case: Case) -> str:
    lines = case.said.strip()[:500].splitlines() or [""]
    return "\n".join(f"> {line}" for line in lines) if case.target_kind != "person" else ""


def _send(person: Person, subject: str, parts: list[str]) -> None:
    if person.deactivated_at is not None:
        return
    signed = _("The moderators of %(organisation)s", organisation=organisation_name())
    text = "\n\n".join([part for part in parts if part] + [signed]) + "\n"
    mail.send(person.email, subject, text, to_name=person.name)
