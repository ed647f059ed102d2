"""What a process keeps of the organisation's settings is what stands in the database."""

from __future__ import annotations

from threading import Thread

import pytest
from flask import Flask

from enterprise_social.core import settings
from enterprise_social.core.db import db

NAME = "posts.new_member_days"


def change(app: Flask, days: int) -> None:
    with app.app_context():
        settings.change(None, {NAME: days})


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_settings_that_were_read_in_an_older_view_of_the_database_are_read_anew(app: Flask):
    change(app, 3)
    with app.app_context():
        assert settings.get(NAME) == 3  # a transaction that sees no more than this begins
        other = Thread(target=change, args=(app, 9))
        other.start()
        other.join()
        assert settings.get(NAME) == 3
        db.session.rollback()
        settings.look_again(app)
        assert settings.get(NAME) == 9


def test_settings_that_are_the_newest_are_kept(app: Flask):
    change(app, 3)
    with app.app_context():
        settings.get(NAME)
        kept = app.extensions["organisation_settings"]
        settings.look_again(app)
        assert app.extensions["organisation_settings"] is kept
