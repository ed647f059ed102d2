"""Mails of what somebody has not seen: at once, several joined in one, and as a summary."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.policy import SMTP
from typing import Any

from flask import current_app
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from enterprise_social.core import mail
from enterprise_social.core.actions import finish_reading
from enterprise_social.core.db import db
from enterprise_social.core.fragments import fragment
from enterprise_social.core.organisation import organisation_name
from enterprise_social.feed.queries.places import channel_url
from enterprise_social.notifications import links
from enterprise_social.notifications.events import DigestReady, MailReady
from enterprise_social.notifications.queries import digests
from enterprise_social.notifications.queries.digests import Busy
from enterprise_social.notifications.queries.lists import Line
from enterprise_social.notifications.sentences import plain_sentence, reason, sentence
from enterprise_social.people.models import Person

log = logging.getLogger(__name__)
MOST_NAMES = 3


def send_notices(event: MailReady) -> None:
    """Send one mail of what is still unread, and of no channel that the person has left.

    Raises MailRefused and MailServerAway; sent again it has the same Message-ID.
    """
    person = db.session.get(Person, event.person_id, populate_existing=True)
    lines = digests.still_untold(event.person_id, event.notification_ids)
    if person is None or not person.is_active or not lines:
        return
    with force_locale(person.locale or "en"):
        subject = _subject(lines)
        words = {
            "title": _("What you have not seen yet"),
            "why": _("You get this because you were not at work in the application."),
            "more": "",
            "busy": "",
        }
        headers = _thread_headers(person, lines)
        name = f"notice.{person.id}.{event.notification_ids[0]}.{_stamp(event.at)}"
        _send(person, "mail", name, subject, words, lines, [], headers)


def send_digest(event: DigestReady) -> None:
    """Send somebody's summary; nothing where there is nothing to tell.

    Raises MailRefused and MailServerAway; sent again it has the same Message-ID.
    """
    person = db.session.get(Person, event.person_id, populate_existing=True)
    if person is None or not person.is_active:
        return
    since, until = (datetime.fromisoformat(each) for each in (event.since, event.until))
    lines = digests.unread_between(person.id, since, until)
    busy = digests.busiest_between(person.id, since, until)
    if not lines and not busy:
        return
    with force_locale(person.locale or "en"):
        words = {
            "title": _("While you were elsewhere"),
            "why": _("You chose to get this summary."),
            "more": "",
            "busy": _("Where most was said"),
        }
        subject = _("Your summary from %(organisation)s", organisation=organisation_name())
        name = f"digest.{person.id}.{_stamp(event.until)}"
        _send(person, "digest", name, subject, words, lines, busy, {})


def _send(
    person: Person,
    sort: str,
    name: str,
    subject: str,
    words: dict[str, str],
    lines: Sequence[Line],
    busy: Sequence[Busy],
    headers: Mapping[str, str],
) -> None:
    stop = links.address(person.id, sort)
    words = {**words, "stop": _("Get no more of these"), "choose": _("Choose what reaches you")}
    facts = _facts(lines, busy)
    base = current_app.config["BASE_URL"]
    html = fragment(
        "notifications/_mail.html",
        words=words,
        stop=stop,
        choose=f"{base}/settings/notifications",
        language=person.locale or "en",
        **facts,
    )
    message = mail.compose(
        person.email,
        person.name,
        subject,
        _text(words, facts, stop),
        mail.fixed_id(name),
        html=str(html),
        headers={**headers, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    data = message.as_bytes(policy=SMTP.clone(utf8=not person.email.isascii()))
    # In front as it is: the library would fold a long address into encoded words, and break it.
    _hand_over(person, f"List-Unsubscribe: <{stop}>\r\n".encode() + data)


def _hand_over(person: Person, data: bytes) -> None:
    finish_reading()  # no transaction stays open while a server takes its time
    with mail.sender().line() as line:
        try:
            line.hand_over(person.email, data)
        except mail.MailRefused as error:
            if not error.for_good:
                raise
            log.warning("a notice was refused for good: %s", error)


def _facts(lines: Sequence[Line], busy: Sequence[Busy]) -> dict[str, Any]:
    base = current_app.config["BASE_URL"]
    return {
        "lines": [
            {
                "parts": sentence(line),
                "text": plain_sentence(line),
                "excerpt": line.excerpt,
                "url": f"{base}{line.url}",
                "reason": reason(line),
            }
            for line in lines
        ],
        "busy": [
            {
                "author": each.author.name,
                "channel": f"#{each.channel.slug}",
                "excerpt": each.excerpt,
                "url": f"{base}{channel_url(each.channel)}?at={each.post.id}#at",
                "replies": ngettext("%(num)s reply", "%(num)s replies", each.post.reply_count),
            }
            for each in busy
        ],
    }


def _text(words: Mapping[str, str], facts: Mapping[str, Any], stop: str) -> str:
    parts = [words["title"]]
    for line in facts["lines"]:
        quoted = f"\n> {line['excerpt']}" if line["excerpt"] else ""
        parts.append(f"{line['text']}{quoted}\n{line['url']}\n{line['reason']}")
    if facts["busy"]:
        parts.append(words["busy"])
    for each in facts["busy"]:
        head = f"{each['author']} · {each['channel']} · {each['replies']}"
        parts.append(f"{head}\n> {each['excerpt']}\n{each['url']}")
    parts.append(f"-- \n{words['why']} {words['stop']}:\n{stop}")
    return "\n\n".join(parts) + "\n"


def _subject(lines: Sequence[Line]) -> str:
    if len(lines) == 1:
        return plain_sentence(lines[0])
    names = list(dict.fromkeys(each.name for line in lines for each in line.actors))
    shown = ", ".join(names[:MOST_NAMES]) + ("…" if len(names) > MOST_NAMES else "")
    return ngettext(
        "%(num)s new notification: %(names)s",
        "%(num)s new notifications: %(names)s",
        len(lines),
        names=shown,
    )


def _thread_headers(person: Person, lines: Sequence[Line]) -> dict[str, str]:
    """Let mail programs put together what is of one thread, or one conversation."""
    roots = {_root(line) for line in lines}
    root = roots.pop() if len(roots) == 1 else f"notices.{person.id}"
    return {"In-Reply-To": mail.fixed_id(root), "References": mail.fixed_id(root)}


def _root(line: Line) -> str:
    one = line.notification
    if one.kind == "direct" or one.post_id is None:
        return f"channel.{one.channel_id}"
    return f"thread.{one.root_id or one.post_id}"


def _stamp(moment: str) -> str:
    return "".join(each for each in moment if each.isdigit())
