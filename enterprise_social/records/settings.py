"""What admins set about records, in force on every process."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _

from enterprise_social.core import settings
from enterprise_social.core.sealing import is_sealed
from enterprise_social.people.details import clean_email
from enterprise_social.records.models import LONGEST_DAYS

HEAD_MAILS = "records.head_mails"
HEAD_WEBHOOK = "records.head_webhook"
HEAD_SECRET = "records.head_webhook_secret"  # noqa: S105
RETENTION_DAYS = "records.retention_days"
DELETED_DAYS = "records.deleted_days"
# What the secret is sealed for.
PURPOSE = "records.head_webhook"
MOST_ADDRESSES = 20
LONGEST_ADDRESS = 500
DELETED_DAYS_DEFAULT = 30


def _mails(value: Any) -> list[str]:
    texts = re.split(r"[\s,;]+", value) if isinstance(value, str) else list(value or [])
    found: list[str] = []
    for each in filter(None, map(str, texts)):
        address = clean_email(each)
        if not address:
            raise ValueError(_("%(text)s is no e-mail address.", text=each[:100]))
        if address not in found:
            found.append(address)
    if len(found) > MOST_ADDRESSES:
        raise ValueError(_("At most %(most)d addresses.", most=MOST_ADDRESSES))
    return found


def _webhook(value: Any) -> str:
    text = str(value or "").strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or len(text) > LONGEST_ADDRESS or not text.isascii() or not text.isprintable():
        raise ValueError(_("Write a web address that begins with https://."))
    return text


def _secret(value: Any) -> str:
    text = str(value or "")
    if text and not is_sealed(text):
        raise ValueError(_("This must be sealed first."))
    return text


def days(value: Any) -> int | None:
    """Return a period in days, or None for ever. Raises ValueError for anything else."""
    if value is None or value == "":
        return None
    text = str(value).strip()
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= LONGEST_DAYS):
        raise ValueError(_("A number of days from 1 to %(most)d.", most=LONGEST_DAYS))
    return int(text)


def _deleted_days(value: Any) -> int:
    found = days(value)
    if found is None:
        raise ValueError(_("A number of days from 1 to %(most)d.", most=LONGEST_DAYS))
    return found


settings.define(HEAD_MAILS, [], _mails)
settings.define(HEAD_WEBHOOK, "", _webhook)
settings.define(HEAD_SECRET, "", _secret, secret=True)
settings.define(RETENTION_DAYS, None, days)
settings.define(DELETED_DAYS, DELETED_DAYS_DEFAULT, _deleted_days)
