"""What admins set of sign-on: who may come in, as what, and what their groups mean here."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _

from enterprise_social.core import settings
from enterprise_social.people.details import clean_email
from enterprise_social.people.models import ROLES

PREFIX = "sign_on."
MOST_LINES = 200
# Fields of a person that a claim can fill, beside name, e-mail, language and time zone.
FIELDS = ("title", "department", "location", "phone", "pronouns", "employee_number")
_CLAIM = re.compile(r"[\x21-\x7e]{0,200}")


def get(name: str) -> Any:
    """Return one of the settings by its name within sign-on."""
    return settings.get(PREFIX + name)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("Choose yes or no."))
    return value


def _role(value: Any) -> str:
    # Nobody becomes an admin by merely having an account at the provider.
    if value not in ROLES or value == "admin":
        raise ValueError(_("Choose guest, employee or manager."))
    return str(value)


def _domains(value: Any) -> list[str]:
    given = value if isinstance(value, list) else []
    found = []
    for each in given:
        domain = str(each).strip().lower().lstrip("@")
        address = clean_email(f"somebody@{domain}")
        if address is None or "." not in domain:
            raise ValueError(_("“%(domain)s” is no domain.", domain=domain))
        found.append(address.partition("@")[2])
    if len(found) > MOST_LINES:
        raise ValueError(_("At most %(most)d of them.", most=MOST_LINES))
    return sorted(set(found))


def _claim(value: Any) -> str:
    name = str(value or "").strip()
    if not _CLAIM.fullmatch(name):
        raise ValueError(_("A claim's name has no spaces."))
    return name


def _claims(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not set(value) <= set(FIELDS):
        raise ValueError(_("There is no such field."))
    return {field: _claim(value[field]) for field in FIELDS if _claim(value.get(field))}


def _meanings(value: Any) -> list[dict[str, Any]]:
    """Clean what groups mean: ``{"claim", "role" or "", "group_id" or None}``."""
    if not isinstance(value, list) or len(value) > MOST_LINES:
        raise ValueError(_("At most %(most)d of them.", most=MOST_LINES))
    found = []
    for each in value:
        claim = str(each.get("claim", "")).strip()
        role, group_id = each.get("role") or "", each.get("group_id")
        if not 1 <= len(claim) <= 300:
            raise ValueError(_("Name the provider's group."))
        if role and role not in ROLES:
            raise ValueError(_("There is no such role."))
        if not role and not isinstance(group_id, int):
            raise ValueError(_("Choose a role or a group."))
        found.append({"claim": claim, "role": role, "group_id": group_id})
    return found


settings.define(PREFIX + "create_accounts", True, _switch)
settings.define(PREFIX + "domains", [], _domains)
settings.define(PREFIX + "role", "employee", _role)
settings.define(PREFIX + "update_profiles", True, _switch)
settings.define(PREFIX + "trust_email", False, _switch)
settings.define(PREFIX + "group_claim", "groups", _claim)
settings.define(PREFIX + "claims", {}, _claims)
settings.define(PREFIX + "groups", [], _meanings)
