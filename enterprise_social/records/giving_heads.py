"""The audit log's head, brought every day to those who keep it outside: by mail, by web request.

Whoever can write the database can also write the log anew, hashes and all. They can't write what
others hold: `audit verify --head` finds a log that doesn't hold what was given out.
"""

from __future__ import annotations

import json

from flask import current_app
from flask_babel import gettext as _

from enterprise_social.core import mail, settings
from enterprise_social.core.actions import action, finish_reading
from enterprise_social.core.audit.checking import KnownHead
from enterprise_social.core.clock import rfc3339
from enterprise_social.core.db import db
from enterprise_social.core.organisation import organisation_name
from enterprise_social.core.outgoing import outgoing
from enterprise_social.core.sealing import unseal
from enterprise_social.core.signatures import sign
from enterprise_social.records.models import GivenHead
from enterprise_social.records.queries.audit import given_heads
from enterprise_social.records.settings import HEAD_MAILS, HEAD_SECRET, HEAD_WEBHOOK, PURPOSE


def written(given: GivenHead) -> str:
    """Return a head as it is given out: the number of the last entry, and its hash."""
    return f"{given.entry_id}:{given.hash}"


def read(text: str) -> KnownHead:
    """Read a head, with or without its number. Raises ValueError for anything else."""
    number, colon, digest = text.strip().rpartition(":")
    digest = digest.lower()
    if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ValueError("a head is 64 hexadecimal digits, as it was given out")
    if not colon:
        return KnownHead(digest)
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise ValueError("before the colon stands the number of the entry")
    return KnownHead(digest, int(number))


def known_heads() -> list[KnownHead]:
    """Return the heads that this database remembers to have given out, of a year."""
    return [KnownHead(each.hash, each.entry_id) for each in given_heads(366) if each.entry_id]


@action
def mail_head(day: str) -> None:
    """Write the head of a day to the addresses that are set."""
    given = db.session.get(GivenHead, day)
    if given is None:
        return
    for address in settings.get(HEAD_MAILS):
        mail.send(address, _subject(given), _letter(given))


def post_head(day: str) -> None:
    """Send the head of a day to the web address that is set, signed.

    Raises RuntimeError, NotAllowed or Unreachable where it was not taken: it is tried again.
    """
    given = db.session.get(GivenHead, day)
    url, sealed = settings.get(HEAD_WEBHOOK), settings.get(HEAD_SECRET)
    if given is None or not url:
        return
    data = {
        "day": given.day,
        "entry": given.entry_id,
        "hash": given.hash,
        "head": written(given),
        "at": rfc3339(given.at),
        "installation": current_app.config["BASE_URL"],
    }
    body = json.dumps({"type": "audit.head", "data": data}).encode()
    # The same day is the same request, however often it is sent.
    key = f"audit-head-{given.day}"
    finish_reading()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "enterprise-social",
        "Idempotency-Key": key,
        **sign(unseal(sealed, PURPOSE), key, body),
    }
    with outgoing() as lines:
        answer = lines.post(url, body, headers)
    if not answer.ok:
        raise RuntimeError(f"the server answered {answer.status}")


def _subject(given: GivenHead) -> str:
    return _(
        "%(name)s: the audit log on %(day)s, %(count)s entries",
        name=organisation_name(),
        day=given.day,
        count=given.entry_id,
    )


def _letter(given: GivenHead) -> str:
    return _(
        "On %(day)s the audit log of %(url)s ended with this entry:\n\n"
        "    %(head)s\n\n"
        "Keep this mail. If the log is ever in doubt, this finds out whether anything up to that "
        "entry was changed, removed or added since:\n\n"
        "    enterprise-social audit verify --head %(head)s\n",
        day=given.day,
        url=current_app.config["BASE_URL"],
        head=written(given),
    )
