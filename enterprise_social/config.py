"""Every setting, its default and its check; a wrong value stops the start by name."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
from collections.abc import Mapping
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from enterprise_social.core.flask_settings import flask_settings

ROOT = Path(__file__).resolve().parent.parent

DEFAULTS: dict[str, str] = {
    "DATA_DIR": str(ROOT / "instance"),  # SQLite file, index, uploads, mail log
    "DATABASE_URL": "",  # SQLite in DATA_DIR where empty
    "REDIS_URL": "",  # in-process where empty
    "SEARCH_BACKEND": "",  # whoosh with SQLite, postgres with PostgreSQL
    "SECRET_KEY": "",  # generated into DATA_DIR where empty and one process
    "SECRET_KEY_PREVIOUS": "",  # those before it, with commas: what they sealed stays readable
    "BASE_URL": "",  # http://HOST:PORT where empty
    "SMTP_URL": "",  # mails are written into DATA_DIR/mail where empty
    "MAIL_FROM": "Enterprise Social <no-reply@localhost>",
    "HOST": "127.0.0.1",
    "PORT": "5000",
    "LOG_LEVEL": "INFO",
    "RATE_LIMITS": "on",
    "ORGANISATION": "Enterprise Social",
    "FILES_URL": "",  # files are kept in DATA_DIR/files where empty, else in an S3 bucket
    "FILE_LIMIT_MB": "100",  # one file
    "FILE_QUOTA_MB": "5000",  # all files of one person
    "GATEWAY_URL": "",  # what sends short messages or calls for us; nobody where empty
    "GATEWAY_SECRET": "",  # by which we and the gateway sign what we send each other
    "OUTGOING_ALLOW": "",  # networks of our own that requests may go to, such as 10.1.2.0/24
    "OIDC_ISSUER": "",  # the provider of sign-on (OpenID Connect); none where empty
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "OIDC_SCOPES": "openid email profile",
    "OIDC_NAME": "",  # what its button says; the issuer's host where empty
    "SIGN_ON_ALLOW": "",  # networks of our own that requests of sign-on alone may go to
    "SAML_METADATA": "",  # a file that describes the provider of sign-on, where it speaks SAML 2.0
    "SAML_NAME": "",
    "LDAP_URL": "",  # the directory: ldaps://host, or ldap://host with StartTLS; none where empty
    "LDAP_BASE": "",  # where its people and groups stand
    "LDAP_USER": "",  # the account of ours that looks people up, by its name in the directory
    "LDAP_PASSWORD": "",
    "LDAP_FILTER": "(&(objectClass=person)(|(mail={login})(uid={login})))",
    "LDAP_CA": "",  # a file with the certificates that sign the directory's; the system's if empty
    "SCIM_TOKEN": "",  # whoever shows it provisions people and groups; nobody where empty
    "METRICS_TOKEN": "",  # /metrics answers loopback, or whoever shows this
    "TRUSTED_PROXIES": "0",  # how many proxies in front may set X-Forwarded-*
    "SOCKETS": "10000",  # live connections of one process; with threads as many as those serve
    "SOCKETS_OF_PERSON": "50",
    "SOCKETS_OF_ADDRESS": "5000",  # a company's people may all come from one; 0 for any number
    "PASSWORD_TIME_COST": "2",
    "PASSWORD_MEMORY_COST": "19456",  # KiB, OWASP's second Argon2id recommendation
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
NUMBERS = {
    "PORT": (0, 65535), "TRUSTED_PROXIES": (0, 8), "PASSWORD_TIME_COST": (1, 20),
    "PASSWORD_MEMORY_COST": (8, 4_194_304), "FILE_LIMIT_MB": (1, 10_000),
    "FILE_QUOTA_MB": (1, 100_000_000), "SOCKETS": (1, 1_000_000),
    "SOCKETS_OF_PERSON": (1, 10_000), "SOCKETS_OF_ADDRESS": (0, 1_000_000),
}  # fmt: skip
LINES = {
    "ORGANISATION": 100, "OIDC_CLIENT_ID": 300, "OIDC_CLIENT_SECRET": 1000, "OIDC_NAME": 60,
    "SAML_NAME": 60, "LDAP_BASE": 300, "LDAP_USER": 300, "LDAP_PASSWORD": 300,
}  # fmt: skip
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class ConfigError(Exception):
    """A setting that can't be used; the message is one line that names it."""


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read the settings from the environment and ``overrides`` and check each.

    Returns Flask's configuration. Raises ConfigError for the first wrong value.
    """
    given = {name: os.environ.get(name, "") or value for name, value in DEFAULTS.items()}
    extra = dict(overrides or {})
    given.update({name: str(extra.pop(name)) for name in list(extra) if name in DEFAULTS})
    data_dir = _data_dir(given["DATA_DIR"])
    url = _database_url(given["DATABASE_URL"], data_dir)
    config: dict[str, Any] = {
        **given,
        "DATA_DIR": data_dir,
        "DATABASE_URL": url,
        "SQLALCHEMY_DATABASE_URI": url,
        **{name: _number(name, given[name], *range_) for name, range_ in NUMBERS.items()},
        "FILES_URL": _files_url(given["FILES_URL"]),
        "LOG_LEVEL": _choice("LOG_LEVEL", given["LOG_LEVEL"].upper(), LOG_LEVELS),
        "RATE_LIMITS": _choice("RATE_LIMITS", given["RATE_LIMITS"], ("on", "off")),
        "SEARCH_BACKEND": _search_backend(given["SEARCH_BACKEND"], url),
        "REDIS_URL": _address("REDIS_URL", given["REDIS_URL"], ("redis", "rediss", "unix")),
        "SMTP_URL": _address("SMTP_URL", given["SMTP_URL"], ("smtp", "smtps")),
        "MAIL_FROM": _mail_from(given["MAIL_FROM"]),
        "HOST": _host(given["HOST"]),
        **{name: _line(name, given[name], longest) for name, longest in LINES.items()},
        "GATEWAY_URL": _gateway_url(given),
        "GATEWAY_SECRET": _long_enough("GATEWAY_SECRET", given["GATEWAY_SECRET"]),
        "OUTGOING_ALLOW": _networks("OUTGOING_ALLOW", given["OUTGOING_ALLOW"]),
        "OIDC_ISSUER": _issuer(given),
        "OIDC_SCOPES": _scopes(given["OIDC_SCOPES"]),
        "SIGN_ON_ALLOW": _networks("SIGN_ON_ALLOW", given["SIGN_ON_ALLOW"]),
        "SAML_METADATA": _saml(given),
        "LDAP_URL": _ldap_url(given),
        "LDAP_FILTER": _ldap_filter(given["LDAP_FILTER"]),
        "LDAP_CA": _file("LDAP_CA", given["LDAP_CA"]),
        "SCIM_TOKEN": _long_enough("SCIM_TOKEN", given["SCIM_TOKEN"], 32),
        "METRICS_TOKEN": _long_enough("METRICS_TOKEN", given["METRICS_TOKEN"]),
        "SECRET_KEY": _secret_key(given, data_dir),
        "SECRET_KEY_PREVIOUS": _previous_keys(given["SECRET_KEY_PREVIOUS"]),
    }
    config["SECRET_KEY_FALLBACKS"] = list(config["SECRET_KEY_PREVIOUS"])  # Flask's, for cookies
    base_url = given["BASE_URL"] or f"http://{given['HOST']}:{given['PORT']}"
    config["BASE_URL"] = _address("BASE_URL", base_url, ("http", "https")).rstrip("/")
    if config["RATE_LIMITS"] == "off" and given["HOST"] not in LOOPBACK:
        raise ConfigError("RATE_LIMITS: 'off' is only for measuring, with HOST on loopback")
    config.update(flask_settings(config["BASE_URL"].startswith("https")))
    config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "enterprise_social" / "translations")
    config.update(extra)
    return config


def _data_dir(value: str) -> Path:
    path = Path(value).expanduser().resolve()
    # Everyone's messages and sessions are in there: not for other accounts of the machine.
    os.umask(os.umask(0o077) | 0o077)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"DATA_DIR: {path} can't be made: {error.strerror}") from error
    if not os.access(path, os.W_OK):
        raise ConfigError(f"DATA_DIR: {path} can't be written to")
    return path


def _database_url(value: str, data_dir: Path) -> str:
    if not value:
        return f"sqlite:///{data_dir / 'enterprise-social.db'}"
    if value.startswith("postgresql://"):
        value = value.replace("postgresql://", "postgresql+psycopg://", 1)
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigError("DATABASE_URL: expected postgresql+psycopg://… or sqlite:///…")
    try:
        name = make_url(value).database
    except (ArgumentError, ValueError):
        name = None
    if not name or name == ":memory:":
        raise ConfigError("DATABASE_URL: not an address with the name of a database")
    return value


def _number(name: str, value: str, least: int, most: int) -> int:
    try:
        number = int(value)
    except ValueError:
        raise ConfigError(f"{name}: '{value}' is not a whole number") from None
    if not least <= number <= most:
        raise ConfigError(f"{name}: {number} is not between {least} and {most}")
    return number


def _choice(name: str, value: str, choices: Any) -> str:
    if value not in choices:
        raise ConfigError(f"{name}: '{value}' is none of {', '.join(choices)}")
    return value


def _address(name: str, value: str, schemes: tuple[str, ...]) -> str:
    """Check an address without repeating it: it may hold a password."""
    if not value:
        return value
    try:
        parts = urlsplit(value)
        complete = parts.path if parts.scheme == "unix" else parts.hostname
        _port = parts.port
    except ValueError:
        raise ConfigError(f"{name}: not an address, or its port is not a number") from None
    if parts.scheme not in schemes or not complete:
        raise ConfigError(f"{name}: expected an address that begins with {schemes[0]}://")
    return value


def _files_url(value: str) -> str:
    """Check the address of a bucket: it needs a key, a secret, a host and the bucket's name."""
    _address("FILES_URL", value, ("s3",))
    parts = urlsplit(value)
    if value and not (parts.username and parts.password and parts.path.strip("/")):
        raise ConfigError("FILES_URL: expected s3://KEY:SECRET@HOST/BUCKET")
    return value


