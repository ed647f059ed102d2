"""The same promises of mail, written to a folder and sent to a real SMTP server."""

from __future__ import annotations

import email
import logging
import stat
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask

from enterprise_social.core import mail, outbox
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from tests.services.process import free_port

SUBJECT = "Zażółć\r\nBcc: everyone@example.org"


@action
def queue(to: str) -> None:
    mail.send(to, SUBJECT, "Open this:\nhttps://example.org/x?token=abc\n", to_name="Mira Hölt")


@pytest.fixture(params=["folder", "smtp"])
def sent(request: pytest.FixtureRequest, make_app) -> Callable[[], EmailMessage]:
    """Queue a mail, let the worker send it and return it as it arrived."""
    sink = request.getfixturevalue("mail_sink") if request.param == "smtp" else None
    app: Flask = make_app(SMTP_URL=sink.url if sink else "")

    def send() -> EmailMessage:
        with app.app_context():
            queue("mira@example.org")
            app.extensions["worker"].run_until_idle()
        if sink:
            return sink.wait_for("mira@example.org")
        file = next((Path(app.config["DATA_DIR"]) / "mail").glob("*.eml"))
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        return email.message_from_bytes(file.read_bytes(), policy=default)

    return send


def test_a_mail_arrives_whole(sent: Callable[[], EmailMessage]):
    arrived = sent()
    assert "mira@example.org" in arrived["To"]
    assert "Mira Hölt" in arrived["To"]
    assert "https://example.org/x?token=abc" in arrived.get_content()
    assert arrived["Message-ID"]
    assert arrived["Date"]


def test_a_subject_cannot_add_a_header(sent: Callable[[], EmailMessage]):
    arrived = sent()
    assert arrived["Subject"] == "Zażółć Bcc: everyone@example.org"
    assert arrived["Bcc"] is None


def test_a_mail_server_that_is_away_costs_no_mail(make_app):
    app: Flask = make_app(SMTP_URL=f"smtp://127.0.0.1:{free_port()}")
    with app.app_context():
        queue("mira@example.org")
        app.extensions["worker"].run_due()
        db.session.rollback()
        assert outbox.backlog()["waiting"] == 1


def test_no_secret_of_a_mail_is_logged(sent, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        sent()
    ours = [each for each in caplog.records if each.name.startswith("enterprise_social")]
    assert "token=abc" not in " ".join(each.getMessage() for each in ours)
