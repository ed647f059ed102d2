"""What the doctor finds, and the mend that it names."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.admin.cli import doctor
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine
from tests.accounts.test_second_factors import with_app
from tests.making import make_channel, make_person, write
from tests.services.missing import missing
from tests.services.process import free_port
from tests.services.smtp import MailSink


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """The command turns the log down for the rest of its process; here others come after it."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


def examined(app: Flask) -> Result:
    """Run the doctor on an application."""
    return CliRunner().invoke(doctor, obj=ScriptInfo(create_app=lambda: app))


def line(result: Result, name: str) -> str:
    """Return the first line about something that is not well, else the first line about it."""
    lines = [one for one in result.stdout.splitlines() if f" {name}: " in one]
    return next((one for one in lines if not one.startswith("ok")), lines[0])


def test_a_sound_installation_is_ok_in_every_line(app: Flask, database: SQLAlchemy) -> None:
    indexing.ensure(engine())
    result = examined(app)
    assert result.exit_code == 0, result.output
    names = [one[8:].partition(":")[0] for one in result.stdout.splitlines()]
    assert names == [
        *("configuration", "SECRET_KEY", "DATA_DIR", "files", "database", "outbox", "index"),
        *("Redis", "mail", "sign-on", "second factors", "gateway", "push", "announcements"),
        "clock",
    ]
    assert all(one.startswith("ok ") for one in result.stdout.splitlines()), result.stdout


@pytest.mark.parametrize(
    ("allowed", "state", "what"),
    [("", "WRONG", "OUTGOING_ALLOW"), ("127.0.0.0/8", "ok", "may be asked")],
)
def test_a_gateway_inside_must_be_allowed(
    make_app: Callable[..., Flask], allowed: str, state: str, what: str
) -> None:
    app = make_app(
        GATEWAY_URL="http://127.0.0.1:9/x",
        GATEWAY_SECRET="only-for-the-tests",
        OUTGOING_ALLOW=allowed,
    )
    found = line(examined(app), "gateway")
    assert found.startswith(state)
    assert what in found


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"OIDC_ISSUER": f"http://127.0.0.1:{free_port()}", "OIDC_CLIENT_ID": "x"}, "not asked"),
        ({"SAML_METADATA": __file__}, "the metadata"),
        ({"LDAP_URL": f"ldaps://127.0.0.1:{free_port()}", "LDAP_BASE": "dc=x"}, "the directory"),
    ],
)
def test_a_provider_or_directory_that_does_not_answer_is_named(
    make_app: Callable[..., Flask], settings: dict[str, str], what: str
) -> None:
    if "SAML_METADATA" in settings and shutil.which("xmlsec1") is None:
        missing("xmlsec1")
    found = line(examined(make_app(**settings)), "sign-on")
    assert found.startswith("WRONG")
    assert what in found


def test_keys_of_apps_that_no_longer_open_are_named(app: Flask, database: SQLAlchemy) -> None:
    with_app(make_person())
    assert "1 authenticator apps" in line(examined(app), "second factors")
    before, app.config["SECRET_KEY"] = (
        app.config["SECRET_KEY"],
        "another-key-than-before-012345",
    )
    found = line(examined(app), "second factors")
    assert found.startswith("WRONG")
    assert "SECRET_KEY_PREVIOUS" in found
    app.config["SECRET_KEY_PREVIOUS"] = (before,)
    assert "former key" in line(examined(app), "second factors")


