"""The organisation's directory (LDAP, RFC 4511): whose name and password is this?

We look the person up with an account of our own, and then bind as them: the password goes to the
directory and stays nowhere. Nothing goes over the wire unencrypted: ``ldaps``, or ``ldap`` with
StartTLS, with the certificate checked.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _

from enterprise_social.accounts.sign_on.claims import (
    LONGEST_GROUP,
    MOST_GROUPS,
    Told,
    cleaned_fields,
)
from enterprise_social.core.errors import Unavailable
from enterprise_social.people.details import clean_email

log = logging.getLogger(__name__)
CONNECT_SECONDS, ANSWER_SECONDS = 5, 10
LONGEST_LOGIN, LONGEST_PASSWORD = 254, 1024
# What never changes and is never given twice: OpenLDAP and others (RFC 4530); Active Directory.
IDENTITIES = ("entryUUID", "objectGUID", "nsUniqueId", "ipaUniqueID")
FIELDS = {
    "title": ("title",),
    "department": ("department", "ou"),
    "location": ("l",),
    "phone": ("telephoneNumber",),
    "employee_number": ("employeeNumber",),
    "locale": ("preferredLanguage",),
}
NAMES = ("displayName", "cn")
ATTRIBUTES = (
    *IDENTITIES, *NAMES, "mail", "memberOf", *(one for each in FIELDS.values() for one in each),
)  # fmt: skip


class DirectoryAway(Unavailable):
    """The directory doesn't answer, or not to us; ``reason`` is for the log alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("The directory does not answer right now. Try again shortly."))
        self.reason = reason


def is_configured() -> bool:
    """Tell whether people can come in by a directory."""
    return bool(current_app.config["LDAP_URL"])


def issuer() -> str:
    """Return what identities of the directory are kept under."""
    return f"ldap:{current_app.config['LDAP_BASE']}"


def person_with(login: str, password: str) -> Told | None:
    """Return what the directory says of whoever has this login and password, or None.

    Raises DirectoryAway. Takes its time: not to be called inside an action.
    """
    from ldap3.core.exceptions import LDAPException

    # A bind with an empty password succeeds as nobody (RFC 4513, 5.1.2).
    if not 1 <= len(password) <= LONGEST_PASSWORD or not 1 <= len(login) <= LONGEST_LOGIN:
        return None
    try:
        return _person_with(login, password)
    except (LDAPException, OSError, ssl.SSLError) as error:
        raise DirectoryAway(f"{type(error).__name__}: {error}") from error


def _person_with(login: str, password: str) -> Told | None:
    config = current_app.config
    found = None
    with _connection(config["LDAP_USER"], config["LDAP_PASSWORD"]) as ours:
        if not _binds(ours):
            raise DirectoryAway("the account that looks people up can't bind")
        found = _entry(ours, login)
        if found is None:
            return None
        groups = _groups(ours, found)
    with _connection(found["dn"], password) as theirs:
        if not _binds(theirs):
            return None
    return _told(found, groups)


def _connection(user: str, password: str) -> Any:
    from ldap3 import NONE, SAFE_SYNC, Connection, Server

    config = current_app.config
    parts = urlsplit(config["LDAP_URL"])
    secure = parts.scheme == "ldaps"
    server = Server(
        parts.hostname,
        port=parts.port or (636 if secure else 389),
        use_ssl=secure,
        tls=_checked_tls(config["LDAP_CA"] or None),
        get_info=NONE,
        connect_timeout=CONNECT_SECONDS,
    )
    made = Connection(
        server,
        user=user or None,
        password=password or None,
        client_strategy=SAFE_SYNC,
        receive_timeout=ANSWER_SECONDS,
        auto_referrals=False,
        check_names=False,
    )
    return _Line(made, start_tls=not secure)


def _checked_tls(certificates: str | None) -> Any:
    """Return TLS as Python's own defaults have it, with the host's name checked.

    The library's own check is done by a function that newer Pythons no longer have.
    """
    from ldap3 import Tls

    class Checked(Tls):
        def wrap_socket(self, connection: Any, **_options: Any) -> None:
            context = ssl.create_default_context(cafile=certificates)
            plain = connection.socket
            try:
                connection.socket = context.wrap_socket(
                    plain, server_hostname=connection.server.host
                )
            except BaseException:
                plain.close()
                raise

    return Checked()


