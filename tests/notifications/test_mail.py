"""Notifications by mail: only what was not seen, joined, at a decent hour, and once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask, current_app

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.channels.actions import mark_read, remove_member
from enterprise_social.core import clock
from enterprise_social.core.db import db
from enterprise_social.messages.actions import start_conversation
from enterprise_social.notifications import actions
from enterprise_social.notifications.events import MailReady
from enterprise_social.notifications.mails import send_notices
from enterprise_social.notifications.models import Digest
from enterprise_social.notifications.queries import lists, preferences
from enterprise_social.people.actions import (
    deactivate_person,
    set_blocked,
    set_undisturbed,
    update_person,
)
from enterprise_social.people.actions.availability import set_quiet_hours
from enterprise_social.people.models import Person
from tests.making import fresh, make_channel, make_person, write
from tests.notifications.test_telling import work
from tests.services.smtp import MailSink

# A Tuesday at noon, UTC.
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOON = timedelta(minutes=15, seconds=1)


@pytest.fixture
def office(backend: str, make_app: Any, mail_sink: MailSink) -> Iterator[dict[str, Any]]:
    """Maren writes; Tomasz, in Warsaw, is not looking. The clock stands at noon."""
    app: Flask = make_app(backend, SMTP_URL=mail_sink.url, MAIL_FROM="Port <port@example.org>")
    with app.app_context(), clock.frozen(NOON) as advance:
        maren = make_person("Maren Visser")
        tomasz = make_person("Tomasz Nowak", time_zone="Europe/Warsaw", email="tomasz@example.org")
        channel = make_channel(maren, "gate", tomasz)
        work()
        actions.mark_all_read(tomasz, 2**62)
        yield {"maren": maren, "tomasz": tomasz, "channel": channel, "advance": advance}
        db.session.rollback()


def to_tomasz(sink: MailSink) -> list[EmailMessage]:
    return [mail for mail in sink.mails if "tomasz@" in str(mail["To"])]


def parts(mail: EmailMessage) -> tuple[str, str]:
    return tuple(mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr,return-value]


def test_what_is_not_seen_in_time_comes_in_one_mail_once(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    maren, tomasz, channel = office["maren"], office["tomasz"], office["channel"]
    write(maren, channel, f"@{tomasz.username} the <b>crane</b> stands still")
    work()
    office["advance"](timedelta(minutes=3))
    conversation, _new = start_conversation(maren, [tomasz.id])
    for _time in range(2):
        write(maren, conversation, "call me")
    work()
    office["advance"](timedelta(minutes=11))
    work()
    assert to_tomasz(mail_sink) == []
    office["advance"](timedelta(minutes=1, seconds=1))
    work()
    (mail,) = to_tomasz(mail_sink)
    assert mail["Subject"] == "2 new notifications: Maren Visser"
    for part in parts(mail):
        assert "Maren Visser" in part
        assert "http://localhost/channels/gate?at=" in part
        assert "sent you 2 messages" in part
    assert "<b>crane" not in parts(mail)[1]
    assert mail["Auto-Submitted"] == "auto-generated"
    office["advance"](timedelta(hours=6))
    work()
    assert len(to_tomasz(mail_sink)) == 1


def test_who_reads_it_in_time_gets_no_mail(office: dict[str, Any], mail_sink: MailSink) -> None:
    write(office["maren"], office["channel"], f"@{office['tomasz'].username} look")
    work()
    mark_read(office["tomasz"], office["channel"], fresh(office["channel"]).seq)
    office["advance"](SOON)
    work()
    assert to_tomasz(mail_sink) == []


def test_nothing_of_somebody_who_is_blocked_meanwhile_goes_out(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    write(office["maren"], office["channel"], f"@{office['tomasz'].username} you again")
    work()
    set_blocked(office["tomasz"], office["maren"], True)
    office["advance"](SOON)
    work()
    assert to_tomasz(mail_sink) == []


def test_nothing_of_a_channel_that_was_left_meanwhile_goes_out(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    maren, tomasz = office["maren"], office["tomasz"]
    secret = make_channel(maren, "secret", tomasz, kind="private")
    work()
    actions.mark_all_read(tomasz, 2**62)
    write(maren, secret, f"@{tomasz.username} the code is 1234")
    work()
    (line,) = lists.listing(tomasz, unread=True).items
    remove_member(maren, secret, tomasz)
    office["advance"](SOON)
    work()
    assert to_tomasz(mail_sink) == []
    # Gathered before, carried out after: it is asked once more right before it leaves.
    send_notices(MailReady(tomasz.id, (line.notification.id,), "2026-11-24T12:00:00Z"))
    assert to_tomasz(mail_sink) == []


def test_it_waits_for_the_end_of_quiet_hours_and_of_do_not_disturb(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    """Quiet from 13:00 to 15:00 in Warsaw, which is noon to two in UTC; then not before three."""
    tomasz = office["tomasz"]
    set_quiet_hours(tomasz, list(range(7)), 13 * 60, 15 * 60)
    set_undisturbed(tomasz, NOON + timedelta(hours=3))
    write(office["maren"], office["channel"], f"@{tomasz.username} look")
    work()
    for _quarter in range(11):
        office["advance"](timedelta(minutes=15))
        work()
        assert to_tomasz(mail_sink) == []
    office["advance"](timedelta(minutes=15, seconds=1))
    work()
    assert len(to_tomasz(mail_sink)) == 1


def test_it_waits_while_one_is_at_work_in_the_application(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    tomasz, app = office["tomasz"], current_app
    _row, token = create_access_token(tomasz, "test")
    auth = {"token": token, "format": "json"}
    socket = app.extensions["socketio"].test_client(app, auth=auth)
    for state, mails in (("active", 0), ("away", 1)):
        assert socket.emit("presence", {"state": state}, callback=True) == {"ok": True}
        app.extensions["presence"].hub.tick()
        write(office["maren"], office["channel"], f"@{tomasz.username} look")
        work()
        office["advance"](SOON)
        work()
        assert len(to_tomasz(mail_sink)) == mails
    socket.disconnect()


def test_mails_of_one_thread_belong_together_and_others_do_not(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    maren, tomasz, channel = office["maren"], office["tomasz"], office["channel"]
    actions.set_preference(tomasz, "reply", "email", True)
    root = write(tomasz, channel, "Who has the key?")
    for _round in range(2):
        write(maren, channel, "Not me", parent_id=root.id)
        work()
        office["advance"](SOON)
        work()
        actions.read_thread(tomasz, root.id)
    write(maren, channel, f"@{tomasz.username} lunch")
    work()
    office["advance"](SOON)
    work()
    first, second, other = to_tomasz(mail_sink)
    assert first["References"] == second["References"] != other["References"]
    assert first["In-Reply-To"] == first["References"]
    assert len({mail["Message-ID"] for mail in (first, second, other)}) == 3
    assert first["Subject"] == "Maren Visser replied to your post"


def test_one_click_ends_it_without_signing_in_and_a_look_does_not(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    tomasz = office["tomasz"]
    write(office["maren"], office["channel"], f"@{tomasz.username} look")
    work()
    office["advance"](SOON)
    work()
    (mail,) = to_tomasz(mail_sink)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<http://localhost(/unsubscribe/[\w.-]+)>", mail["List-Unsubscribe"])
    assert found is not None
    visitor = current_app.test_client()
    page = visitor.get(found[1])
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert preferences.matrix(tomasz)["mention"]["email"] is True
    forged = found[1][:-1] + ("A" if found[1][-1] != "A" else "B")
    assert visitor.post(forged).status_code == 404
    answer = visitor.post(found[1], data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert {ways["email"] for ways in preferences.matrix(tomasz).values()} == {False}
    write(office["maren"], office["channel"], f"@{tomasz.username} look again")
    work()
    office["advance"](timedelta(hours=3))
    work()
    assert len(to_tomasz(mail_sink)) == 1


def test_a_server_that_is_away_costs_no_mail_and_sends_none_twice(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    mail_sink.stop()
    write(office["maren"], office["channel"], f"@{office['tomasz'].username} look")
    work()
    office["advance"](SOON)
    for _time in range(4):
        work()
        office["advance"](timedelta(minutes=2))
    back = MailSink(mail_sink.port)
    try:
        work()
        work()
        assert len(to_tomasz(back)) == 1
        refused = "550 no such user"
        back.refuse = lambda _address: refused
        write(office["maren"], office["channel"], f"@{office['tomasz'].username} again")
        work()
        office["advance"](SOON)
        work()
        backlog = current_app.extensions["worker"].run_due()
        assert (len(to_tomasz(back)), backlog) == (1, 0)
    finally:
        back.stop()


def due_of(person: Person) -> datetime | None:
    row = db.session.get(Digest, person.id, populate_existing=True)
    return row.next_at if row else None


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("begins", "dues"),
    [
        # The clocks go forward in Warsaw on 29 March 2026, and back on 25 October.
        (datetime(2026, 3, 27, 12, tzinfo=UTC), ["28T07:00", "29T06:00", "30T06:00"]),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), ["24T06:00", "25T07:00", "26T07:00"]),
    ],
)
def test_a_daily_summary_is_due_at_eight_whatever_the_clocks_do(
    office: dict[str, Any], begins: datetime, dues: list[str]
) -> None:
    tomasz = office["tomasz"]
    with clock.frozen(begins) as advance:
        actions.set_digest(tomasz, "daily")
        for due in dues:
            planned = due_of(tomasz)
            assert planned is not None
            assert planned.strftime("%dT%H:%M") == due
            advance(planned - clock.now())
            work()
        actions.set_digest(tomasz, "weekly")
        weekly = due_of(tomasz)
        assert weekly is not None
        assert weekly.weekday() == 0
        update_person(None, tomasz, time_zone="Asia/Tokyo")
        work()
        moved = due_of(tomasz)
        assert moved is not None
        assert (moved.weekday(), moved.hour) == (6, 23)  # eight on Monday in Tokyo


def test_a_summary_tells_what_was_not_seen_and_where_most_was_said_or_stays_away(
    office: dict[str, Any], mail_sink: MailSink
) -> None:
    maren, tomasz, channel = office["maren"], office["tomasz"], office["channel"]
    actions.unsubscribe(tomasz, "mail")
    actions.set_digest(tomasz, "daily")
    busy = write(maren, channel, "Who takes the night?")
    for _time in range(3):
        write(maren, channel, "Me", parent_id=busy.id)
    write(maren, channel, "Nobody answers this")
    write(maren, channel, f"@{tomasz.username} sign here")
    elsewhere = make_channel(maren, "elsewhere")
    write(maren, elsewhere, "unheard of")
    work()
    office["advance"](timedelta(hours=19, minutes=1))  # eight in Warsaw
    work()
    (mail,) = to_tomasz(mail_sink)
    assert mail["Subject"].startswith("Your summary from")
    plain, html = parts(mail)
    for part in (plain, html):
        assert part.index("sign here") < part.index("Who takes the night?")
        assert part.index("Who takes the night?") < part.index("Nobody answers this")
        assert "3 replies" in part
        assert "unheard of" not in part
    office["advance"](timedelta(days=1))
    work()
    assert len(to_tomasz(mail_sink)) == 1
    deactivate_person(None, tomasz)
    write(maren, channel, "More")
    office["advance"](timedelta(days=2))
    work()
    assert len(to_tomasz(mail_sink)) == 1
