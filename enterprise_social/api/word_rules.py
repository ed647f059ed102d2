"""Word rules: the organisation's and those of channels, tried before they are switched on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.api.calls import BASE, call
from enterprise_social.api.fields import Body, Choice, Field, Flag, Items, Text, identity
from enterprise_social.api.wire import Answer, created, listing
from enterprise_social.channels.models import Channel
from enterprise_social.core.access import find, require
from enterprise_social.core.actions import action
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.screening import PLACES
from enterprise_social.moderation.words import actions
from enterprise_social.moderation.words.models import (
    EFFECTS,
    KINDS,
    LONGEST_MESSAGE,
    LONGEST_NAME,
    LONGEST_REPLACEMENT,
    STATES,
    WordRule,
)
from enterprise_social.moderation.words.patterns import LONGEST_WORDS
from enterprise_social.moderation.words.queries.rules import Hit, hits_of, visible_rules_page
from enterprise_social.moderation.words.queries.trial import try_month
from enterprise_social.people.models import Person
from enterprise_social.people.policy.rights import has_right

FIELDS: Mapping[str, Field] = {
    "name": Text(LONGEST_NAME * 4),
    "kind": Choice(KINDS, "Words a line each, or one regular expression."),
    "pattern": Text(LONGEST_WORDS * 2, summary="RE2's syntax for an expression.", raw=True),
    "accents": Flag("é is not e."),
    "effect": Choice(EFFECTS),
    "message": Text(LONGEST_MESSAGE * 4, summary="To whoever is refused."),
    "replacement": Text(LONGEST_REPLACEMENT * 4),
    "places": Items(Choice(PLACES), len(PLACES), "Where it holds."),
}
NO_RULE = {404: "No such rule, or none of the caller's to look after."}


@call(
    "GET",
    "/word-rules",
    "List word rules",
    answer="[WordRule]",
    paged=True,
    query={"channel_id": identity("A channel; without it the organisation's.")},
    refusals={403: "Only those who judge everywhere see the organisation's."},
)
def list_word_rules(
    viewer: Person, *, limit: int, cursor: str | None, channel_id: int | None = None
) -> dict[str, Any]:
    """By their ids. Of a channel that the caller doesn't lead there are none."""
    require(channel_id is not None or has_right(viewer, "moderate"))
    page = visible_rules_page(viewer, channel_id, cursor=cursor, limit=limit)
    return listing(page, rule_document)


@call(
    "POST",
    "/word-rules",
    "Write a word rule down",
    answer="WordRule",
    status=201,
    body=Body(
        {**FIELDS, "channel_id": identity("A channel that the caller leads.")},
        required=["name", "pattern", "effect"],
    ),
    refusals={
        403: "Only those who moderate there.",
        404: "No such channel.",
        409: "There are too many rules.",
    },
)
def create_word_rule(viewer: Person, *, given: Mapping[str, Any]) -> Answer:
    """It is a draft: try it, then switch it on by `PATCH` with a `state`."""
    fields = dict(given)
    channel_id = fields.pop("channel_id", None)
    channel = None if channel_id is None else find(Channel, channel_id, viewer)
    rule = actions.create_rule(viewer, channel, **fields)
    return created(rule_document(rule), f"{BASE}/word-rules/{rule.id}")


@call("GET", "/word-rules/{rule_id}", "Read a word rule", answer="WordRule", refusals=NO_RULE)
def get_word_rule(viewer: Person, *, rule_id: int) -> dict[str, Any]:
    """With how often it matched."""
    return rule_document(find(WordRule, rule_id, viewer))


@call(
    "PATCH",
    "/word-rules/{rule_id}",
    "Change a word rule, or switch it",
    answer="WordRule",
    body=Body({**FIELDS, "state": Choice(STATES)}),
    refusals=NO_RULE,
)
def patch_word_rule(viewer: Person, *, rule_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What isn't sent stays. A rule that is on holds as it is changed at once, on every process."""
    return rule_document(_change(viewer, find(WordRule, rule_id, viewer), dict(given)))


@action
def _change(viewer: Person, rule: WordRule, given: dict[str, Any]) -> WordRule:
    state = given.pop("state", None)
    if given:
        rule = actions.update_rule(viewer, rule, **given)
    if state is not None:
        rule = actions.switch_rule(viewer, rule, state)
    return rule


@call("DELETE", "/word-rules/{rule_id}", "Delete a word rule", refusals=NO_RULE)
def delete_word_rule(viewer: Person, *, rule_id: int) -> None:
    """With the history of what it matched."""
    actions.delete_rule(viewer, find(WordRule, rule_id, viewer))


@call(
    "GET",
    "/word-rules/{rule_id}/hits",
    "List what a word rule matched, the newest first",
    answer="[WordHit]",
    paged=True,
    refusals=NO_RULE,
)
def list_word_hits(
    viewer: Person, *, rule_id: int, limit: int, cursor: str | None
) -> dict[str, Any]:
    """`channel_id` and `target` are left out where the caller may not know of the channel."""
    rule = find(WordRule, rule_id, viewer)
    return listing(hits_of(viewer, rule.id, cursor=cursor, limit=limit), _hit_document)


@call(
    "GET",
    "/word-rules/{rule_id}/trial",
    "Try a word rule on the last month",
    answer="WordTrial",
    limit="60/minute",
    query={"before": identity("`next_before` of the stretch before.")},
    refusals=NO_RULE,
)
def get_word_trial(viewer: Person, *, rule_id: int, before: int | None = None) -> dict[str, Any]:
    """It looks for a second or two at a time, at what is posted and sent."""
    found = try_month(viewer, find(WordRule, rule_id, viewer), before=before)
    return {
        "looked": found.looked,
        "matched": found.matched,
        "unreadable": found.unreadable,
        "items": [
            {
                "post_id": each.post_id,
                "channel_id": each.channel.id,
                "before": each.before,
                "matched": each.matched,
                "after": each.after,
            }
            for each in found.shown
        ],
        "next_before": found.more,
    }


def rule_document(rule: WordRule) -> dict[str, Any]:
    """Write a rule."""
    return {
        "id": rule.id,
        "channel_id": rule.channel_id,
        "name": rule.name,
        "kind": rule.kind,
        "pattern": rule.pattern,
        "accents": rule.accents,
        "effect": rule.effect,
        "message": rule.message,
        "replacement": rule.replacement,
        "places": rule.places,
        "state": rule.state,
        "version": rule.version,
        "hits": rule.hit_count,
        "created_at": rfc3339(rule.created_at),
        "changed_at": rfc3339(rule.changed_at),
    }


def _hit_document(found: Hit) -> dict[str, Any]:
    hit = found.hit
    known = hit.channel_id is None or found.channel is not None
    return {
        "id": hit.id,
        "at": rfc3339(hit.at),
        "effect": hit.effect,
        "place": hit.place,
        "user_id": hit.person_id,
        "channel_id": hit.channel_id if known else None,
        "target": hit.target if known else "",
    }
