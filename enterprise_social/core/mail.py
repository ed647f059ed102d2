"""Mail through a Sender: written to a folder by default, SMTP by setting."""

from __future__ import annotations

import hashlib
import hmac
import logging
import smtplib
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid, parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app

from enterprise_social.core.events import Event, after, announce
from enterprise_social.core.sealing import is_sealed, seal, unseal

log = logging.getLogger(__name__)
CONNECT_SECONDS = 10
# A server may take its time after the last line (RFC 5321, 4.5.3.2.6 wants ten minutes): whoever
# gives up earlier has the mail sent twice.
REPLY_SECONDS = 60
SEALED_FOR = "mail.text"


class MailRefused(Exception):
    """The server doesn't take this one mail; the message is its reason."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class MailServerAway(Exception):
    """The server takes no mail now, whoever it is for; the message says why."""


class Line(Protocol):
    """An open connection that mails are handed over by, one after the other."""

    def hand_over(self, to: str, data: bytes) -> None:
        """Hand a whole mail over to one address.

        Raises MailRefused, after which the line goes on, and MailServerAway.
        """


class Sender(Protocol):
    """A way to send mails."""

    def send(self, message: EmailMessage) -> None:
        """Send one; raises OSError or smtplib.SMTPException where it can't be handed over."""

    def line(self) -> AbstractContextManager[Line]:
        """Open a line for several mails. Raises MailServerAway."""


class FolderSender:
    """Writes mails into a private folder and logs only that it did: links in mails are secrets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the mail as a file that mail programs open."""
        self.hand_over("", message.as_bytes(policy=SMTP))

    def hand_over(self, to: str, data: bytes) -> None:
        """Write a whole mail. Raises MailServerAway where the disk doesn't take it."""
        del to  # stands in the mail
        path = self._folder / f"{time.time_ns()}.eml"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            raise MailServerAway(_reason(error)) from error
        log.info("mail written to %s", path.name)

    @contextmanager
    def line(self) -> Iterator[Line]:
        """Write one after the other."""
        yield self


class SmtpSender:
    """Hands mails to an SMTP server (RFC 5321), with STARTTLS where it is offered."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        """Deliver the mail to the server."""
        with self._connect() as server:
            self._sign_in(server)
            server.send_message(message)

    @contextmanager
    def line(self) -> Iterator[Line]:
        """Connect once for several mails."""
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerAway(_reason(error)) from error
        try:
            try:
                self._sign_in(server)
            except (OSError, smtplib.SMTPException) as error:
                raise MailServerAway(_reason(error)) from error
            yield _SmtpLine(server, address())
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    def check(self) -> None:
        """Connect and sign in without sending; raises what ``send`` would."""
        with self._connect() as server:
            self._sign_in(server)
            server.noop()

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))

    def _connect(self) -> smtplib.SMTP:
        host = self._url.hostname or "localhost"
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host,
                self._url.port or 465,
                timeout=CONNECT_SECONDS,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(host, self._url.port or 25, timeout=CONNECT_SECONDS)
            try:
                if server.ehlo()[0] == 250 and server.has_extn("starttls"):
                    server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        if server.sock is not None:
            server.sock.settimeout(REPLY_SECONDS)
        return server


class _SmtpLine:
    def __init__(self, server: smtplib.SMTP, sender_address: str) -> None:
        self._server = server
        self._from = sender_address

    def hand_over(self, to: str, data: bytes) -> None:
        """Hand one over, and tell apart whether it or the server is the trouble."""
        options = () if to.isascii() else ("SMTPUTF8", "BODY=8BITMIME")
        try:
            self._server.sendmail(self._from, [to], data, mail_options=options)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refusal(code, text) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPNotSupportedError, ValueError) as error:
            # An address that this server can't take.
            raise MailRefused(_reason(error), for_good=True) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailServerAway(_reason(error)) from error


def _refusal(code: int, text: bytes | str) -> MailRefused | MailServerAway:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    reason = f"{code} {words}"
    if code == 421:  # the server is about to hang up (RFC 5321, 3.8)
        return MailServerAway(reason)
    return MailRefused(reason, for_good=code >= 500)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_refusal(error.smtp_code, error.smtp_error))
    return f"{type(error).__name__}: {error}"


@dataclass(frozen=True)
class MailQueued(Event):
    """A mail is to be sent; its text, which may hold a link that signs in, is sealed."""

    to: str
    to_name: str
    subject: str
    text: str
    message_id: str


def send(to: str, subject: str, text: str, *, to_name: str = "") -> None:
    """Queue a plain-text mail with the running action; the worker sends it.

    ``text`` is whole, with its links; line breaks in ``subject`` are taken out.
    """
    subject = " ".join(subject.split())
    sealed = seal(text, SEALED_FOR)
    announce(MailQueued(to, to_name, subject, sealed, make_msgid(domain=domain())))


def domain() -> str:
    """Return the domain that mails come from, for their ids."""
    return address().partition("@")[2] or "localhost"


def address() -> str:
    """Return the address that mails come from."""
    return parseaddr(current_app.config["MAIL_FROM"])[1]


def sender() -> Sender:
    """Return the Sender of the current application."""
    found: Sender = current_app.extensions["mail"]
    return found


@after(MailQueued, lane="mail")
def _deliver(event: MailQueued) -> None:
    # What was queued by a version before this one waits in the clear.
    text = unseal(event.text, SEALED_FOR) if is_sealed(event.text) else event.text
    sender().send(compose(event.to, event.to_name, event.subject, text, event.message_id))


def fixed_id(name: str) -> str:
    """Return a Message-ID (RFC 5322, 3.6.4) that is the same each time and of this installation.

    Mail programs know by it a mail that comes twice, and what belongs together.
    """
    key = current_app.config["SECRET_KEY"].encode()
    ours = hmac.new(key, f"message-id:{name}".encode(), hashlib.sha256).hexdigest()[:12]
    return f"<{name}.{ours}@{domain()}>"


def compose(
    to: str,
    to_name: str,
    subject: str,
    text: str,
    message_id: str,
    *,
    html: str = "",
    headers: Mapping[str, str] | None = None,
) -> EmailMessage:
    """Return a mail of the application's: plain text, and the same as HTML where it is given.

    Line breaks in ``subject`` are taken out. Raises ValueError for an address that is none.
    """
    message = EmailMessage()
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = Address(to_name, addr_spec=to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate()
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def register(app: Flask) -> None:
    """Choose the Sender of ``app``."""
    url = app.config["SMTP_URL"]
    folder = Path(app.config["DATA_DIR"]) / "mail"
    app.extensions["mail"] = SmtpSender(url) if url else FolderSender(folder)
