"""Word rules as pages: the organisation's for who judges everywhere, a channel's for its owners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.channels.models import UNLISTED_KINDS, Channel
from enterprise_social.channels.queries import membership, seat
from enterprise_social.core import limits
from enterprise_social.core.access import find, require
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.core.screening import PLACES
from enterprise_social.moderation.views.place import blueprint
from enterprise_social.moderation.words import actions, policy
from enterprise_social.moderation.words.actions.rules import CHANGEABLE, PLACES_OF_A_CHANNEL
from enterprise_social.moderation.words.models import WordRule
from enterprise_social.moderation.words.queries.rules import (
    counts_by_effect,
    hits_of,
    rules_of_channel,
)
from enterprise_social.moderation.words.queries.trial import Trial, Tried, try_month, try_text
from enterprise_social.people.models import Person

LONGEST_SAMPLE = 5_000


@blueprint.get("/admin/moderation/words")
def word_rules() -> ResponseReturnValue:
    """List the organisation's rules."""
    return _list(_ruler(None), None)


@blueprint.get("/channels/<slug>/words")
def channel_word_rules(slug: str) -> ResponseReturnValue:
    """List a channel's rules."""
    channel = _channel(slug)
    return _list(_ruler(channel), channel)


@blueprint.get("/admin/moderation/words/new")
def new_word_rule() -> ResponseReturnValue:
    """Show the form for a rule of the organisation."""
    return _form(_ruler(None), None, None, _blank(None), {}, 200)


@blueprint.post("/admin/moderation/words/new")
def make_word_rule() -> ResponseReturnValue:
    """Write a rule of the organisation down."""
    return _make(None)


@blueprint.get("/channels/<slug>/words/new")
def new_channel_word_rule(slug: str) -> ResponseReturnValue:
    """Show the form for a rule of a channel."""
    channel = _channel(slug)
    return _form(_ruler(channel), channel, None, _blank(channel), {}, 200)


@blueprint.post("/channels/<slug>/words/new")
def make_channel_word_rule(slug: str) -> ResponseReturnValue:
    """Write a rule of a channel down."""
    return _make(_channel(slug))


@blueprint.get("/moderation/words/<int:rule_id>")
def word_rule(rule_id: int) -> ResponseReturnValue:
    """Show a rule: what it says, what it matched, and a box to try it."""
    viewer, rule, channel = _opened(rule_id)
    shown = {name: getattr(rule, name) for name in CHANGEABLE}
    return _form(viewer, channel, rule, shown, {}, 200)


@blueprint.post("/moderation/words/<int:rule_id>")
def change_word_rule(rule_id: int) -> ResponseReturnValue:
    """Change a rule."""
    actor, rule, channel = _opened(rule_id)
    given = _given()
    try:
        actions.update_rule(actor, rule, **given)
    except Invalid as error:
        return _form(actor, channel, rule, given, error.errors, 422)
    flash(_("Saved."))
    return redirect(f"/moderation/words/{rule.id}", 303)


@blueprint.post("/moderation/words/<int:rule_id>/state")
def switch_word_rule(rule_id: int) -> ResponseReturnValue:
    """Switch a rule on or off."""
    actor, rule, _channel_of = _opened(rule_id)
    actions.switch_rule(actor, rule, request.form.get("state", ""))
    flash(_("The rule is in force.") if rule.state == "on" else _("The rule is switched off."))
    return redirect(f"/moderation/words/{rule.id}", 303)


@blueprint.post("/moderation/words/<int:rule_id>/deletion")
def delete_word_rule(rule_id: int) -> ResponseReturnValue:
    """Throw a rule away."""
    actor, rule, channel = _opened(rule_id)
    name = rule.name
    actions.delete_rule(actor, rule)
    flash(_("%(name)s is deleted.", name=name))
    return redirect(_base(channel), 303)


