"""Why somebody whom the provider knows isn't let in, in words for them."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.core.errors import Forbidden


class SignOnRefused(Forbidden):
    """The provider knows them, and they still can't come in; ``reason`` is for log and tests."""

    def __init__(self, reason: str) -> None:
        super().__init__(_sentence(reason))
        self.reason = reason


def _sentence(reason: str) -> str:
    return {
        "deactivated": _("Your account here is closed. If that is a mistake, ask an admin."),
        "suspended": _("Your account here is suspended for now."),
        "unverified": _(
            "The provider doesn't vouch for your e-mail address, so we can't tell whether you are "
            "who has it here. Have it verified there, or ask an admin."
        ),
        "taken": _(
            "Somebody with another account at the provider has your e-mail address here. "
            "Ask an admin."
        ),
        "no_account": _("You have no account here yet. Ask an admin for an invitation."),
        "domain": _("Addresses of this domain get no account by themselves. Ask an admin."),
        "no_email": _("The provider didn't tell your e-mail address. Ask an admin."),
    }[reason]
