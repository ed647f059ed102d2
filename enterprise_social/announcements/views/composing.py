"""Writing an announcement: the form, its preview, the draft that keeps itself, the confirmation."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from enterprise_social.accounts import identity
from enterprise_social.announcements import actions, checks, policy
from enterprise_social.announcements.forms import Given, Reading, of_template, shown
from enterprise_social.announcements.models import Announcement, Template
from enterprise_social.announcements.queries import lists
from enterprise_social.announcements.queries.attached import files_of
from enterprise_social.announcements.queries.attached import of_template as files_of_template
from enterprise_social.announcements.views import offers
from enterprise_social.announcements.views.arriving import with_copies, with_files
from enterprise_social.announcements.views.looks import (
    confirmation_page,
    form_page,
    look_of,
    reach_of,
)
from enterprise_social.announcements.views.place import HERE, blueprint, errors_of, found
from enterprise_social.core import limits
from enterprise_social.core.access import find, require
from enterprise_social.core.clock import now
from enterprise_social.core.errors import AppError, Conflict
from enterprise_social.files.limits import largest_form
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_ids

LONGEST_FORM = 200_000


def _author() -> Person:
    viewer = identity.signed_in()
    require(policy.may_announce(viewer), _("You may not announce to anybody. Admins grant it."))
    return viewer


@blueprint.get("/new")
def new() -> str:
    """Show an empty form, or one that a template begins."""
    viewer = _author()
    template_id = request.args.get("template", "")
    form: Given = MultiDict({"priority": "routine", "asks": "nothing", "when": "now"})
    if template_id.isdecimal() and len(template_id) < 19:
        content = find(Template, int(template_id), viewer).content
        form = of_template(content, list(by_ids(content.get("responder_ids") or ()).values()))
        form["when"] = "now"
        form.setlist("file_ids", [str(each) for each in files_of_template(int(template_id))])
    form["client_id"] = secrets.token_urlsafe(16)
    return form_page(viewer, form)


@blueprint.post("")
@identity.large_form(largest_form)
def create() -> ResponseReturnValue:
    """Begin a draft, and do what was asked for with it."""
    return _save(_author(), None)


@blueprint.get("/<int:announcement_id>/edit")
def edit(announcement_id: int) -> ResponseReturnValue:
    """Show the form of a draft, or of what waits or is scheduled."""
    viewer, draft = _draft(announcement_id)
    if draft.state in policy.SHOWN_STATES:
        return redirect(f"{HERE}/{draft.id}", 303)
    files = files_of([draft.id])[draft.id]
    return form_page(viewer, shown(draft, lists.responders_of(draft.id), files, viewer), draft)


@blueprint.post("/<int:announcement_id>")
@identity.large_form(largest_form)
def save(announcement_id: int) -> ResponseReturnValue:
    """Save a draft, and do what was asked for with it."""
    viewer, draft = _draft(announcement_id)
    return _save(viewer, draft)


@blueprint.post("/autosave")
@limits.limiter.limit(limits.WRITES)
def autosave() -> ResponseReturnValue:
    """Keep what stands in the form, as far as it can be taken; scripts ask for it by themselves."""
    viewer = _author()
    draft = _draft(_number("announcement_id"))[1] if request.form.get("announcement_id") else None
    reading = Reading(with_copies(viewer, request.form, draft), viewer)
    fields = reading.fields
    if draft is None:
        if not any(fields.get(name) for name in ("title", "body", "audience_text", "file_ids")):
            return "", 204
        draft, is_new = actions.create_draft(viewer, client_id=_client_id(), **fields)
        if not is_new:
            draft = _updated(viewer, draft, fields)
    else:
        draft = _updated(viewer, draft, fields)
    return render_template("announcements/saved.html", draft=draft, moment=now())


@blueprint.post("/preview")
@limits.limiter.limit(limits.READS)
def preview() -> str:
    """Show whom the form's audience means, and how it will look; nothing is kept."""
    viewer = _author()
    reading = Reading(request.form, viewer)
    return render_template(
        "announcements/preview_parts.html",
        form=request.form,
        audience=reading.audience,
        reach=reach_of(viewer, reading.fields, reading.audience.text, request.form),
        look=look_of(viewer, reading.fields),
        offers=offers.kinds(),
        errors=reading.audience.errors,
    )


@blueprint.get("/values")
@limits.limiter.limit(limits.READS)
def values() -> str:
    """Suggest what may be chosen for an audience."""
    viewer = _author()
    found = offers.values(viewer, request.args.get("kind", ""), request.args.get("q", "")[:80])
    return render_template("announcements/_values.html", values=found)


@blueprint.get("/<int:announcement_id>/confirmation")
def confirm(announcement_id: int) -> ResponseReturnValue:
    """Show once more what will be sent, and to how many."""
    viewer, draft = _draft(announcement_id)
    if draft.state in (*policy.SHOWN_STATES, "waiting", "scheduled"):
        return redirect(f"{HERE}/{draft.id}", 303)
    return confirmation_page(viewer, draft)


@blueprint.post("/<int:announcement_id>/publication")
def publish(announcement_id: int) -> ResponseReturnValue:
    """Send what was confirmed."""
    viewer, draft = found(announcement_id)
    try:
        done = actions.publish(viewer, draft, version=_number("version"))
    except AppError as error:
        if error.status not in (409, 422):
            raise
        return confirmation_page(viewer, draft, errors_of(error)), error.status
    if done.state == "published":
        return redirect(f"{HERE}/{done.id}/board", 303)
    return redirect(f"{HERE}/{done.id}", 303)


