"""A wrong setting stops the start with one line that names it, and leaks nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from enterprise_social import cli, config
from tests.services.process import free_port
from tests.services.server import LiveServer

WRONG: list[tuple[str, str]] = [
    ("DATA_DIR", "/proc/nobody/may/write/here"),
    ("DATA_DIR", "/dev/null"),
    ("DATABASE_URL", "mysql://root:hunter2hunter2@db/es"),
    ("DATABASE_URL", "postgresql://es:hunter2hunter2@db:port/es"),
    ("DATABASE_URL", "postgresql://es:hunter2hunter2@db"),
    ("DATABASE_URL", "postgresql://es:hunter2hunter2@127.0.0.1:1/es"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("REDIS_URL", "http://:hunter2hunter2@cache"),
    ("REDIS_URL", "redis://:hunter2hunter2@cache:many/0"),
    ("REDIS_URL", "redis://"),
    ("SEARCH_BACKEND", "elastic"),
    ("SEARCH_BACKEND", "postgres"),
    ("SECRET_KEY", "hunter2"),
    ("SECRET_KEY_PREVIOUS", "long-enough-for-a-key,hunter2"),
    ("BASE_URL", "intranet.example.org"),
    ("BASE_URL", "ftp://intranet.example.org"),
    ("BASE_URL", "https://"),
    ("SMTP_URL", "mail.example.org:25"),
    ("SMTP_URL", "smtp://es:hunter2hunter2@:25"),
    ("SMTP_URL", "smtp://es:hunter2hunter2@mail:twentyfive"),
    ("MAIL_FROM", "nobody"),
    ("MAIL_FROM", "Me <me@>"),
    ("HOST", "not a host"),
    ("HOST", "192.0.2.1"),
    ("PORT", "http"),
    ("PORT", "65536"),
    ("PORT", "-1"),
    ("LOG_LEVEL", "loud"),
    ("RATE_LIMITS", "sometimes"),
    ("ORGANISATION", "A\nB"),
    ("ORGANISATION", "x" * 101),
    ("FILES_URL", "ftp://es:hunter2hunter2@files.example.org/bucket"),
    ("FILE_LIMIT_MB", "0"),
    ("FILE_LIMIT_MB", "all"),
    ("FILE_QUOTA_MB", "-5"),
    ("GATEWAY_URL", "gateway.example.org"),
    ("GATEWAY_SECRET", "hunter2"),
    ("OUTGOING_ALLOW", "10.1.2.3/8"),
    ("OUTGOING_ALLOW", "everywhere"),
    ("OIDC_ISSUER", "id.example.org"),
    ("OIDC_ISSUER", "https://id.example.org/?tenant=hunter2hunter2"),
    ("OIDC_CLIENT_ID", "one\ntwo"),
    ("OIDC_CLIENT_SECRET", "hunter2hunter2\n"),
    ("OIDC_NAME", "x" * 61),
    ("OIDC_SCOPES", "email profile"),
    ("SIGN_ON_ALLOW", "10.1.2.3/8"),
    ("SAML_METADATA", "/proc/no/such/file"),
    ("SAML_NAME", "x" * 61),
    ("LDAP_URL", "https://directory.example.org"),
    ("LDAP_BASE", "dc=example\ndc=org"),
    ("LDAP_USER", "x" * 301),
    ("LDAP_PASSWORD", "hunter2hunter2\n"),
    ("LDAP_FILTER", "(mail=hunter2hunter2)"),
    ("LDAP_FILTER", "(mail={login}"),
    ("LDAP_CA", "/proc/no/such/file"),
    ("SCIM_TOKEN", "hunter2hunter2"),
    ("METRICS_TOKEN", "hunter2"),
    ("TRUSTED_PROXIES", "all"),
    ("TRUSTED_PROXIES", "-1"),
    ("SOCKETS", "0"),
    ("SOCKETS_OF_PERSON", "many"),
    ("SOCKETS_OF_ADDRESS", "-1"),
    ("PASSWORD_TIME_COST", "0"),
    ("PASSWORD_MEMORY_COST", "4"),
    ("PASSWORD_MEMORY_COST", "lots"),
]


def test_the_table_tries_every_setting() -> None:
    assert {name for name, _value in WRONG} == set(config.DEFAULTS)


@pytest.fixture
def serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """``serve(NAME=value)`` runs ``enterprise-social serve``: exit code, output, errors."""
    monkeypatch.setattr("logging.root.handlers", [])

    def run(**settings: str) -> tuple[int, str, str]:
        for name in config.DEFAULTS:
            monkeypatch.delenv(name, raising=False)
        defaults = {"DATA_DIR": str(tmp_path / "data"), "PORT": str(free_port())}
        for name, value in {**defaults, **settings}.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as stopped:
            cli.main.main(["serve"])
        shown = capfd.readouterr()
        return int(str(stopped.value.code)), shown.out, shown.err

    return run


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_stops_the_start_by_name(
    serve: Callable[..., tuple[int, str, str]], name: str, value: str
) -> None:
    code, out, err = serve(**{name: value})
    assert code == 1
    assert out == ""
    assert len(err.splitlines()) == 1
    assert name in err
    assert "hunter2" not in err


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "SECRET_KEY"),
        ({"LDAP_URL": "ldaps://directory.example.org"}, "LDAP_BASE"),
        ({"OIDC_ISSUER": "https://id.example.org"}, "OIDC_CLIENT_ID"),
        ({"RATE_LIMITS": "off", "HOST": "0.0.0.0"}, "RATE_LIMITS"),  # noqa: S104
    ],
)
def test_settings_that_do_not_go_together_are_refused(
    serve: Callable[..., tuple[int, str, str]], settings: dict[str, str], name: str
) -> None:
    code, _out, err = serve(**settings)
    assert (code, len(err.splitlines())) == (1, 1)
    assert err.startswith(f"enterprise-social: {name}: ")


def test_a_port_that_is_taken_is_named(live_server: LiveServer, tmp_path: Path) -> None:
    second = LiveServer(tmp_path / "second", {"PORT": str(live_server.port)})
    done = second.command("serve")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].startswith("enterprise-social: HOST, PORT: 127.0.0.1")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["worker", "doctor"])
def test_other_commands_stop_by_name_too(tmp_path: Path, command: str) -> None:
    done = LiveServer(tmp_path / "data", {"LOG_LEVEL": "loud"}).command(command)
    assert done.returncode == 1
    assert "LOG_LEVEL" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def gunicorn(server: LiveServer, settings: str) -> subprocess.CompletedProcess[str]:
    """Start a web process of several, which is expected not to come up."""
    command = [sys.executable, "-m", "gunicorn", "-c", settings]
    return subprocess.run(
        [*command, "--bind", f"127.0.0.1:{server.port}", "wsgi:app"],
        cwd=config.ROOT,
        env=server.env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_gevent_with_sqlite_is_refused(tmp_path: Path) -> None:
    done = gunicorn(LiveServer(tmp_path / "data"), "enterprise_social/deploying.py")
    assert done.returncode == 4
    assert "enterprise-social: DATABASE_URL: gevent workers need PostgreSQL" in done.stderr
    assert "Traceback" not in done.stderr


def test_gevent_that_comes_after_the_program_is_refused(tmp_path: Path) -> None:
    server = LiveServer(tmp_path / "data", {"DATABASE_URL": "postgresql://es@127.0.0.1:1/es"})
    done = gunicorn(server, "python:enterprise_social.deploying")
    assert done.returncode == 4
    assert "enterprise-social: gunicorn: the program was loaded before gevent" in done.stderr