@blueprint.get("/moderation/words/<int:rule_id>/trial")
@limits.limiter.limit("60/minute")
def try_word_rule(rule_id: int) -> ResponseReturnValue:
    """Show what a rule would have matched: in the last month, and in a text to try it on."""
    viewer, rule, channel = _opened(rule_id)
    before = request.args.get("before", type=identity_of)
    sample = request.args.get("sample", "")[:LONGEST_SAMPLE]
    tried = try_text(rule, sample) if sample.strip() else None
    trial = None if tried else try_month(viewer, rule, before=before)
    totals = {name: _number(name) for name in ("looked", "matched", "unreadable")}
    if trial is not None:
        totals = {name: totals[name] + getattr(trial, name) for name in totals}
    return _form(
        viewer,
        channel,
        rule,
        {name: getattr(rule, name) for name in CHANGEABLE},
        {},
        200,
        found=Found(trial, tried, sample, totals),
    )


class Found:
    """What trying a rule brought to light."""

    def __init__(
        self, trial: Trial | None, tried: Tried | None, sample: str, totals: dict[str, int]
    ) -> None:
        """Keep it for the page."""
        self.trial, self.tried, self.sample, self.totals = trial, tried, sample, totals


def _number(name: str) -> int:
    value = request.args.get(name, "0")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


def _make(channel: Channel | None) -> ResponseReturnValue:
    actor, given = _ruler(channel), _given()
    try:
        rule = actions.create_rule(actor, channel, **given)
    except AppError as error:
        errors = error.errors if isinstance(error, Invalid) else {"name": [error.detail]}
        return _form(actor, channel, None, given, errors, error.status)
    flash(_("It is a draft: try it, then switch it on."))
    return redirect(f"/moderation/words/{rule.id}/trial", 303)


def _given() -> dict[str, Any]:
    form = request.form
    given: dict[str, Any] = {
        name: form.get(name, "")
        for name in ("name", "kind", "pattern", "effect", "message", "replacement")
    }
    return given | {"accents": form.get("accents") == "1", "places": form.getlist("places")}


def _blank(channel: Channel | None) -> dict[str, Any]:
    places = PLACES if channel is None else PLACES_OF_A_CHANNEL
    return {"kind": "words", "effect": "refuse", "places": list(places)}


def _channel(slug: str) -> Channel:
    channel = seat(identity.signed_in(), slug=slug).channel
    if channel.kind in UNLISTED_KINDS:
        raise NotFound()
    return channel


def _ruler(channel: Channel | None) -> Person:
    viewer = identity.signed_in()
    mine = None if channel is None else membership(channel.id, viewer.id)
    allowed = policy.may_rule(viewer, channel, mine)
    require(allowed, _("Only those who moderate here make rules of words."))
    return viewer


def _opened(rule_id: int) -> tuple[Person, WordRule, Channel | None]:
    viewer = identity.signed_in()
    rule = find(WordRule, rule_id, viewer)
    channel = None if rule.channel_id is None else db.session.get(Channel, rule.channel_id)
    return viewer, rule, channel


def _base(channel: Channel | None) -> str:
    return "/admin/moderation/words" if channel is None else f"/channels/{channel.slug}/words"


def _list(_viewer: Person, channel: Channel | None) -> ResponseReturnValue:
    return render_template(
        "moderation/words/index.html",
        page_title=_("Word rules"),
        channel=channel,
        base=_base(channel),
        rules=rules_of_channel(None if channel is None else channel.id),
    )


def _form(
    viewer: Person,
    channel: Channel | None,
    rule: WordRule | None,
    form: Mapping[str, Any],
    errors: Mapping[str, Any],
    status: int,
    *,
    found: Found | None = None,
) -> ResponseReturnValue:
    cursor = request.args.get("cursor") if request.method == "GET" else None
    page = render_template(
        "moderation/words/rule.html",
        page_title=rule.name if rule else _("New word rule"),
        channel=channel,
        base=_base(channel),
        rule=rule,
        form=form,
        errors=errors,
        possible=PLACES if channel is None else PLACES_OF_A_CHANNEL,
        found=found,
        counts=counts_by_effect(rule.id) if rule else {},
        hits=hits_of(viewer, rule.id, cursor=cursor) if rule and rule.hit_count else None,
    )
    return page, status