@blueprint.post("/<int:announcement_id>/approval")
def approval(announcement_id: int) -> ResponseReturnValue:
    """Give the second person's word, or send it back to its author."""
    viewer, waiting = found(announcement_id)
    if request.form.get("approved") == "1":
        read = _number("version") if "version" in request.form else None
        actions.approve(viewer, waiting, version=read)
        flash(_("It goes out."))
    else:
        actions.send_back(viewer, waiting)
        flash(_("It is its author's draft again."))
    return redirect(f"{HERE}?show=approve", 303)


@blueprint.post("/<int:announcement_id>/discarding")
def discard(announcement_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    viewer, draft = found(announcement_id)
    actions.discard_draft(viewer, draft)
    flash(_("The draft is gone."))
    return redirect(f"{HERE}?show=sent", 303)


@blueprint.post("/templates/<int:template_id>/deletion")
def delete_template(template_id: int) -> ResponseReturnValue:
    """Throw one's own template away."""
    viewer = identity.signed_in()
    actions.delete_template(viewer, find(Template, template_id, viewer))
    return redirect(f"{HERE}/new", 303)


def _draft(announcement_id: int) -> tuple[Person, Announcement]:
    viewer, draft = found(announcement_id)
    require(policy.may_manage(viewer, draft), _("This is not your announcement."))
    return viewer, draft


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _client_id() -> str | None:
    return request.form.get("client_id", "")[:64] or None


def _save(viewer: Person, draft: Announcement | None) -> ResponseReturnValue:
    do = request.form.get("do", "save")
    try:
        form = with_files(viewer, draft)
    except AppError as error:
        return form_page(viewer, request.form, draft, errors_of(error, "file_ids")), error.status
    if do in ("add", "text", "chips", "preview") or do.startswith("drop:"):
        return form_page(viewer, form, draft)
    reading = Reading(form, viewer)
    if reading.errors:
        return form_page(viewer, form, draft, reading.errors), 422
    try:
        draft = _written(viewer, draft, reading.fields)
        return _done(viewer, draft, do, form)
    except Conflict as error:
        if draft is not None and draft.state in policy.SHOWN_STATES:
            return redirect(f"{HERE}/{draft.id}/board", 303)  # sent twice: it is sent once
        return form_page(viewer, form, draft, errors_of(error)), error.status
    except AppError as error:
        if error.status not in (413, 422):
            raise
        field = "file_ids" if error.status == 413 else "form"
        return form_page(viewer, form, draft, errors_of(error, field)), error.status


def _written(viewer: Person, draft: Announcement | None, fields: dict[str, Any]) -> Announcement:
    if draft is None:
        draft, is_new = actions.create_draft(
            viewer, client_id=_client_id(), in_name_of=_principal(viewer), **fields
        )
        if is_new:
            return draft
        if draft.state in policy.SHOWN_STATES:
            return draft
    return _updated(viewer, draft, fields, voice=True)


def _updated(
    viewer: Person, draft: Announcement, fields: dict[str, Any], *, voice: bool = False
) -> Announcement:
    """Write the draft where something is different: its version is what gets confirmed."""
    now_there = {name: getattr(draft, name, None) for name in fields if name != "responder_ids"}
    now_there["file_ids"] = [each.id for each in files_of([draft.id])[draft.id]]
    now_there["responder_ids"] = sorted(each.id for each in lists.responders_of(draft.id))
    same = all(
        (sorted(value) if name == "responder_ids" else value) == now_there[name]
        for name, value in fields.items()
    )
    principal = _principal(viewer) if voice and "in_name_of" in request.form else None
    wanted_id = principal.id if principal and principal.id != viewer.id else None
    speaks_same = not voice or "in_name_of" not in request.form or wanted_id == draft.in_name_of_id
    if same and speaks_same and draft.state == "draft":
        return draft
    if speaks_same:
        return actions.update_draft(viewer, draft, **fields)
    return actions.update_draft(viewer, draft, in_name_of=principal, **fields)


def _principal(viewer: Person) -> Person | None:
    person_id = _number("in_name_of")
    return find(Person, person_id, viewer) if person_id else None


def _done(viewer: Person, draft: Announcement, do: str, form: Given) -> ResponseReturnValue:
    if draft.state in policy.SHOWN_STATES:
        return redirect(f"{HERE}/{draft.id}/board", 303)  # sent twice: it is sent once
    if do == "send":
        problems = checks.outlook(viewer, draft).errors
        if problems:
            return form_page(viewer, form, draft, problems), 422
        return redirect(f"{HERE}/{draft.id}/confirmation", 303)
    if do == "test":
        actions.send_test(viewer, draft)
        flash(_("A test is on its way to you alone. It is over in an hour."))
    elif do == "template":
        name = request.form.get("template_name", "")
        shared = request.form.get("template_shared") == "1"
        actions.save_template(viewer, draft, name, shared=shared)
        flash(_("Kept as a template."))
    else:
        flash(_("Draft saved."))
    return redirect(f"{HERE}/{draft.id}/edit", 303)
