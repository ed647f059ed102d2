"""One case, for those who judge it: a page, a panel beside the queue, and what is done to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from enterprise_social.accounts import identity
from enterprise_social.channels.models import OPEN_KINDS, UNLISTED_KINDS, Channel
from enterprise_social.core.access import find, find_where
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.core.language import zone_of
from enterprise_social.core.web import local_path
from enterprise_social.moderation import policy, settings, wording
from enterprise_social.moderation.actions.appeals import judge
from enterprise_social.moderation.actions.cases import assign, write_note
from enterprise_social.moderation.actions.decisions import Verdict, decide, undo
from enterprise_social.moderation.actions.hiding import set_hidden
from enterprise_social.moderation.models import Appeal, Case
from enterprise_social.moderation.queries import queue
from enterprise_social.moderation.queries.details import Details, details_of
from enterprise_social.moderation.queries.judges import everywhere, judges_of
from enterprise_social.moderation.queries.queue import Filters
from enterprise_social.moderation.views.place import blueprint
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_ids
from enterprise_social.posts.models import Post

QUEUE = "/admin/moderation"


@blueprint.get("/moderation/cases/<int:case_id>")
def show(case_id: int) -> ResponseReturnValue:
    """Show a case to somebody who judges it."""
    viewer = identity.signed_in()
    return _page(viewer, find(Case, case_id, viewer), {}, 200)


@blueprint.post("/moderation/cases/<int:case_id>/decision")
def decide_one(case_id: int) -> ResponseReturnValue:
    """Decide it."""
    viewer = identity.signed_in()
    case = find(Case, case_id, viewer)
    try:
        decide(viewer, case, verdict_of(request.form, viewer))
    except NotFound:
        raise
    except AppError as error:
        return _page(viewer, case, _errors(error), error.status)
    flash(_("Decided. Those whom it concerns are told."))
    return _back(case)


@blueprint.post("/moderation/cases/<int:case_id>/undoing")
def undo_one(case_id: int) -> ResponseReturnValue:
    """Take the decision back."""
    viewer = identity.signed_in()
    case = find(Case, case_id, viewer)
    try:
        undo(viewer, case)
    except NotFound:
        raise
    except AppError as error:
        return _page(viewer, case, _errors(error), error.status)
    flash(_("The decision is taken back; the case is open again."))
    return _back(case)


@blueprint.post("/moderation/cases/<int:case_id>/assignee")
def assign_one(case_id: int) -> ResponseReturnValue:
    """Have somebody look after it: oneself, somebody else, or nobody."""
    viewer = identity.signed_in()
    case = find(Case, case_id, viewer)
    given = request.form.get("assignee", type=identity_of)
    person = viewer if request.form.get("assignee") == "me" else None
    if given is not None:
        person = find(Person, given, viewer)
    try:
        assign(viewer, case, person)
    except AppError as error:
        return _page(viewer, case, _errors(error), error.status)
    return _back(case)


@blueprint.post("/moderation/cases/<int:case_id>/notes")
def add_note(case_id: int) -> ResponseReturnValue:
    """Write down something for the others who judge."""
    viewer = identity.signed_in()
    case = find(Case, case_id, viewer)
    try:
        write_note(viewer, case, request.form.get("note", ""))
    except Invalid as error:
        return _page(viewer, case, error.errors, 422)
    return _back(case)


@blueprint.post("/moderation/cases/<int:case_id>/visibility")
def hide_or_show(case_id: int) -> ResponseReturnValue:
    """Take the post out of sight while it is reviewed, or bring it back in sight."""
    viewer = identity.signed_in()
    case = find(Case, case_id, viewer)
    try:
        set_hidden(viewer, case, request.form.get("hidden") == "1")
    except NotFound:
        raise
    except AppError as error:
        return _page(viewer, case, _errors(error), error.status)
    return _back(case)


@blueprint.post("/moderation/cases/<int:case_id>/judgement")
def judge_one(case_id: int) -> ResponseReturnValue:
    """Judge what the author says against the decision."""
    viewer = identity.signed_in()
    case = find(Case, case_id, viewer)
    made = details_of(viewer, case).appeal
    if made is None:
        raise NotFound()
    outcome, text = request.form.get("outcome", ""), request.form.get("note", "")
    try:
        judge(viewer, db.session.get_one(Appeal, made.id), outcome, text)
    except AppError as error:
        return _page(viewer, case, _errors(error), error.status)
    flash(_("Judged. The author is told."))
    return _back(case)


def verdict_of(form: MultiDict[str, str], viewer: Person | None = None) -> Verdict:
    """Read a verdict from a form. Raises Invalid for a time or a channel that isn't one."""
    return Verdict(
        act=form.get("act", ""),
        rule=form.get("rule", ""),
        message=form.get("message", ""),
        sanction=form.get("sanction", ""),
        until=_until(form.get("until", ""), viewer),
        target_id=_channel_id(form.get("channel", ""), viewer),
        reply_ids=tuple(form.getlist("reply", type=identity_of)),
    )


