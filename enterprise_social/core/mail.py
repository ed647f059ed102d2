"""Mail through a Sender: written to a folder by default, SMTP by setting."""

from __future__ import annotations

import logging
import smtplib
import ssl
import time
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

log = logging.getLogger(__name__)
SMTP_TIMEOUT_SECONDS = 20


class Sender(Protocol):
    """A way to send one mail."""

    def send(self, message: EmailMessage) -> None:
        """Send it; raises OSError or smtplib.SMTPException where it can't be handed over."""


class FolderSender:
    """Writes mails into a private folder and logs only that it did: links in mails are secrets."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage) -> None:
        """Write the mail as a file that mail programs open."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{time.time_ns()}.eml"
        path.write_bytes(message.as_bytes(policy=SMTP))
        log.info("mail written to %s", path.name)


class SmtpSender:
    """Hands mails to an SMTP server (RFC 5321), with STARTTLS where it is offered."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        """Deliver the mail to the server."""
        with self._connect() as server:
            self._sign_in(server)
            server.send_message(message)

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
            return smtplib.SMTP_SSL(
                host,
                self._url.port or 465,
                timeout=SMTP_TIMEOUT_SECONDS,
                context=ssl.create_default_context(),
            )
        server = smtplib.SMTP(host, self._url.port or 25, timeout=SMTP_TIMEOUT_SECONDS)
        if server.ehlo()[0] == 250 and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        return server


@dataclass(frozen=True)
class MailQueued(Event):
    """A mail is to be sent."""

    to: str
    to_name: str
    subject: str
    text: str
    message_id: str


def send(to: str, subject: str, text: str, *, to_name: str = "") -> None:
    """Queue a plain-text mail with the running action; the worker sends it.

    ``text`` is whole, with its links; line breaks in ``subject`` are taken out.
    """
    domain = parseaddr(current_app.config["MAIL_FROM"])[1].partition("@")[2] or "localhost"
    subject = " ".join(subject.split())
    announce(MailQueued(to, to_name, subject, text, make_msgid(domain=domain)))


@after(MailQueued, lane="mail")
def _deliver(event: MailQueued) -> None:
    message = EmailMessage()
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = Address(event.to_name, addr_spec=event.to)
    message["Subject"] = event.subject
    message["Date"] = formatdate()
    message["Message-ID"] = event.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(event.text)
    sender: Sender = current_app.extensions["mail"]
    sender.send(message)


def register(app: Flask) -> None:
    """Choose the Sender of ``app``."""
    url = app.config["SMTP_URL"]
    folder = Path(app.config["DATA_DIR"]) / "mail"
    app.extensions["mail"] = SmtpSender(url) if url else FolderSender(folder)
