"""An SMTP server that keeps every mail it gets, or misbehaves as mail servers do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller

from tests.services.process import free_port


class MailSink:
    """The server; ``url`` is its address, ``mails`` what arrived, the oldest first.

    ``refuse(address)`` returns what a recipient is answered, such as ``550 unknown``, or an empty
    text for the usual; ``slowness`` is how many seconds it takes for each mail.
    """

    def __init__(self, port: int = 0) -> None:
        """Start it on a free port, or on the one where another one was."""
        self.mails: list[EmailMessage] = []
        self.connections = 0
        self.refuse: Callable[[str], str] = lambda _address: ""
        self.slowness = 0.0
        self._arrived = Condition()
        self.port = port or free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count one connection more; the name is aiosmtpd's, as the others."""
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a recipient, or answer what ``refuse`` says."""
        refusal = self.refuse(address)
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 go on"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take one mail."""
        if self.slowness:
            await asyncio.sleep(self.slowness)
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
        """End it; a second time nothing happens."""
        if self._controller.server is not None:
            self._controller.stop()
