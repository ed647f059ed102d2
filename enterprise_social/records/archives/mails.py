"""Posts as mails that any mail program opens: RFC 5322, threads by References, MIME (RFC 2045).

Written in pieces: an attachment of any size passes through without being held.
"""

from __future__ import annotations

import secrets
from base64 import encodebytes
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime
from typing import Any

from enterprise_social.core.mail import fixed_id
from enterprise_social.records.archives.reading import KnownPerson

# Lines of base64 hold 57 bytes each (RFC 2045, 6.8): pieces must be a multiple of them.
PIECE = 57 * 4096
LONGEST_SUBJECT = 120
HEADER = "X-Enterprise-Social-"


@dataclass(frozen=True)
class Attached:
    """Something that comes with a mail."""

    name: str
    mime: str
    content: Callable[[], Iterable[bytes]]


@dataclass(frozen=True)
class Letter:
    """A post on its way to become a mail. ``facts`` become header fields of our own."""

    post_id: int
    root_id: int | None
    quoted_id: int | None
    author: KnownPerson | None
    to: Sequence[KnownPerson]
    place: str
    subject: str
    at: datetime
    text: str
    facts: dict[str, str]
    attached: Sequence[Attached] = ()


def message_id(post_id: int) -> str:
    """Return the Message-ID of a post, the same in each archive of this installation."""
    return fixed_id(f"post-{post_id}")


def mail(letter: Letter) -> Iterator[bytes]:
    """Yield a mail with CRLF line ends."""
    policy = _policy(letter)
    message = _head(letter, policy)
    if not letter.attached:
        message.set_content(letter.text, cte="base64")
        yield message.as_bytes()
        return
    boundary = f"=_{secrets.token_hex(16)}"
    message["MIME-Version"] = "1.0"
    message["Content-Type"] = f'multipart/mixed; boundary="{boundary}"'
    yield _only_head(message)
    text = EmailMessage(policy=policy)
    text.set_content(letter.text, cte="base64")
    del text["MIME-Version"]
    yield f"--{boundary}\r\n".encode() + text.as_bytes()
    for each in letter.attached:
        yield f"\r\n--{boundary}\r\n".encode()
        yield from _attached(each, policy)
    yield f"\r\n--{boundary}--\r\n".encode()


def _policy(letter: Letter) -> EmailPolicy[Any]:
    """Encode headers for every program, unless an address needs more than ASCII (RFC 6532)."""
    people = [*letter.to, *([letter.author] if letter.author else [])]
    return SMTP if all(person.email.isascii() for person in people) else SMTPUTF8


def _only_head(message: EmailMessage) -> bytes:
    """Return the head and the empty line; the parts that follow are written by hand."""
    return message.as_bytes().partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def _head(letter: Letter, policy: EmailPolicy[Any]) -> EmailMessage:
    message = EmailMessage(policy=policy)
    message["From"] = _address(letter.author)
    message["To"] = [_address(each) for each in letter.to] or f"{_phrase(letter.place)}:;"
    message["Subject"] = _one_line(letter.subject)[:LONGEST_SUBJECT]
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = message_id(letter.post_id)
    named = [each for each in (letter.root_id, letter.quoted_id) if each is not None]
    if letter.root_id is not None:
        message["In-Reply-To"] = message_id(letter.root_id)
    if named:
        message["References"] = " ".join(message_id(each) for each in dict.fromkeys(named))
    for name, value in letter.facts.items():
        message[HEADER + name] = _one_line(value)
    return message


def _attached(each: Attached, policy: EmailPolicy[Any]) -> Iterator[bytes]:
    head = EmailMessage(policy=policy)
    kind = each.mime if _is_mime(each.mime) else "application/octet-stream"
    head["Content-Type"] = kind
    head["Content-Transfer-Encoding"] = "base64"
    head.add_header("Content-Disposition", "attachment", filename=_one_line(each.name))
    yield _only_head(head)
    rest = b""
    for block in each.content():
        rest += block
        whole = len(rest) - len(rest) % PIECE
        if whole:
            yield encodebytes(rest[:whole]).replace(b"\n", b"\r\n")
            rest = rest[whole:]
    yield encodebytes(rest).replace(b"\n", b"\r\n")


def _is_mime(text: str) -> bool:
    kind, slash, sort = text.partition("/")
    letters = f"{kind}{sort}".replace("-", "").replace(".", "").replace("+", "")
    # A message inside a message may not be base64 (RFC 2046, 5.2.1).
    return bool(slash and letters.isascii() and letters.isalnum() and kind not in (
        "message", "multipart"
    ))  # fmt: skip


def _address(person: KnownPerson | None) -> Address:
    if person is None:
        return Address("", "nobody", "invalid")
    try:
        return Address(_one_line(person.name), addr_spec=person.email)
    except ValueError:
        return Address(_one_line(person.name), f"person-{person.id}", "invalid")


def _phrase(text: str) -> str:
    """Return text as the name of an empty group of addresses (RFC 5322, 3.4)."""
    inner = _one_line(text).replace("\\", "").replace('"', "")
    return f'"{inner}"'


def _one_line(text: Any) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
