"""What admins set for the whole organisation, in force at once on every process.

A room defines its settings where it is loaded (``define``); anybody reads them (``get``), which
costs no query: a process keeps them, forgets them when one is changed by whichever process, and
looks for itself every few seconds in case it was not told.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy import JSON, String, func, select
from sqlalchemy.orm import Mapped, mapped_column

from enterprise_social.core import audit, live, outages
from enterprise_social.core.access import Viewer
from enterprise_social.core.actions import action, after_commit
from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, BigId, UTCDateTime, db
from enterprise_social.core.errors import Invalid

log = logging.getLogger(__name__)
LOOK_EVERY_SECONDS = 5.0
COMMAND = "settings_changed"


class OrganisationSetting(Base):
    """A setting that differs from its default."""

    __tablename__ = "organisation_settings"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_by_id: Mapped[int | None] = mapped_column(BigId)


@dataclass(frozen=True)
class Setting:
    """A setting: ``clean`` returns the value to keep, or raises ValueError with a sentence.

    Of a ``secret`` one the audit log tells that it changed, and nothing else.
    """

    name: str
    default: Any
    clean: Callable[[Any], Any]
    secret: bool = False


@dataclass(frozen=True)
class _Kept:
    """What a process keeps: the values, and by which of them it knows them to be the newest."""

    values: dict[str, Any]
    stamp: tuple[int, datetime | None]


_KEPT = "organisation_settings"
_defined: dict[str, Setting] = {}


def define(name: str, default: Any, clean: Callable[[Any], Any], *, secret: bool = False) -> None:
    """Define a setting as ``room.noun``; its value must be what JSON can hold.

    A ``secret`` one is given sealed (``core.sealing``), and its value isn't in the audit log.
    """
    _defined[name] = Setting(name, default, clean, secret)


def get(name: str) -> Any:
    """Return what a setting is now. Raises KeyError where nobody defined it."""
    setting = _defined[name]
    kept: _Kept | None = current_app.extensions.get(_KEPT)
    if kept is None:
        kept = current_app.extensions[_KEPT] = _load()
    return kept.values.get(name, setting.default)


def _load() -> _Kept:
    one = OrganisationSetting
    rows = db.session.execute(select(one.name, one.value, one.changed_at)).all()
    newest = max((row.changed_at for row in rows), default=None)
    return _Kept({row.name: row.value for row in rows}, (len(rows), newest))


@action
def change(actor: Viewer | None, given: Mapping[str, Any]) -> None:
    """Set what is given; the caller has checked the right. Raises Invalid by the settings' names.

    What changed, from what and to what, is in the audit log.
    """
    cleaned = _clean(given)
    for name, value in cleaned.items():
        row = db.session.get(OrganisationSetting, name)
        before = _defined[name].default if row is None else row.value
        if before == value:
            continue
        if row is None:
            row = OrganisationSetting(name=name)
            db.session.add(row)
        row.value, row.changed_at = value, now()
        row.changed_by_id = None if actor is None else int(actor.id)
        told = {} if _defined[name].secret else {"before": before, "after": value}
        audit.record(actor, "settings.change", f"setting:{name}", told)
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    after_commit(lambda: forget(app))
    live.control(COMMAND)


@action
def renew(name: str) -> None:
    """Give a setting a new value that only says that what it stands for changed.

    Every process sees it at once, as with other settings; the change itself is audited elsewhere.
    """
    row = db.session.get(OrganisationSetting, name)
    if row is None:
        row = OrganisationSetting(name=name)
        db.session.add(row)
    row.value, row.changed_at, row.changed_by_id = secrets.token_hex(8), now(), None
    db.session.flush()
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    after_commit(lambda: forget(app))
    live.control(COMMAND)


def _clean(given: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in given.items():
        try:
            cleaned[name] = _defined[name].clean(value)
        except ValueError as error:
            errors[name] = [str(error)]
    if errors:
        raise Invalid(errors=errors)
    return cleaned


def forget(app: Flask) -> None:
    """Have this process read the settings anew when it next needs one."""
    app.extensions.pop(_KEPT, None)


def watch(app: Flask) -> None:
    """Look every few seconds whether a setting changed, in a process that serves or works."""
    threading.Thread(target=_watch, args=(app,), name="settings", daemon=True).start()


def look_again(app: Flask) -> None:
    """Forget the settings where those that are kept aren't those that are in the database.

    They may be older where they were read in a transaction that had begun before a change.
    """
    kept: _Kept | None = app.extensions.get(_KEPT)
    with app.app_context():
        newest = func.max(OrganisationSetting.changed_at)
        stamp = db.session.execute(select(func.count(), newest).select_from(OrganisationSetting))
        if kept is not None and kept.stamp != tuple(stamp.one()):
            forget(app)


def _watch(app: Flask) -> None:
    pause = threading.Event()
    while not pause.wait(LOOK_EVERY_SECONDS):
        try:
            look_again(app)
        except outages.DATABASE_AWAY as error:
            outages.note(error)
        except Exception:
            log.warning("the organisation's settings could not be read", exc_info=True)
