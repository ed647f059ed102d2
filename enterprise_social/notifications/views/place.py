"""What the pages of notifications have in common."""

from __future__ import annotations

from flask import Blueprint, request

from enterprise_social.core.web import local_path

blueprint = Blueprint("notifications", __name__)
HERE = "/notifications"


def back(otherwise: str = HERE) -> str:
    """Return where a form wants to go back to."""
    return local_path(request.form.get("next"), otherwise)
