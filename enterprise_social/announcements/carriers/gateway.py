"""The gateway: another server that sends short messages, or calls, for us.

What we send it and what it sends us is signed; the format stands in docs/announcements.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from enterprise_social.announcements import links
from enterprise_social.announcements.actions.delivering import Due
from enterprise_social.announcements.carriers.letters import announcements_of, people_of, subject_of
from enterprise_social.announcements.models import Announcement
from enterprise_social.announcements.sending import Batch, OtherSideAway
from enterprise_social.announcements.ways import possible
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.db import db
from enterprise_social.core.outgoing import Answer, NotAllowed, Unreachable, outgoing
from enterprise_social.core.signatures import sign
from enterprise_social.people.models import Person

BATCH = 50
FEWEST_DIGITS, MOST_DIGITS = 5, 17
_BETWEEN = re.compile(r"[\s()./\-\u00a0]+")
_NUMBER = re.compile(rf"\+?[0-9]{{{FEWEST_DIGITS},{MOST_DIGITS}}}")


def is_set_up() -> bool:
    """Tell whether there is a gateway."""
    return bool(current_app.config["GATEWAY_URL"])


@possible("gateway")
def by_gateway(person_ids: Collection[int]) -> Iterable[int]:
    """Everyone with a telephone number, where there is a gateway."""
    if not is_set_up():
        return []
    statement = select(Person.id, Person.phone).where(Person.id.in_(person_ids))
    return [row.id for row in db.session.execute(statement) if number_of(row.phone)]


def number_of(phone: str) -> str:
    """Return a telephone number without what people write between digits, or an empty text."""
    number = _BETWEEN.sub("", phone)
    return number if _NUMBER.fullmatch(number) else ""


def carry(batch: Batch) -> None:
    """Hand the messages of a batch over in one request."""
    people = people_of({due.person_id for due in batch.dues})
    found = announcements_of({due.announcement_id for due in batch.dues})
    messages: dict[str, tuple[Due, dict[str, Any]]] = {}
    for due in batch.dues:
        person = people[due.person_id]
        if not batch.wanted(due):
            continue
        if not person.is_active or not number_of(person.phone):
            batch.failed(due, "no telephone number", for_good=True)
            continue
        messages[str(due.id)] = (due, message_of(found[due.announcement_id], person, due))
    finish_reading()
    if messages:
        results = _results(_post([message for _due, message in messages.values()]))
        for key, (due, _message) in messages.items():
            reason = results.get(key)
            if reason is None:
                batch.sent(due)
            else:
                batch.failed(due, reason, for_good=True)


def message_of(announcement: Announcement, person: Person, due: Due) -> dict[str, Any]:
    """Return what the gateway is told of one delivery; its ``id`` is the same each time."""
    with force_locale(person.locale or "en"):
        title = subject_of(announcement)
        link, replies = "", {}
        parts = [title]
        if announcement.wants_answer:
            link = links.address(links.Link(announcement.id, person.id, due.id, "gateway"))
            replies = _replies(announcement)
            words = [_("%(key)s = %(text)s", key=key, text=text) for key, text in replies.items()]
            parts.append(_("Reply %(answers)s, or open", answers=", ".join(words)))
        else:
            link = f"{current_app.config['BASE_URL']}/announcements/{announcement.id}"
        text = "\n".join((*parts, link))
    return {
        "id": str(due.id),
        "to": number_of(person.phone),
        "name": person.name,
        "language": person.locale or "en",
        "priority": announcement.priority,
        "exercise": announcement.drill,
        "title": title,
        "text": text,
        "link": link,
        "replies": replies,
    }


def _replies(announcement: Announcement) -> dict[str, str]:
    if announcement.asks == "acknowledgement":
        return {"1": announcement.ask_text or _("I have read this")}
    return {str(number): each["text"] for number, each in enumerate(announcement.choices, 1)}


def _post(messages: list[dict[str, Any]]) -> Answer:
    document = {"type": "announcement.messages", "data": {"messages": messages}}
    body = json.dumps(document, ensure_ascii=False).encode()
    # The same messages are the same request, however often they are sent.
    ids = ",".join(each["id"] for each in messages)
    key = "msg_" + hashlib.sha256(ids.encode()).hexdigest()[:32]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "enterprise-social",
        "Idempotency-Key": key,
        **sign(current_app.config["GATEWAY_SECRET"], key, body),
    }
    try:
        with outgoing() as lines:
            answer = lines.post(current_app.config["GATEWAY_URL"], body, headers)
    except (NotAllowed, Unreachable) as error:
        raise OtherSideAway(f"the gateway: {error}") from error
    if not answer.ok:
        seconds = answer.retry_after()
        wait = timedelta(seconds=min(seconds, 3600)) if seconds else None
        raise OtherSideAway(f"the gateway answered {answer.status}", wait=wait)
    return answer


def _results(answer: Answer) -> dict[str, str]:
    """Return the reasons for what the gateway did not take, by the delivery's id."""
    try:
        document = json.loads(answer.body)
        rejected = document["rejected"] if isinstance(document, dict) else []
    except (ValueError, KeyError):
        return {}
    if not isinstance(rejected, list):
        return {}
    return {
        str(each.get("id")): str(each.get("reason") or "refused by the gateway")
        for each in rejected
        if isinstance(each, dict)
    }
