"""What the pages of following have in common."""

from __future__ import annotations

from flask import Blueprint, request

from enterprise_social.accounts import identity
from enterprise_social.core.errors import NotFound
from enterprise_social.core.web import local_path
from enterprise_social.people.models import Person
from enterprise_social.people.queries import by_username

blueprint = Blueprint("following", __name__)


def named(username: str) -> Person:
    """Return whom an address names, if whoever asks may know of them. Raises NotFound."""
    person = by_username(username, identity.signed_in())
    if person is None:
        raise NotFound()
    return person


def back(otherwise: str) -> str:
    """Return where a form wants to go back to."""
    return local_path(request.form.get("next"), otherwise)
