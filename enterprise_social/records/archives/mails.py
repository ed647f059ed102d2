"""Posts as mails that any mail program opens: RFC 5322, threads by References, MIME (RFC 2045).

Written in pieces: an attachment of any size passes through without being held.
"""

from __future__ import annotations

import re
import secrets
from base64 import encodebytes
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from enterprise_social.core.mail import fixed_id
from enterprise_social.records.archives.reading import KnownPerson

# Lines of base64 hold 57 bytes each (RFC 2045, 6.8): pieces must be a multiple of them.
PIECE = 57 * 4096
LONGEST_SUBJECT = 120
MOST_OF_A_NAME = 75  # letters of a file's; each takes up to twelve bytes
LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1
LONGEST_LINE = 900  # of 998 (RFC 5322, 2.1.1)
# An address that can stand between angle brackets as it is.
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x1f\x7f]+@[^\s<>()\[\]\\,;:\"@\x00-\x1f\x7f]+\Z")
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
    """Yield a mail with CRLF line ends.

    Written by hand: the standard library takes milliseconds for each, which is hours for a million.
    """
    text = base64_lines(
        letter.text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    )
    plain = (
        b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + text
    )
    head = _head(letter) + b"MIME-Version: 1.0\r\n"
    if not letter.attached:
        yield head + plain
        return
    boundary = f"=_{secrets.token_hex(16)}"
    kind = f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
    yield head + f"{kind}--{boundary}\r\n".encode() + plain
    for each in letter.attached:
        yield f"\r\n--{boundary}\r\n".encode()
        yield from _attached(each)
    yield f"\r\n--{boundary}--\r\n".encode()


def base64_lines(content: bytes) -> bytes:
    """Return content in base64, in lines that end as mails' do."""
    return encodebytes(content).replace(b"\n", b"\r\n")


def _head(letter: Letter) -> bytes:
    to = ",\r\n ".join(_address(each) for each in letter.to) or f"{_phrase(letter.place)}:;"
    lines = [
        f"From: {_address(letter.author)}",
        f"To: {to}",
        f"Subject: {_words(_one_line(letter.subject)[:LONGEST_SUBJECT])}",
        f"Date: {format_datetime(letter.at)}",
        f"Message-ID: {message_id(letter.post_id)}",
    ]
    named = [each for each in (letter.root_id, letter.quoted_id) if each is not None]
    if letter.root_id is not None:
        lines.append(f"In-Reply-To: {message_id(letter.root_id)}")
    if named:
        lines.append(
            "References: " + "\r\n ".join(message_id(each) for each in dict.fromkeys(named))
        )
    lines += [f"{HEADER}{name}: {_words(_one_line(value))}" for name, value in letter.facts.items()]
    return ("\r\n".join(lines) + "\r\n").encode()


def _attached(each: Attached) -> Iterator[bytes]:
    kind = each.mime if _is_mime(each.mime) else "application/octet-stream"
    name = quote(_one_line(each.name)[:MOST_OF_A_NAME], safe="")
    yield (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        # RFC 2231: names of any letters.
        f"Content-Disposition: attachment;\r\n filename*=utf-8''{name}\r\n\r\n"
    ).encode()
    rest = b""
    for block in each.content():
        rest += block
        whole = len(rest) - len(rest) % PIECE
        if whole:
            yield base64_lines(rest[:whole])
            rest = rest[whole:]
    yield base64_lines(rest)


def _is_mime(text: str) -> bool:
    kind, slash, sort = text.partition("/")
    letters = f"{kind}{sort}".replace("-", "").replace(".", "").replace("+", "")
    # A message inside a message may not be base64 (RFC 2046, 5.2.1).
    return bool(slash and letters.isascii() and letters.isalnum() and kind not in (
        "message", "multipart"
    ))  # fmt: skip


def _address(person: KnownPerson | None) -> str:
    """Return a mailbox (RFC 5322, 3.4), in UTF-8 where the address needs it (RFC 6532)."""
    if person is None:
        return "<nobody@invalid>"
    address = person.email
    if not _ADDRESS.match(address) or len(address) > LONGEST_ADDRESS:
        address = f"person-{person.id}@invalid"
    return f"{_phrase(person.name)} <{address}>"


def _phrase(text: str) -> str:
    """Return text as a name: quoted, or as encoded words (RFC 2047)."""
    clean = _one_line(text)[:LONGEST_SUBJECT]
    if not clean.isascii() or "=?" in clean:
        return _words(clean)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _words(clean: str) -> str:
    """Return a line of text as a header holds it."""
    if clean.isascii() and len(clean) < LONGEST_LINE and "=?" not in clean:
        return clean
    return Header(clean, "utf-8").encode(linesep="\r\n")


def _one_line(text: Any) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
