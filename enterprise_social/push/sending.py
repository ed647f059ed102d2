"""Pushing: a message, sealed for a browser, is handed to its push service (RFC 8030)."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app

from enterprise_social.core.outgoing import (
    Answer,
    NotAllowed,
    Outgoing,
    Unreachable,
    outgoing,
    split,
)
from enterprise_social.push import vapid
from enterprise_social.push.models import PushSubscription
from enterprise_social.push.sealing import LARGEST, seal

log = logging.getLogger(__name__)
AT_ONCE = 16
FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 300.0
LONGEST_WAIT_SECONDS = 3600.0
LONGEST_TOPIC = 32  # characters of base64url (RFC 8030, 5.4)
URGENCIES = ("very-low", "low", "normal", "high")


@dataclass(frozen=True)
class Notice:
    """What is shown. ``url`` is a path of ours; of one ``tag`` a browser shows the newest only.

    ``seconds`` is how long the push service keeps it for a browser that is away; ``silent`` shows
    it without a sound. ``urgency`` is of URGENCIES: a sleeping telephone is woken for ``high``.
    """

    title: str
    body: str
    url: str
    tag: str
    silent: bool = False
    urgency: str = "normal"
    seconds: int = 24 * 3600

    def payload(self) -> bytes:
        """Return it as the service worker reads it, cut where it is too long to be pushed."""
        body = self.body
        while True:
            shown = {"title": self.title, "body": body, "url": self.url, "tag": self.tag}
            packed = json.dumps({**shown, "silent": self.silent}, ensure_ascii=False).encode()
            if len(packed) <= LARGEST or not body:
                return packed
            body = body[: len(body) // 2]


@dataclass(frozen=True)
class Outcome:
    """What came of one: ``taken``, ``gone`` (the browser is no longer there), ``later`` or
    ``refused``.

    ``wait`` is when to try again; ``away`` says that the push service is, not this one browser.
    """

    subscription_id: int
    state: str
    reason: str = ""
    wait: timedelta | None = None
    away: bool = False


class Services:
    """Which push services are left alone for a while, because they did not answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[str, tuple[float, int]] = {}

    def pause_of(self, origin: str) -> float:
        """Return for how many seconds a service is still left alone."""
        with self._lock:
            return max(0.0, self._until.get(origin, (0.0, 0))[0] - time.monotonic())

    def pause(self, origin: str, seconds: float | None) -> float:
        """Leave a service alone, longer each time in a row; return for how many seconds."""
        with self._lock:
            _until, times = self._until.get(origin, (0.0, 0))
            grown = min(FIRST_PAUSE_SECONDS * 2 ** min(times, 10), LONGEST_PAUSE_SECONDS)
            chosen = grown if seconds is None else min(seconds, LONGEST_WAIT_SECONDS)
            self._until[origin] = (time.monotonic() + chosen, times + 1)
            return chosen

    def answered(self, origin: str) -> None:
        """It is there."""
        with self._lock:
            self._until.pop(origin, None)


def push(
    messages: Iterable[tuple[PushSubscription, Notice]],
) -> list[Outcome]:
    """Push each message to its browser, several at a time; return what came of each, in order."""
    services = current_app.extensions.setdefault("push_services", Services())
    signer, subject = vapid.vapid(), vapid.subject()
    wanted: Sequence[tuple[PushSubscription, Notice]] = list(messages)
    with outgoing() as lines:
        sender = _Sender(lines, services, signer, subject)
        if len(wanted) < 2:
            return [sender.send(*each) for each in wanted]
        with ThreadPoolExecutor(min(AT_ONCE, len(wanted))) as several:
            return list(several.map(lambda each: sender.send(*each), wanted))


@dataclass(frozen=True)
class _Sender:
    lines: Outgoing
    services: Services
    signer: vapid.Vapid
    subject: str

    def send(self, subscription: PushSubscription, notice: Notice) -> Outcome:
        """Send one; asks no database, so that it may run beside others."""
        number = subscription.id
        try:
            parts, _host, _port = split(subscription.endpoint)
        except NotAllowed as error:
            return Outcome(number, "gone", str(error))
        origin = f"{parts.scheme}://{parts.netloc}"
        pause = self.services.pause_of(origin)
        if pause:
            wait = timedelta(seconds=pause)
            return Outcome(number, "later", "the push service is away", wait, away=True)
        try:
            body = seal(notice.payload(), subscription.p256dh, subscription.auth)
            headers = {
                "Authorization": self.signer.authorization(origin, self.subject),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(notice.seconds),
                "Urgency": notice.urgency,
                "Topic": notice.tag[:LONGEST_TOPIC],
            }
            answer = self.lines.post(subscription.endpoint, body, headers)
        except (NotAllowed, ValueError) as error:
            # The person who gave the address reads the reason: it says nothing of our network.
            log.info("a push subscription is no good: %s", error)
            return Outcome(number, "gone", "the address is not that of a push service")
        except Unreachable as error:
            log.info("a push service does not answer: %s", error)
            wait = timedelta(seconds=self.services.pause(origin, None))
            return Outcome(number, "later", "the push service did not answer", wait, away=True)
        return self._judge(number, origin, answer)

    def _judge(self, number: int, origin: str, answer: Answer) -> Outcome:
        reason = f"the push service answered {answer.status}"
        seconds = answer.retry_after()
        if answer.status >= 500:
            wait = timedelta(seconds=self.services.pause(origin, seconds))
            return Outcome(number, "later", reason, wait, away=True)
        self.services.answered(origin)
        if answer.ok:
            return Outcome(number, "taken")
        if answer.status in (404, 410):
            return Outcome(number, "gone", reason)
        if answer.status in (408, 429):
            asked = None if seconds is None else timedelta(seconds=min(seconds, 3600.0))
            return Outcome(number, "later", reason, asked)
        return Outcome(number, "refused", reason)