class _Line:
    """A connection that is let go whatever happens."""

    def __init__(self, connection: Any, *, start_tls: bool) -> None:
        self._connection, self._start_tls = connection, start_tls

    def __enter__(self) -> Any:
        try:
            self._connection.open(read_server_info=False)
            if self._start_tls and not self._connection.start_tls(read_server_info=False):
                raise DirectoryAway("StartTLS was refused")
        except BaseException:
            self._let_go()
            raise
        return self._connection

    def _let_go(self) -> None:
        if self._connection.socket is not None:
            self._connection.socket.close()

    def __exit__(self, *_error: object) -> None:
        self._connection.unbind()


def _binds(connection: Any) -> bool:
    answer = connection.bind(read_server_info=False)
    return bool(answer[0] if isinstance(answer, tuple) else answer)


def _entry(connection: Any, login: str) -> Mapping[str, Any] | None:
    from ldap3 import SUBTREE
    from ldap3.utils.conv import escape_filter_chars

    config = current_app.config
    wanted = config["LDAP_FILTER"].replace("{login}", escape_filter_chars(login))
    _status, _result, response, _request = connection.search(
        config["LDAP_BASE"],
        wanted,
        search_scope=SUBTREE,
        attributes=list(ATTRIBUTES),
        size_limit=2,
        time_limit=ANSWER_SECONDS,
    )
    found = [each for each in response or () if each.get("type") == "searchResEntry"]
    if len(found) > 1:
        log.warning("the directory has several people for one login; none of them comes in")
    return found[0] if len(found) == 1 else None


def _groups(connection: Any, entry: Mapping[str, Any]) -> frozenset[str]:
    """Return the groups somebody is in by their names and by their common names.

    Directories that don't write them at the person are asked for groups that name the person.
    """
    from ldap3 import SUBTREE
    from ldap3.utils.conv import escape_filter_chars

    names = _texts(entry, "memberOf")
    if not names:
        who = escape_filter_chars(entry["dn"])
        _status, _result, response, _request = connection.search(
            current_app.config["LDAP_BASE"],
            f"(|(member={who})(uniqueMember={who}))",
            search_scope=SUBTREE,
            attributes=["cn"],
            size_limit=MOST_GROUPS,
            time_limit=ANSWER_SECONDS,
        )
        names = [each["dn"] for each in response or () if each.get("type") == "searchResEntry"]
    common = [each.partition(",")[0].partition("=")[2] for each in names]
    return frozenset(each for each in [*names, *common] if 0 < len(each) <= LONGEST_GROUP)


def _told(entry: Mapping[str, Any], groups: frozenset[str]) -> Told | None:
    subject = next(filter(None, (_identity(entry, each) for each in IDENTITIES)), "")
    if not subject:
        log.error("the directory tells no identity that stays (%s)", ", ".join(IDENTITIES))
        return None
    given = {
        field: next(filter(None, (_text(entry, each) for each in theirs)), "")
        for field, theirs in FIELDS.items()
    }
    name = next(filter(None, (_text(entry, each) for each in NAMES)), "")
    return Told(
        issuer=issuer(),
        subject=subject,
        # Only admins of the directory write addresses into it.
        email=clean_email(_text(entry, "mail")) or "",
        name=cleaned_fields({"name": name[:120]}).get("name", ""),
        fields=cleaned_fields({field: value for field, value in given.items() if value}),
        groups=groups,
    )


def _identity(entry: Mapping[str, Any], name: str) -> str:
    values = entry["raw_attributes"].get(name) or [b""]
    raw: bytes = values[0]
    return raw.hex() if name == "objectGUID" else raw.decode("ascii", "replace")


def _texts(entry: Mapping[str, Any], name: str) -> list[str]:
    return [each.decode("utf-8", "replace") for each in entry["raw_attributes"].get(name) or ()]


def _text(entry: Mapping[str, Any], name: str) -> str:
    return next(iter(_texts(entry, name)), "").strip()
