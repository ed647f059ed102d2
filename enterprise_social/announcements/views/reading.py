"""What recipients see: their list, one announcement with what is recorded of them, and banners."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from enterprise_social.accounts import identity
from enterprise_social.announcements import actions, audience, policy
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.announcements.queries import board, lists
from enterprise_social.announcements.queries.attached import files_of
from enterprise_social.announcements.queries.comments import counts_of
from enterprise_social.announcements.views.commenting import comments_part
from enterprise_social.announcements.views.place import HERE, blueprint, errors_of, found
from enterprise_social.core.access import find
from enterprise_social.core.clock import now
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.web import local_path
from enterprise_social.people.models import Person
from enterprise_social.people.policy import is_admin, is_manager

TABS = ("mine", "waiting", "sent", "approve", "all")


@blueprint.get("")
def index() -> str:
    """List what one was told, what waits for an answer, what one sent, or what to approve."""
    viewer = identity.signed_in()
    tab = request.args.get("show", "mine")
    may_announce, approves = policy.may_announce(viewer), is_manager(viewer)
    shown = {"approve": approves, "all": is_admin(viewer)}
    tabs = [each for each in TABS if shown.get(each, True)]
    tab = tab if tab in tabs else "mine"
    cursor = request.args.get("cursor")
    facts: dict[str, Any] = {"received": [], "sent": [], "to_approve": [], "next": None}
    if tab in ("mine", "waiting"):
        page = lists.received(viewer, waiting=tab == "waiting", cursor=cursor)
        facts |= {"received": page.items, "next": page.next_cursor}
        listed = [each.announcement.id for each in page.items]
    elif tab in ("sent", "all"):
        written = (lists.sent if tab == "sent" else lists.everyones)(viewer, cursor=cursor)
        facts |= {"sent": written.items, "next": written.next_cursor}
        listed = [each.id for each, _author in written.items]
    else:
        waiting = lists.to_approve(viewer, cursor=cursor)
        facts |= {"to_approve": waiting.items, "next": waiting.next_cursor}
        listed = []
    return render_template(
        "announcements/index.html",
        tab=tab,
        tabs=tabs,
        may_announce=may_announce,
        comments={each: count for each, (count, _open) in counts_of(listed).items()},
        waiting=lists.unanswered_count(viewer.id),
        answered_for=lists.answered_for(viewer.id) if tab == "mine" and not cursor else [],
        approvals=lists.approvals_count(viewer) if approves and tab != "approve" else 0,
        **facts,
    )


@blueprint.get("/banners")
def banners() -> str:
    """Show what stands over every page now; asked after a connection was lost."""
    identity.signed_in()
    return render_template("announcements/alarms.html")


@blueprint.get("/<int:announcement_id>")
def show(announcement_id: int) -> ResponseReturnValue:
    """Show an announcement; its author's draft opens in the form."""
    viewer, announcement = found(announcement_id)
    if announcement.state == "draft":
        return redirect(f"{HERE}/{announcement.id}/edit", 303)
    return page_of(viewer, announcement)


@blueprint.post("/<int:announcement_id>/acknowledgement")
def acknowledge(announcement_id: int) -> ResponseReturnValue:
    """Acknowledge, or answer by a choice and a note."""
    viewer, announcement = found(announcement_id)
    given = request.form.get("choice", "")
    choice = int(given) if given.isascii() and given.isdecimal() and len(given) < 4 else None
    try:
        actions.answer(viewer, announcement, choice=choice, note=request.form.get("note", ""))
    except NotFound:
        raise
    except AppError as error:
        return page_of(viewer, announcement, errors_of(error)), error.status
    return _back(announcement)


@blueprint.post("/<int:announcement_id>/receipt")
def receipt(announcement_id: int) -> ResponseReturnValue:
    """Note that one has seen it: what scripts do by themselves."""
    viewer, announcement = found(announcement_id)
    actions.record_seen([(announcement.id, viewer.id)])
    return _back(announcement)


def _back(announcement: Announcement) -> ResponseReturnValue:
    return redirect(local_path(request.form.get("next"), f"{HERE}/{announcement.id}"), 303)


def page_of(
    viewer: Person, announcement: Announcement, errors: dict[str, list[str]] | None = None
) -> str:
    """Return the page of an announcement as somebody may see it."""
    theirs = lists.of_recipient(announcement.id, viewer.id)
    if theirs is not None and theirs.begins_at > now():
        theirs = None
    sender, author = lists.senders_of(announcement)
    hidden = _is_hidden(announcement, theirs, viewer)
    return render_template(
        "announcements/show.html",
        page_title=announcement.title,
        announcement=announcement,
        sender=sender,
        author=author,
        theirs=theirs,
        stands_in_for=lists.person_of(theirs.stands_in_for_id) if theirs else None,
        ledger=board.ledger(announcement.id, viewer.id) if theirs else [],
        first=_first(viewer, announcement),
        followers=lists.followers_of(announcement, viewer),
        responders=lists.responders_of(announcement.id) if announcement.asks == "answer" else [],
        hidden=hidden,
        files=files_of([announcement.id])[announcement.id],
        comments=comments_part(viewer, announcement, hidden=hidden),
        may_manage=policy.may_manage(viewer, announcement),
        may_see_board=policy.may_see_board(viewer, announcement),
        **_asked(viewer, announcement),
        errors=errors or {},
        given=request.form,
    )


def _asked(viewer: Person, announcement: Announcement) -> dict[str, Any]:
    """Return what a second person is shown before they agree."""
    if not policy.may_approve(viewer, announcement) or announcement.audience is None:
        return {"may_approve": False}
    return {
        "may_approve": True,
        "audience_words": audience.words(announcement.audience, viewer),
        "audience_count": audience.count(audience.condition_of(announcement)),
    }


def _first(viewer: Person, announcement: Announcement) -> Announcement | None:
    if announcement.follows_id is None:
        return None
    try:
        return find(Announcement, announcement.follows_id, viewer)
    except NotFound:
        return None


def _is_hidden(announcement: Announcement, theirs: Recipient | None, viewer: Person) -> bool:
    """Tell whether what was withdrawn is kept from a recipient's eyes."""
    withdrawn = announcement.ended_as == "withdrawn"
    return withdrawn and theirs is not None and not policy.may_see_board(viewer, announcement)
