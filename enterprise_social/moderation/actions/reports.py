"""Reports: what somebody points out to those who judge."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.channels.models import Channel
from enterprise_social.core import audit
from enterprise_social.core.access import find
from enterprise_social.core.actions import action, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Invalid, NotFound
from enterprise_social.files.models import File
from enterprise_social.moderation import settings
from enterprise_social.moderation.actions.cases import (
    changed,
    checked_note,
    lock_case,
    note,
    open_case,
)
from enterprise_social.moderation.models import Case, Report
from enterprise_social.moderation.queries.targets import target_of
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.reviewing import hide_post
from enterprise_social.posts.models import Post

MODELS: dict[str, type[Any]] = {
    "post": Post,
    "file": File,
    "person": Person,
    "conversation": Channel,
}
# One can be reported again when what was said about it before is decided: it goes on.
LASTING = ("person", "conversation")


@action
def report(
    actor: Person, target_kind: str, target_id: int, reason: str, text: str = ""
) -> tuple[Report, bool]:
    """Report something that one can see; return the report and whether it is new.

    The same person's second report of a thing is their first one. Raises NotFound for what they
    can't see, Conflict for what is their own, Invalid for a reason that isn't one.
    """
    text = checked_note(text)
    _check_reason(reason)
    _find(actor, target_kind, target_id)
    target = target_of(target_kind, target_id, actor.id)
    if target.author_id == actor.id:
        raise Conflict(_("This is your own."))
    known = _known(actor, target_kind, target_id)
    if known is not None:
        return known, False
    if target.channel_id is not None and target.post_id is not None:
        lock(Channel, target.channel_id)
    case = open_case("report", target_kind, target_id, target.channel_id, reason, actor)
    case = lock_case(case)
    known = _known(actor, target_kind, target_id)
    if known is not None or not case.is_open:
        if known is None:
            raise Conflict(_("This was decided just now. Try again."))
        return known, False
    written = Report(case_id=case.id, reporter_id=actor.id, reason=reason, note=text, at=now())
    db.session.add(written)
    case.report_count += 1
    db.session.flush()
    note(case, actor, "reported", text, {"reason": reason})
    _hide_if_many(case)
    changed(case)
    # What is reported stands in the case; the log is read by more people than judge.
    audit.record(None, "moderation.report", f"case:{case.id}", {"kind": target_kind})
    return written, True


def _check_reason(reason: str) -> None:
    if not settings.is_reason(reason):
        raise Invalid(errors={"reason": [_("Choose one of the reasons.")]})


def _find(actor: Person, target_kind: str, target_id: int) -> None:
    if target_kind not in MODELS:
        raise NotFound()
    found = find(MODELS[target_kind], target_id, actor)
    if isinstance(found, Post) and (found.deleted or found.type == "anchor"):
        raise NotFound()


def _known(actor: Person, target_kind: str, target_id: int) -> Report | None:
    statement = (
        select(Report)
        .join(Case, Case.id == Report.case_id)
        .where(Case.target_kind == target_kind, Case.target_id == target_id)
        .where(Report.reporter_id == actor.id)
        .order_by(Report.id.desc())
    )
    if target_kind in LASTING:
        statement = statement.where(Case.state == "open")
    return db.session.scalars(statement.limit(1)).first()


def _hide_if_many(case: Case) -> None:
    most = settings.hide_after()
    if case.post_id is None or not most or case.report_count < most:
        return
    post = db.session.get(Post, case.post_id)
    if post is not None and hide_post(post):
        note(case, None, "hidden", details={"reports": case.report_count})