def _mail_from(value: str) -> str:
    local, _at, domain = parseaddr(value)[1].partition("@")
    if not local or not domain or any(ord(character) < 32 for character in value):
        raise ConfigError(f"MAIL_FROM: {value!r} is not like 'Name <somebody@example.org>'")
    return value


def _host(value: str) -> str:
    try:
        socket.getaddrinfo(value, None, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigError(f"HOST: {value!r} is no address to listen on") from None
    return value


def _line(name: str, value: str, longest: int) -> str:
    if len(value) > longest or any(ord(character) < 32 for character in value):
        raise ConfigError(f"{name}: at most {longest} characters in one line")
    return value


def _long_enough(name: str, value: str, least: int = 16) -> str:
    if value and len(value) < least:
        raise ConfigError(f"{name}: at least {least} characters are needed")
    return value


def _issuer(given: Mapping[str, str]) -> str:
    issuer = _address("OIDC_ISSUER", given["OIDC_ISSUER"], ("https", "http"))
    if issuer and any(mark in issuer for mark in "?#@ "):
        raise ConfigError("OIDC_ISSUER: an issuer has neither a query, a fragment nor a user")
    if issuer and not given["OIDC_CLIENT_ID"]:
        raise ConfigError("OIDC_CLIENT_ID: must be set where OIDC_ISSUER is")
    return issuer


def _ldap_url(given: Mapping[str, str]) -> str:
    url = _address("LDAP_URL", given["LDAP_URL"], ("ldaps", "ldap"))
    if url and not given["LDAP_BASE"]:
        raise ConfigError("LDAP_BASE: must be set where LDAP_URL is")
    return url


def _file(name: str, value: str) -> str:
    if value and not os.access(value, os.R_OK):
        raise ConfigError(f"{name}: there is no such file, or it can't be read")
    return value


def _saml(given: Mapping[str, str]) -> str:
    path = _file("SAML_METADATA", given["SAML_METADATA"])
    if path and (given["OIDC_ISSUER"] or shutil.which("xmlsec1") is None):
        raise ConfigError("SAML_METADATA: needs the program xmlsec1, and no OIDC_ISSUER beside it")
    return path


def _ldap_filter(value: str) -> str:
    if "{login}" not in value or value.count("(") != value.count(")"):
        raise ConfigError("LDAP_FILTER: a filter in brackets with {login} in it is expected")
    return value


def _scopes(value: str) -> str:
    if "openid" not in value.split():
        raise ConfigError("OIDC_SCOPES: 'openid' must be among them")
    return " ".join(value.split())


def _previous_keys(value: str) -> tuple[str, ...]:
    keys = [each.strip() for each in value.split(",") if each.strip()]
    return tuple(_long_enough("SECRET_KEY_PREVIOUS", each) for each in keys)


def _gateway_url(given: Mapping[str, str]) -> str:
    url = _address("GATEWAY_URL", given["GATEWAY_URL"], ("https", "http"))
    if url and not given["GATEWAY_SECRET"]:
        raise ConfigError("GATEWAY_SECRET: must be set where GATEWAY_URL is")
    return url


def _networks(name: str, value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(each.strip()) for each in value.split(",") if each.strip())
    except ValueError as error:
        raise ConfigError(f"{name}: {error}") from None


def _search_backend(value: str, url: str) -> str:
    postgres = url.startswith("postgresql")
    backend = value or ("postgres" if postgres else "whoosh")
    _choice("SEARCH_BACKEND", backend, ("whoosh", "postgres"))
    if backend == "postgres" and not postgres:
        raise ConfigError("SEARCH_BACKEND: 'postgres' needs a PostgreSQL DATABASE_URL")
    return backend


def _secret_key(given: Mapping[str, str], data_dir: Path) -> str:
    if given["SECRET_KEY"]:
        return _long_enough("SECRET_KEY", given["SECRET_KEY"])
    if given["REDIS_URL"]:
        raise ConfigError("SECRET_KEY: must be set where several processes share REDIS_URL")
    path = data_dir / "secret-key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
