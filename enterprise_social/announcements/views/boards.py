"""The board: what came of an announcement, who has not answered, and what its sender does next."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from enterprise_social.accounts import identity
from enterprise_social.announcements import actions, audience, policy
from enterprise_social.announcements.forms import Given, file_ids
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.plots import plot
from enterprise_social.announcements.queries import board, lists
from enterprise_social.announcements.queries.attached import chosen
from enterprise_social.announcements.queries.stalled import stalled_since
from enterprise_social.announcements.views.arriving import with_files
from enterprise_social.announcements.views.place import HERE, blueprint, errors_of, found
from enterprise_social.core import limits
from enterprise_social.core.access import require
from enterprise_social.core.clock import now, rfc3339
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.language import zone_of
from enterprise_social.core.spreadsheets import csv_parts
from enterprise_social.files.limits import largest_form
from enterprise_social.files.models import MOST_FILES
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin
from enterprise_social.people.queries.fields import hidden_names

PAGE = 25
CALLS = 100
CHUNK = 500
LONGEST_COURSE_TABLE = 16
MOST_PARTS = 30


@blueprint.get("/<int:announcement_id>/board")
def show_board(announcement_id: int) -> ResponseReturnValue:
    """Show what came of an announcement."""
    viewer, announcement = _board(announcement_id)
    return _page(viewer, announcement)


@blueprint.get("/<int:announcement_id>/board/calls")
def calls(announcement_id: int) -> str:
    """Show whom to call: who has not answered, with their numbers."""
    _viewer, announcement = _board(announcement_id)
    page = board.recipients(
        announcement, status="missing", cursor=request.args.get("cursor"), limit=CALLS
    )
    return render_template(
        "announcements/calls.html",
        page_title=_("Call list"),
        announcement=announcement,
        rows=page.items,
        next=page.next_cursor,
        missing=board.counts(announcement).missing,
        shows_phones="phone" not in hidden_names(),
    )


@blueprint.get("/<int:announcement_id>/board/recipients.csv")
@limits.limiter.limit(limits.POSTS)
def download(announcement_id: int) -> Response:
    """Give the recipients as a table for spreadsheets."""
    _viewer, announcement = _board(announcement_id)
    status = request.args.get("status", "everyone")
    rows = _table(announcement, status if status in board.STATUSES else "everyone")
    answer = Response(stream_with_context(csv_parts(rows)), mimetype="text/csv")
    name = f"announcement-{announcement.id}-{status if status in board.STATUSES else 'everyone'}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


@blueprint.post("/<int:announcement_id>/nudges")
@limits.limiter.limit(limits.POSTS)
def nudge(announcement_id: int) -> ResponseReturnValue:
    """Remind one, or all who have not answered."""
    viewer, announcement = _board(announcement_id)
    person_id = request.form.get("person_id", "")
    chosen = [int(person_id)] if person_id.isdecimal() and len(person_id) < 19 else None
    number = actions.nudge(viewer, announcement, chosen)
    text = ngettext("%(num)s person is reminded.", "%(num)s people are reminded.", number)
    flash(text if number else _("Nobody is left to remind."))
    return redirect(f"{HERE}/{announcement.id}/board", 303)


@blueprint.post("/<int:announcement_id>/ladder")
@limits.limiter.limit(limits.POSTS)
def resume(announcement_id: int) -> ResponseReturnValue:
    """Go on with a ladder that stands still."""
    viewer, announcement = _board(announcement_id)
    actions.resume(viewer, announcement)
    flash(_("It is tried again now."))
    return redirect(f"{HERE}/{announcement.id}/board", 303)


@blueprint.post("/<int:announcement_id>/followups")
@identity.large_form(largest_form)
def follow(announcement_id: int) -> ResponseReturnValue:
    """Send a correction, a follow-up or the all-clear to the same people."""
    viewer, announcement = _board(announcement_id)
    form: Given = request.form
    try:
        form = with_files(viewer)
        sent = actions.follow_up(
            viewer,
            announcement,
            kind=form.get("kind", ""),
            client_id=form.get("client_id", "")[:64] or secrets.token_urlsafe(16),
            title=form.get("title", ""),
            body=form.get("body", ""),
            file_ids=file_ids(form),
        )
    except AppError as error:
        if error.status not in (409, 413, 422):
            raise
        field = "file_ids" if error.status == 413 else "title"
        return _page(viewer, announcement, errors_of(error, field), form), error.status
    flash(_("It goes to the same people."))
    return redirect(f"{HERE}/{sent.id}/board", 303)


@blueprint.post("/<int:announcement_id>/ending")
def end(announcement_id: int) -> ResponseReturnValue:
    """Call the all-clear without further words, or withdraw it."""
    viewer, announcement = _board(announcement_id)
    actions.end(viewer, announcement, ended_as=request.form.get("ended_as", "all_clear"))
    flash(_("It has ended. Nothing more is sent."))
    return redirect(f"{HERE}/{announcement.id}/board", 303)


def _board(announcement_id: int) -> tuple[Person, Announcement]:
    viewer, announcement = found(announcement_id)
    if announcement.published_at is None:
        raise NotFound()
    require(
        policy.may_see_board(viewer, announcement),
        _("Only who sent it, who answers for it and admins see this."),
    )
    return viewer, announcement


def _page(
    viewer: Person,
    announcement: Announcement,
    errors: dict[str, list[str]] | None = None,
    given: Given | None = None,
) -> str:
    given = request.form if given is None else given
    status = request.args.get("status", "missing")
    status = status if status in board.STATUSES else "missing"
    text = request.args.get("q", "").strip()[:100]
    listed = board.recipients(
        announcement,
        status=status,
        query=text,
        cursor=request.args.get("cursor"),
        limit=PAGE,
    )
    counts = board.counts(announcement)
    course = board.curve(announcement)
    facts = (course, counts.recipients, announcement.due_at, zone_of(viewer.time_zone))
    sender, author = lists.senders_of(announcement)
    return render_template(
        "announcements/board.html",
        page_title=announcement.title,
        announcement=announcement,
        sender=sender,
        author=author,
        words=audience.words(announcement.audience, viewer) if announcement.audience else "",
        counts=counts,
        course=_thinned(course),
        wide=plot(*facts),
        narrow=plot(*facts, width=328, height=224, times=4),
        times=board.times_to(announcement),
        departments=board.by_department(announcement)[:MOST_PARTS],
        locations=board.by_location(announcement)[:MOST_PARTS],
        answers=board.answers(announcement) if announcement.choices else [],
        notes=board.notes(announcement),
        alerting=[i for i, each in enumerate(announcement.choices) if each["alerts"]],
        responders=lists.responders_of(announcement.id),
        followers=lists.followers_of(announcement, viewer),
        rows=listed.items,
        next=listed.next_cursor,
        status=status,
        q=text,
        moment=now(),
        stalled=stalled_since(announcement),
        may_manage=policy.may_manage(viewer, announcement),
        may_end=announcement.is_open
        and (policy.may_manage(viewer, announcement) or is_admin(viewer)),
        shows_phones="phone" not in hidden_names(),
        client_id=given.get("client_id") or secrets.token_urlsafe(16),
        given=given,
        files=chosen(viewer, file_ids(given)[:MOST_FILES]),
        most_files=MOST_FILES,
        errors=errors or {},
    )


def _thinned(course: list[board.Point]) -> list[board.Point]:
    """Return as many points as a table is read with, the last among them."""
    step = max(1, -(-len(course) // LONGEST_COURSE_TABLE))
    return [*course[:-1:step], *course[-1:]]


def _table(announcement: Announcement, status: str) -> Iterator[list[str]]:
    hidden = hidden_names()
    names = {
        "name": _("Name"), "username": _("Username"), "email": _("E-mail"), "title": _("Title"),
        "department": _("Department"), "location": _("Location"), "reached": _("Reached"),
        "way": _("by"), "seen": _("Seen"), "answered": _("Answered"), "answer": _("Answer"),
        "note": _("Note"), "problem": _("Problem"), "phone": _("Phone"),
    }  # fmt: skip
    shown = [name for name in names if name not in hidden]
    yield [names[name] for name in shown]
    cursor: str | None = None
    while True:
        page = board.recipients(announcement, status=status, cursor=cursor, limit=CHUNK)
        for row in page.items:
            cells = _cells(announcement, row)
            yield [str(cells[name] or "") for name in shown]
        cursor = page.next_cursor
        if cursor is None:
            return


def _cells(announcement: Announcement, row: board.Row) -> dict[str, Any]:
    person, theirs = row.person, row.recipient
    choice = "" if theirs.choice is None else announcement.choices[theirs.choice]["text"]
    profile = ("name", "username", "email", "title", "department", "location", "phone")
    return {
        **{name: getattr(person, name) for name in profile},
        "reached": rfc3339(theirs.reached_at),
        "way": theirs.reached_way,
        "seen": rfc3339(theirs.seen_at),
        "answered": rfc3339(theirs.answered_at),
        "answer": choice,
        "note": theirs.note,
        "problem": row.problem,
    }
