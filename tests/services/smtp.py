"""An SMTP server that keeps every mail it gets."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller

from tests.services.process import free_port


class MailSink:
    """The server; ``url`` is its address, ``mails`` what arrived, the oldest first."""

    def __init__(self) -> None:
        """Start it on a free port."""
        self.mails: list[EmailMessage] = []
        self._arrived = Condition()
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one mail; the name is aiosmtpd's."""
        mail = message_from_bytes(envelope.content, policy=policy.default)
        with self._arrived:
            self.mails.append(mail)  # type: ignore[arg-type]
            self._arrived.notify_all()
        return "250 kept"

    def wait_for(self, address: str, seconds: float = 10) -> EmailMessage:
        """Return the newest mail to ``address``, once there is one."""

        def found() -> EmailMessage | None:
            return next((m for m in reversed(self.mails) if address in str(m["To"])), None)

        with self._arrived:
            if not self._arrived.wait_for(lambda: found() is not None, seconds):
                raise TimeoutError(f"no mail to {address} within {seconds:g} s")
            mail = found()
        assert mail is not None
        return mail

    def stop(self) -> None:
        """End it."""
        self._controller.stop()
