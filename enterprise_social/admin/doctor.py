"""What is wrong with an installation, and how it is mended."""

from __future__ import annotations

import os
import shutil
import smtplib
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select, text

from enterprise_social.admin.look_at_files import probe_files
from enterprise_social.admin.look_at_seals import look_at_factors
from enterprise_social.admin.look_at_sign_on import look_at_sign_on
from enterprise_social.admin.look_at_ways import (
    Seen,
    look_at_deliveries,
    look_at_gateway,
    look_at_push,
)
from enterprise_social.config import LOOPBACK, ROOT
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.mail import SmtpSender
from enterprise_social.core.outbox import backlog
from enterprise_social.core.shared import redis_client
from enterprise_social.posts.models import Post
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine

State = Literal["ok", "warning", "wrong"]
MEBIBYTE = 1024 * 1024
LEAST_SPACE = 200 * MEBIBYTE
LITTLE_SPACE = 1024 * MEBIBYTE
CLOCK_TOLERANCE_SECONDS = 30.0
FEWEST_CHARACTERS = 10  # different ones in a key that was drawn by chance


@dataclass(frozen=True)
class Finding:
    """What one look found; ``mend`` says what to do where the state isn't ``ok``."""

    name: str
    state: State
    what: str
    mend: str = ""


def examine(app: Flask) -> Iterator[Finding]:
    """Look at everything, one after the other; a look that fails is a finding like the others.

    What reads the database is left out where that can't be used.
    """
    usable = True
    with app.app_context():
        for name, look in LOOKS.items():
            if name in IN_DATABASE and not usable:
                continue
            try:
                for finding in look(app):
                    usable = usable and (name, finding.state) != ("database", "wrong")
                    yield finding
            except Exception as error:  # noqa: BLE001 - a finding too
                line = (str(error).splitlines() or [""])[0]
                what = f"{type(error).__name__}: {line}" if line else type(error).__name__
                usable = usable and name != "database"
                yield Finding(name, "wrong", what, MENDS[name])
            finally:
                db.session.remove()


def _settings(app: Flask) -> Iterator[Finding]:
    yield Finding("configuration", "ok", "every setting can be used")
    address = urlsplit(app.config["BASE_URL"])
    if address.scheme == "http" and address.hostname not in LOOPBACK:
        yield Finding(
            "configuration",
            "warning",
            f"BASE_URL {app.config['BASE_URL']} is not encrypted",
            "put a proxy with TLS in front and set BASE_URL to its https:// address",
        )


def _secret_key(app: Flask) -> Iterator[Finding]:
    name = "SECRET_KEY"
    key = app.config["SECRET_KEY"]
    if len(key) < 32 or len(set(key)) < FEWEST_CHARACTERS:
        mend = "set it to 32 or more random characters; everyone signs in anew"
        yield Finding(name, "warning", "short or easy to guess", mend)
        return
    path = app.config["DATA_DIR"] / "secret-key"
    if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding(name, "wrong", f"others may read {path}", f"chmod 600 {path}")
        return
    yield Finding(name, "ok", "long enough and private")


def _data_dir(app: Flask) -> Iterator[Finding]:
    name = "DATA_DIR"
    folder: Path = app.config["DATA_DIR"]
    mode = stat.S_IMODE(folder.stat().st_mode)
    free = shutil.disk_usage(folder).free
    space = f"{free // MEBIBYTE} MiB free in {folder}"
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(name, "wrong", f"{folder} can't be used", MENDS[name])
    elif mode & 0o002:
        yield Finding(name, "wrong", f"everyone may write into {folder}", f"chmod 700 {folder}")
    elif free < LEAST_SPACE:
        yield Finding(name, "wrong", space, "free space, or move DATA_DIR to a larger disk")
    elif free < LITTLE_SPACE:
        yield Finding(name, "warning", space, "free space soon, or move DATA_DIR")
    else:
        yield Finding(name, "ok", space)


def _files(app: Flask) -> Iterator[Finding]:
    yield Finding("files", "ok", probe_files(app))


def _database(_app: Flask) -> Iterator[Finding]:
    name = "database"
    kind = db.engine.dialect.name
    if not db.inspect(db.engine).has_table("alembic_version"):
        yield Finding(name, "wrong", f"{kind}, without tables", "enterprise-social db upgrade")
        return
    from alembic.script import ScriptDirectory  # heavy, and only needed here

    found = db.session.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    newest = ScriptDirectory(str(ROOT / "migrations")).get_heads()
    if sorted(found) != sorted(newest):
        what = f"{kind}, at migration {', '.join(found) or 'none'} and not {', '.join(newest)}"
        yield Finding(name, "wrong", what, "enterprise-social db upgrade")
        return
    if is_sqlite():
        broken = db.session.execute(text("PRAGMA quick_check(1)")).scalar()
        if broken != "ok":
            mend = "stop the server and restore the last back-up (docs/operations.md)"
            yield Finding(name, "wrong", f"sqlite: {broken}", mend)
            return
    yield Finding(name, "ok", f"{kind}, at the newest migration")