def test_missing_tables_are_named_with_the_command_that_makes_them(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    result = examined(make_app(DATABASE_URL=f"sqlite:///{tmp_path / 'empty.db'}"))
    assert result.exit_code == 1
    assert "enterprise-social db upgrade" in line(result, "database")
    assert "index" not in result.stdout


def test_an_old_schema_is_named(app: Flask, database: SQLAlchemy) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    result = examined(app)
    assert result.exit_code == 1
    assert "at migration 0000 and not" in line(result, "database")


def test_a_database_that_is_away_is_named_without_its_password(
    make_app: Callable[..., Flask],
) -> None:
    away = f"postgresql+psycopg://es:hunter2hunter2@127.0.0.1:{free_port()}/es"
    result = examined(make_app(DATABASE_URL=away))
    assert result.exit_code == 1
    assert line(result, "database").startswith("WRONG")
    assert "DATABASE_URL" in line(result, "database")
    assert "hunter2" not in result.output


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_damaged_database_is_named(app: Flask, database: SQLAlchemy) -> None:
    ada = make_person("Ada")
    channel = make_channel(ada)
    for _number in range(60):
        write(ada, channel, "word " * 200)
    file = app.config["DATA_DIR"] / "enterprise-social.db"
    database.session.remove()
    database.engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(file.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 20 * 4096] = b"\xff" * (20 * 4096)
    file.write_bytes(content)
    result = examined(app)
    assert result.exit_code == 1
    assert line(result, "database").startswith("WRONG")


def test_an_index_that_is_missing_or_behind_is_named(app: Flask, database: SQLAlchemy) -> None:
    ada = make_person("Ada")
    channel = make_channel(ada)
    indexing.ensure(engine())
    write(ada, channel)
    result = examined(app)
    assert result.exit_code == 0
    assert "1 to bring in" in line(result, "index")
    assert "the worker" in line(result, "index")
    if app.config["SEARCH_BACKEND"] == "whoosh":
        shutil.rmtree(app.config["DATA_DIR"] / "index")
        gone = examined(app)
        assert gone.exit_code == 1
        assert "search rebuild" in line(gone, "index")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_others_could_read_or_write_is_wrong(app: Flask, backend: str) -> None:
    folder: Path = app.config["DATA_DIR"]
    folder.chmod(0o777)
    key = folder / "secret-key"
    key.write_text("x")
    key.chmod(0o644)
    result = examined(app)
    assert result.exit_code == 1
    assert f"chmod 700 {folder}" in line(result, "DATA_DIR")
    assert f"chmod 600 {key}" in line(result, "SECRET_KEY")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_services_that_are_away_are_wrong(
    backend: str, make_app: Callable[..., Flask], mail_sink: MailSink
) -> None:
    port = free_port()
    app = make_app(
        backend, REDIS_URL=f"redis://127.0.0.1:{port}/0", SMTP_URL=f"smtp://127.0.0.1:{port}"
    )
    result = examined(app)
    assert result.exit_code == 1
    assert line(result, "Redis").startswith("WRONG")
    assert "SMTP_URL" in line(result, "mail")
    well = examined(make_app(backend, SMTP_URL=mail_sink.url))
    assert line(well, "mail") == "ok      mail: the server takes mail"
    assert mail_sink.mails == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_only_unwise_is_a_warning(backend: str, make_app: Callable[..., Flask]) -> None:
    result = examined(
        make_app(backend, BASE_URL="http://intranet.example.org", SECRET_KEY="a" * 40)
    )
    assert line(result, "configuration").startswith("warning")
    assert line(result, "SECRET_KEY").startswith("warning")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_place_for_files_that_is_of_no_use_is_named(app: Flask, database: SQLAlchemy) -> None:
    folder = app.config["DATA_DIR"] / "files"
    assert "written, read and deleted" in line(examined(app), "files")
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    shutil.rmtree(folder)
    folder.write_text("a file where the folder should be")
    result = examined(app)
    assert result.exit_code == 1
    assert line(result, "files").startswith("WRONG")
    assert "make room or mend the rights" in line(result, "files")


def test_a_bucket_that_is_away_is_named_without_its_secret(make_app: Callable[..., Flask]) -> None:
    away = make_app(FILES_URL=f"s3://key:hunter2hunter2@127.0.0.1:{free_port()}/es?secure=0")
    result = examined(away)
    away.extensions["file_storage"].close()
    assert result.exit_code == 1
    assert line(result, "files").startswith("WRONG")
    assert "FILES_URL" in line(result, "files")
    assert "hunter2" not in result.output
