"""Refusals as SCIM has them (RFC 7644, 3.12)."""

from __future__ import annotations

from enterprise_social.core.errors import AppError


class ScimError(AppError):
    """A refusal with its ``scimType``, which is empty where the RFC has none for it."""

    def __init__(self, status: int, detail: str, scim_type: str = "") -> None:
        super().__init__(detail)
        self.status, self.scim_type = status, scim_type


def bad_filter(detail: str) -> ScimError:
    """Return the refusal of a filter that can't be read or carried out."""
    return ScimError(400, detail, "invalidFilter")


def bad_path(detail: str) -> ScimError:
    """Return the refusal of a path that can't be read or leads nowhere."""
    return ScimError(400, detail, "invalidPath")


def bad_value(detail: str) -> ScimError:
    """Return the refusal of a value that is needed, or isn't one that can be taken."""
    return ScimError(400, detail, "invalidValue")


def bad_syntax(detail: str) -> ScimError:
    """Return the refusal of a message that isn't of its form."""
    return ScimError(400, detail, "invalidSyntax")


def taken(detail: str) -> ScimError:
    """Return the refusal of what somebody else has already."""
    return ScimError(409, detail, "uniqueness")


def other_version() -> ScimError:
    """Return the refusal of a change to a version that is no longer the last one."""
    return ScimError(412, "The resource was changed since.")


def is_keepable(text: str) -> bool:
    """Tell whether a text can be kept and sent: without NUL and halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text
