"""The files and the log of an installation hold everyone's messages: they are its own alone."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from enterprise_social import config
from enterprise_social.core.db import db
from enterprise_social.core.logs import JsonFormatter


@pytest.fixture
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_umask")
def test_nobody_else_may_enter_the_data_folder(tmp_path: Path) -> None:
    config.load({"DATA_DIR": tmp_path / "new"})
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


@pytest.mark.usefixtures("usual_umask")
def test_nobody_else_may_read_what_is_written_into_an_open_folder(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir(mode=0o755)
    config.load({"DATA_DIR": folder})
    (folder / "anything.db").write_text("messages")
    assert all(stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 for file in folder.iterdir())


def test_an_error_of_the_database_does_not_put_messages_into_the_log(app: Flask) -> None:
    with app.app_context():
        try:
            db.session.execute(text("SELECT :body FROM nowhere"), {"body": "we buy Vantablack"})
        except SQLAlchemyError as error:
            record = logging.LogRecord(
                "x", logging.ERROR, "", 0, "failed", None, (type(error), error, None)
            )
            line = JsonFormatter().format(record)
        db.session.rollback()
    assert "nowhere" in line
    assert "Vantablack" not in line
