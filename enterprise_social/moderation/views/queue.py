"""The queue of those who judge: everywhere, or in one channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from enterprise_social.accounts import identity
from enterprise_social.channels.models import Channel
from enterprise_social.channels.policy import LEADERS
from enterprise_social.channels.queries import seat
from enterprise_social.core.access import find, find_where, require
from enterprise_social.core.clock import now
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.core.web import local_path
from enterprise_social.moderation import policy, settings, wording
from enterprise_social.moderation.actions.decisions import decide_many
from enterprise_social.moderation.models import Case
from enterprise_social.moderation.queries import queue
from enterprise_social.moderation.queries.judges import everywhere as everywhere_judging
from enterprise_social.moderation.queries.queue import AGES, ASSIGNED, TABS, Filters
from enterprise_social.moderation.views.cases import case_facts, verdict_of
from enterprise_social.moderation.views.place import blueprint
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_ids

MOST_AT_ONCE = 50


@blueprint.get("/admin/moderation")
def everywhere() -> ResponseReturnValue:
    """Show what is reported in the whole organisation."""
    viewer = identity.signed_in()
    require(policy.judges_everywhere(viewer), _("Only moderators see this page."))
    return _page(viewer, "/admin/moderation", None)


@blueprint.get("/channels/<slug>/moderation")
def in_channel(slug: str) -> ResponseReturnValue:
    """Show what is reported in a channel to those who lead it."""
    viewer = identity.signed_in()
    here = seat(viewer, slug=slug)
    leads = here.membership is not None and here.membership.role in LEADERS
    judges = leads or policy.judges_everywhere(viewer)
    if here.channel.kind == "direct":
        raise NotFound()
    require(judges, _("Only those who lead this channel see this page."))
    return _page(viewer, f"/channels/{slug}/moderation", here.channel)


@blueprint.post("/moderation/decisions")
def decide_several() -> ResponseReturnValue:
    """Decide several cases alike."""
    viewer = identity.signed_in()
    back = local_path(request.form.get("next")) or "/admin/moderation"
    ids = request.form.getlist("case", type=identity_of)[:MOST_AT_ONCE]
    cases = [find(Case, each, viewer) for each in ids]
    if not cases:
        flash(_("Choose some of them first."))
        return redirect(back, 303)
    try:
        made, failed = decide_many(viewer, cases, verdict_of(request.form, viewer))
    except AppError as error:
        flash(error.detail)
        return redirect(back, 303)
    if made:
        flash(ngettext("%(num)s decided.", "%(num)s decided.", len(made)))
    for case, why in failed:
        flash(_("Number %(id)s: %(why)s", id=case.id, why=why))
    return redirect(back, 303)


def filters_of(viewer: Person, channel: Channel | None) -> Filters:
    """Read what is asked of the queue from the address; what isn't understood asks nothing."""
    asked = request.args
    slug = asked.get("channel", "").removeprefix("#")
    chosen = channel
    if chosen is None and slug:
        try:
            chosen = find_where(Channel, Channel.slug == slug, viewer)
        except NotFound:
            chosen = None
    return Filters(
        tab=_one_of(asked.get("tab", ""), TABS, "open"),
        reason=asked.get("reason", "")[:40],
        channel_id=chosen.id if chosen else None,
        assigned=_assigned(asked.get("assigned", "")),
        age=_one_of(asked.get("age", ""), AGES),
    )


def _assigned(value: str) -> str:
    if value in ASSIGNED:
        return value
    chosen = request.args.get("assigned", type=identity_of)
    return "" if chosen is None else str(chosen)


def _one_of(value: str, known: tuple[str, ...], otherwise: str = "") -> str:
    return value if value in known else otherwise


def _page(viewer: Person, path: str, channel: Channel | None) -> ResponseReturnValue:
    filters = filters_of(viewer, channel)
    cursor = request.args.get("cursor")
    page = queue.listing(viewer, filters, cursor=cursor)
    chosen = request.args.get("case", type=identity_of)
    facts: dict[str, Any] = {
        "path": path,
        "here_channel": channel,
        "filters": filters,
        "rows": page.items,
        "next": page.next_cursor,
        "counts": queue.counts(viewer, channel.id if channel else None),
        "median": queue.median_minutes(viewer, now() - timedelta(days=1)),
        "reasons": settings.reasons(),
        "reason_of": settings.reason_of,
        "colleagues": _colleagues(viewer) if channel is None else [],
        "words": wording,
        "now": now(),
        "chosen": chosen,
        "link": lambda **other: _link(path, filters, **other),
        "judges_everywhere": policy.judges_everywhere(viewer),
        "open_panel": False,
        "channel_asked": request.args.get("channel", "") if channel is None else "",
    }
    if request.args.get("part") == "list":
        return render_template("moderation/_queue.html", **facts)
    if chosen is not None:
        try:
            case = find(Case, chosen, viewer)
            facts |= {"open_panel": True, **case_facts(viewer, case, filters, path)}
        except NotFound:
            facts["chosen"] = None
    return render_template("moderation/queue.html", page_title=_("Moderation"), **facts)


def _colleagues(viewer: Person) -> list[Person]:
    """Return the others who judge everywhere, by name."""
    found = by_ids(everywhere_judging() - {viewer.id})
    return sorted(found.values(), key=lambda person: person.name)


def _link(path: str, filters: Filters, **other: Any) -> str:
    """Return the address of the queue as it is, but for what is named."""
    cursor, case = other.pop("cursor", None), other.pop("case", None)
    wanted = replace(filters, **other)
    facts = {
        "tab": wanted.tab if wanted.tab != "open" else "",
        "reason": wanted.reason,
        "assigned": wanted.assigned,
        "age": wanted.age,
        "channel": request.args.get("channel", ""),
        "cursor": cursor or "",
        "case": case or "",
    }
    query = urlencode({name: value for name, value in facts.items() if value})
    return f"{path}?{query}" if query else path
