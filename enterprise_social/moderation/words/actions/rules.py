"""Making, changing, switching and deleting word rules; each change stands in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import membership
from enterprise_social.core import audit, settings
from enterprise_social.core.access import require
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid
from enterprise_social.core.screening import PLACES
from enterprise_social.core.text import normalise, safe_name
from enterprise_social.moderation.words import policy
from enterprise_social.moderation.words.models import (
    EFFECTS,
    KINDS,
    LONGEST_MESSAGE,
    LONGEST_NAME,
    LONGEST_REPLACEMENT,
    MOST_RULES,
    STATES,
    WordRule,
)
from enterprise_social.moderation.words.patterns import BadPattern, Pattern
from enterprise_social.moderation.words.rulebook import STAMP
from enterprise_social.people.models import Person

CHANGEABLE = ("name", "kind", "pattern", "accents", "effect", "message", "replacement", "places")
# Of a channel: what stands in it, and what is said of it.
PLACES_OF_A_CHANNEL = ("posts", "channels", "files")
_DEFAULTS: dict[str, Any] = {
    "name": "", "kind": "words", "pattern": "", "accents": False, "effect": "refuse",
    "message": "", "replacement": "", "places": None,
}  # fmt: skip


@action
def create_rule(actor: Person | None, channel: Channel | None = None, **fields: Any) -> WordRule:
    """Write a rule for the organisation, or for a channel. It is a draft until it is switched on.

    ``fields`` are of CHANGEABLE; without ``places`` it holds everywhere. Raises Forbidden, Conflict
    where there are too many, and Invalid that names each bad field.
    """
    _require(actor, channel)
    values = checked({**_DEFAULTS, **fields}, of_channel=channel is not None)
    channel_id = None if channel is None else channel.id
    count = select(func.count()).where(WordRule.channel_id.is_not_distinct_from(channel_id))
    if db.session.execute(count).scalar_one() >= MOST_RULES:
        raise Conflict(_("There are %(most)d rules already; delete one first.", most=MOST_RULES))
    moment = now()
    rule = WordRule(
        **values,
        channel_id=channel_id,
        state="draft",
        version=1,
        hit_count=0,
        created_by_id=None if actor is None else actor.id,
        created_at=moment,
        changed_at=moment,
    )
    db.session.add(rule)
    db.session.flush()
    _audit(actor, "words.create", rule, {"effect": rule.effect})
    return rule


@action
def update_rule(actor: Person | None, rule: WordRule, **changes: Any) -> WordRule:
    """Change what is given; a rule that is switched on holds so at once. Raises as above."""
    rule = _locked(actor, rule)
    before = {name: getattr(rule, name) for name in CHANGEABLE}
    values = checked({**before, **changes}, of_channel=rule.channel_id is not None)
    changed = sorted(name for name in CHANGEABLE if values[name] != before[name])
    if not changed:
        return rule
    for name in changed:
        setattr(rule, name, values[name])
    _changed(rule)
    details = {name: {"before": before[name], "after": values[name]} for name in changed}
    _audit(actor, "words.update", rule, details)
    return rule


@action
def switch_rule(actor: Person | None, rule: WordRule, state: str) -> WordRule:
    """Put a rule in force, or out of it. Raises Forbidden, Invalid."""
    if state not in STATES:
        raise Invalid(errors={"state": [_("Choose draft, on or off.")]})
    rule = _locked(actor, rule)
    if rule.state == state:
        return rule
    before, rule.state = rule.state, state
    _changed(rule)
    _audit(actor, "words.switch", rule, {"from": before, "to": state})
    return rule


@action
def delete_rule(actor: Person | None, rule: WordRule) -> None:
    """Throw a rule away, with the history of what it matched."""
    rule = _locked(actor, rule)
    _audit(actor, "words.delete", rule, {"state": rule.state, "hits": rule.hit_count})
    db.session.delete(rule)
    db.session.flush()
    settings.renew(STAMP)


def checked(fields: Mapping[str, Any], *, of_channel: bool) -> dict[str, Any]:
    """Return a rule's fields as they are kept. Raises Invalid that names each bad one."""
    values = dict(fields)
    errors: dict[str, list[str]] = {}
    values["name"] = safe_name(values["name"])
    values["message"] = safe_name(values["message"])
    values["replacement"] = safe_name(values["replacement"])
    values["pattern"] = normalise(values["pattern"]).strip("\n")
    if not values["name"]:
        errors["name"] = [_("Give the rule a name.")]
    limits = {"name": LONGEST_NAME, "message": LONGEST_MESSAGE, "replacement": LONGEST_REPLACEMENT}
    for name, most in limits.items():
        if len(values[name]) > most:
            errors[name] = [_("At most %(most)d characters.", most=most)]
    if values["effect"] not in EFFECTS:
        errors["effect"] = [_("Choose refuse, hold, flag or replace.")]
    if values["kind"] not in KINDS:
        errors["kind"] = [_("Choose words or an expression.")]
    else:
        try:
            Pattern(values["kind"], values["pattern"], accents=bool(values["accents"]))
        except BadPattern as bad:
            errors["pattern"] = [str(bad)]
    values["places"] = _places(values["places"], errors, of_channel=of_channel)
    if errors:
        raise Invalid(errors=errors)
    return values


def _places(given: Any, errors: dict[str, list[str]], *, of_channel: bool) -> list[str]:
    possible = PLACES_OF_A_CHANNEL if of_channel else PLACES
    if given is None:
        return list(possible)
    wanted = [place for place in possible if place in given]
    if not wanted or set(given) - set(possible):
        errors["places"] = [_("Choose where the rule holds.")]
    return wanted


def _locked(actor: Person | None, rule: WordRule) -> WordRule:
    rule = lock(WordRule, rule.id)
    channel = None if rule.channel_id is None else db.session.get(Channel, rule.channel_id)
    _require(actor, channel)
    return rule


def _require(actor: Person | None, channel: Channel | None) -> None:
    mine = membership(channel.id, actor.id) if channel is not None and actor is not None else None
    allowed = policy.may_rule(actor, channel, mine)
    require(allowed, _("Only those who moderate here make rules of words."))


def _changed(rule: WordRule) -> None:
    rule.version += 1
    rule.changed_at = now()
    db.session.flush()
    settings.renew(STAMP)


def _audit(actor: Person | None, act: str, rule: WordRule, details: dict[str, Any]) -> None:
    # What a channel's rules are called is its own: more people read the log.
    what = {"name": rule.name} if rule.channel_id is None else {"channel_id": rule.channel_id}
    audit.record(actor, act, f"word_rule:{rule.id}", {**what, **details})
