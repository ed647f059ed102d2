"""Who may announce in one's name: a page of one's own settings."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.announcements import actions, policy
from enterprise_social.announcements.queries import settings
from enterprise_social.announcements.views.place import errors_of
from enterprise_social.core.access import find, find_where, require
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.people.models import Person

HERE = "/settings/delegates"
blueprint = Blueprint("announcement_delegates", __name__, url_prefix=HERE)


@blueprint.get("")
def index() -> str:
    """List who may announce in one's name."""
    return _page(_viewer())


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Let somebody announce in one's name."""
    viewer = _viewer()
    named = request.form.get("who", "").strip().lstrip("@").casefold()
    try:
        person = find_where(Person, (Person.username == named) | (Person.email == named), viewer)
        actions.delegate(viewer, person)
    except NotFound:
        unknown = {"who": [_("Nobody here has this username or e-mail address.")]}
        return _page(viewer, unknown), 422
    except AppError as error:
        return _page(viewer, {"who": errors_of(error, "person")["person"]}), error.status
    flash(_("%(name)s may announce in your name.", name=person.name))
    return redirect(HERE, 303)


@blueprint.post("/<int:person_id>/revocation")
def remove(person_id: int) -> ResponseReturnValue:
    """Take it back."""
    viewer = _viewer()
    actions.undelegate(viewer, find(Person, person_id, viewer))
    return redirect(HERE, 303)


def _viewer() -> Person:
    viewer = identity.signed_in()
    require(policy.may_announce(viewer), _("You may not announce to anybody. Admins grant it."))
    return viewer


def _page(viewer: Person, errors: dict[str, list[str]] | None = None) -> str:
    return render_template(
        "settings/delegates.html",
        page_title=_("Delegates"),
        delegates=settings.delegates_of(viewer),
        principals=settings.principals_of(viewer),
        given=request.form,
        errors=errors or {},
    )