def _until(text: str, viewer: Person | None) -> datetime | None:
    """Read a day, at whose end in the viewer's zone a sanction ends."""
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise Invalid(errors={"until": [_("Write the day as 2026-11-30.")]}) from error
    zone = zone_of(viewer.time_zone if viewer else None)
    return datetime.combine(day, time(23, 59, 59), zone)


def _channel_id(slug: str, viewer: Person | None) -> int | None:
    slug = slug.strip().removeprefix("#")
    if not slug or viewer is None:
        return None
    try:
        return find_where(Channel, Channel.slug == slug, viewer).id
    except NotFound as error:
        raise Invalid(errors={"target_id": [_("There is no such channel.")]}) from error


def case_facts(
    viewer: Person, case: Case, filters: Filters, path: str, errors: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what a case is shown with."""
    details = details_of(viewer, case)
    before, after = queue.neighbours(viewer, case, filters)
    decision = details.decision
    judges = by_ids(judges_of(case))
    others = everywhere() - {decision.decider_id if decision else None, case.author_id}
    return {
        "case": case,
        "details": details,
        "cleaned": _cleaned,
        "before": before,
        "after": after,
        "judges": sorted(judges.values(), key=lambda person: person.name),
        "acts": _acts(viewer, details),
        "sanctions": _sanctions(viewer, details),
        "may_undo": decision is not None and policy.may_undo(viewer, decision),
        "may_judge_appeal": decision is not None and policy.may_judge_appeal(viewer, decision),
        "nobody_else": not others,
        "reason_of": settings.reason_of,
        "reasons": settings.reasons(),
        "words": wording,
        "errors": errors or {},
        "form": request.form,
        "path": path,
        "replies": _replies(viewer, details),
        "channels": _channels(viewer, details),
        "now": now(),
    }


def _cleaned(post: Post) -> Markup:
    # Sanitised when it was written; see core.text.
    return Markup(post.html)  # noqa: S704


def _acts(viewer: Person, details: Details) -> list[str]:
    post = details.post
    if post is None:
        return ["dismiss", "uphold"]
    found = ["dismiss", "remove", "uphold"]
    if post.hidden or post.deleted or details.case.kind == "held":
        found.insert(1, "restore")
    channel = details.channel
    if channel is not None and channel.kind not in UNLISTED_KINDS and not post.deleted:
        found.append("lock")
        if policy.may_move(viewer) and policy.reads(viewer, channel.id):
            found.append("move")
        if post.parent_id is not None or post.reply_count:
            found.append("split")
    return found


def _sanctions(viewer: Person, details: Details) -> list[str]:
    if details.author is None:
        return []
    found = ["", "warn"]
    if policy.may_suspend(viewer):
        found += ["mute", "suspend"]
    channel = details.channel
    if details.is_member and channel and channel.kind not in UNLISTED_KINDS:
        found.append("expel")
    return found


def _replies(viewer: Person, details: Details) -> list[Post]:
    post = details.post
    if post is None:
        return []
    if not policy.reads(viewer, post.channel_id):
        return [post] if post.parent_id is not None else []
    root = post.parent_id or post.id
    statement = select(Post).where(
        Post.parent_id == root, Post.deleted_at.is_(None), Post.hidden_at.is_(None)
    )
    found = list(db.session.scalars(statement.order_by(Post.created_at).limit(50)))
    if post.parent_id is not None and post not in found:
        found.append(post)
    return found


def _channels(viewer: Person, details: Details) -> list[Channel]:
    if details.post is None or not policy.may_move(viewer):
        return []
    statement = select(Channel).where(
        Channel.kind.in_(OPEN_KINDS),
        Channel.archived_at.is_(None),
        Channel.id != details.case.channel_id,
    )
    return list(db.session.scalars(statement.order_by(Channel.name).limit(200)))


def _page(
    viewer: Person, case: Case, errors: Mapping[str, Any], status: int
) -> ResponseReturnValue:
    path = local_path(request.values.get("queue")) or _queue_of(viewer, case)
    page = render_template(
        "moderation/case.html",
        page_title=_("Case %(id)s", id=case.id),
        **case_facts(viewer, case, Filters(), path, errors),
    )
    return page, status


def _queue_of(viewer: Person, case: Case) -> str:
    if policy.judges_everywhere(viewer) or case.channel_id is None:
        return QUEUE
    return f"/channels/{db.session.get_one(Channel, case.channel_id).slug}/moderation"


def _back(case: Case) -> ResponseReturnValue:
    target = local_path(request.form.get("next")) or f"/moderation/cases/{case.id}"
    return redirect(target, 303)


def _errors(error: AppError) -> dict[str, list[str]]:
    given = getattr(error, "errors", None)
    return given or {"act": [error.detail]}