def _outbox(_app: Flask) -> Iterator[Finding]:
    counts = backlog()
    what = f"{counts['waiting']} jobs wait, {counts['failed']} failed"
    if counts["failed"]:
        yield Finding("outbox", "warning", what, "the reasons are in outbox_jobs.last_error")
    else:
        yield Finding("outbox", "ok", what)


def _index(_app: Flask) -> Iterator[Finding]:
    name = "index"
    status = engine().status()
    posts = db.session.execute(
        select(func.count(Post.id)).where(Post.deleted_at.is_(None), Post.hidden_at.is_(None))
    ).scalar_one()
    if not status.ready and posts == 0:
        yield Finding(name, "ok", f"{status.backend}, none yet, and no posts")
    elif not status.ready:
        yield Finding(name, "wrong", f"{status.backend}: {status.reason}", MENDS[name])
    elif status.reason:
        yield Finding(name, "warning", f"{status.backend}: {status.reason}", MENDS[name])
    else:
        behind = indexing.behind(engine())
        what = f"{status.backend}, {status.documents} posts, {behind} to bring in"
        mend = "start the server or the worker, which brings them in"
        yield Finding(name, "warning" if behind else "ok", what, mend if behind else "")


def _redis(app: Flask) -> Iterator[Finding]:
    client = redis_client(app)
    if client is None:
        yield Finding("Redis", "ok", "not used: one process")
        return
    client.ping()
    yield Finding("Redis", "ok", "answers")


def _mail(app: Flask) -> Iterator[Finding]:
    name = "mail"
    sender = app.extensions["mail"]
    if not isinstance(sender, SmtpSender):
        folder = app.config["DATA_DIR"] / "mail"
        mend = "set SMTP_URL, or nobody gets a mail"
        local = app.config["HOST"] in LOOPBACK
        yield Finding(name, "ok" if local else "warning", f"written into {folder}", mend)
        return
    try:
        sender.check()
    except smtplib.SMTPAuthenticationError:
        yield Finding(name, "wrong", "the server refuses the sign-in", MENDS[name])
        return
    yield Finding(name, "ok", "the server takes mail")


def _told_by(name: str, look: Callable[[Flask], Iterator[Seen]]) -> Look:
    def findings(app: Flask) -> Iterator[Finding]:
        for state, what, mend in look(app):
            yield Finding(name, state, what, mend)

    return findings


def _clock(app: Flask) -> Iterator[Finding]:
    name = "clock"
    here = datetime.now(UTC)
    others: dict[str, datetime] = {}
    if not is_sqlite():
        there = db.session.execute(select(func.clock_timestamp())).scalar_one()
        others["the database's"] = there.astimezone(UTC)
    client = redis_client(app)
    if client is not None:
        seconds, micros = client.time()
        others["Redis'"] = datetime.fromtimestamp(seconds + micros / 1e6, UTC)
    for whose, there in others.items():
        apart = abs((there - here).total_seconds())
        if apart > CLOCK_TOLERANCE_SECONDS:
            yield Finding(name, "wrong", f"{apart:.0f} s apart from {whose} clock", MENDS[name])
            return
    newest = db.session.execute(select(func.max(Post.created_at))).scalar()
    if newest is not None and (newest - here).total_seconds() > CLOCK_TOLERANCE_SECONDS:
        yield Finding(name, "warning", f"there are posts from the future ({newest})", MENDS[name])
        return
    yield Finding(name, "ok", f"{here:%Y-%m-%d %H:%M:%S} UTC")


Look = Callable[[Flask], Iterator[Finding]]
LOOKS: dict[str, Look] = {
    "configuration": _settings,
    "SECRET_KEY": _secret_key,
    "DATA_DIR": _data_dir,
    "files": _files,
    "database": _database,
    "outbox": _outbox,
    "index": _index,
    "Redis": _redis,
    "mail": _mail,
    "sign-on": _told_by("sign-on", look_at_sign_on),
    "second factors": _told_by("second factors", look_at_factors),
    "gateway": _told_by("gateway", look_at_gateway),
    "push": _told_by("push", look_at_push),
    "announcements": _told_by("announcements", look_at_deliveries),
    "clock": _clock,
}
IN_DATABASE = {"outbox", "index", "second factors", "announcements", "clock"}
MENDS = {
    "configuration": "correct the setting; docs/operations.md lists them all",
    "SECRET_KEY": "set SECRET_KEY, or make DATA_DIR/secret-key readable to this user",
    "DATA_DIR": "chown it to the user that runs the server, and chmod 700",
    "files": "make room or mend the rights of DATA_DIR/files, or correct FILES_URL",
    "database": "start it, or correct DATABASE_URL",
    "outbox": "mend the database first",
    "index": "enterprise-social search rebuild",
    "Redis": "start it, or correct REDIS_URL",
    "mail": "correct SMTP_URL, or start the mail server",
    "second factors": "mend the database first",
    "gateway": "correct GATEWAY_URL",
    "push": "make DATA_DIR/push-key.pem readable to this user",
    "announcements": "mend the database first",
    "clock": "set the clocks of all machines by NTP",
}
