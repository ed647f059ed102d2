"""Places that keep what was deleted for a while by themselves, and how they are cleared.

The index keeps words of posts that are gone until its parts are merged; SQLite's log keeps pages as
they were until it begins anew; the outbox and the folder of mails hold whole messages.
"""

from __future__ import annotations

import logging
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, or_, select

from enterprise_social.accounts.models import Invitation
from enterprise_social.core import fragments, live
from enterprise_social.core.actions import action, after_commit, finish_reading
from enterprise_social.core.db import db, is_sqlite
from enterprise_social.core.events import announce
from enterprise_social.core.mail import FolderSender, sender
from enterprise_social.core.outbox import OutboxJob
from enterprise_social.integrations.events import PeopleImportClosed
from enterprise_social.integrations.models import PeopleImport, PeopleImportLine
from enterprise_social.search import indexing
from enterprise_social.search.engines import engine
from enterprise_social.search.models import SearchDocument, SearchWord

log = logging.getLogger(__name__)
TRIES, PAUSE_SECONDS = 4, 0.5


def scrub_index() -> None:
    """Build the search index anew, so that no word is left of what isn't there any more."""
    finish_reading()
    indexing.rebuild(engine())
    db.session.rollback()
    _forget_words()


@action
def _forget_words() -> None:
    """Forget words for corrections that stand in no post; only PostgreSQL's index keeps them."""
    if is_sqlite():
        return
    standing = (
        select(SearchDocument.post_id)
        .where(SearchDocument.words.op("@@")(func.plainto_tsquery("simple", SearchWord.word)))
        .correlate(SearchWord)
    )
    db.session.execute(
        delete(SearchWord).where(~standing.exists()).execution_options(synchronize_session=False)
    )


@action
def scrub_memory() -> None:
    """Have every process forget what it keeps of rendered posts."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    after_commit(lambda: fragments.forget(app))
    live.control(fragments.COMMAND)


def scrub_log() -> None:
    """Have SQLite put its log into its file and begin the log anew.

    While somebody reads an old state it can't; it does so by itself as soon as nobody does.
    """
    if not is_sqlite():
        return
    db.session.rollback()
    for _try in range(TRIES):
        with db.engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not busy:
            return
        time.sleep(PAUSE_SECONDS)
    log.info("the database's log is in use; it begins anew when nobody reads it")


@action
def forget_outbox_jobs(address: str) -> int:
    """Take jobs out of the outbox that name an address, those given up among them."""
    spelt = or_(
        func.lower(OutboxJob.payload).contains(address.casefold(), autoescape=True),
        func.lower(func.coalesce(OutboxJob.last_error, "")).contains(
            address.casefold(), autoescape=True
        ),
    )
    ids = list(db.session.scalars(select(OutboxJob.id).where(spelt)))
    db.session.execute(delete(OutboxJob).where(OutboxJob.id.in_(ids)))
    return len(ids)


def forget_mails(address: str) -> int:
    """Delete mails to an address, where mails are files of this machine."""
    if not isinstance(sender(), FolderSender):
        return 0
    count = 0
    for path in (Path(current_app.config["DATA_DIR"]) / "mail").glob("*.eml"):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        message = message_from_bytes(content, policy=policy.default)
        if address.casefold() in str(message["To"]).casefold():
            path.unlink(missing_ok=True)
            count += 1
    return count


@action
def forget_imports(address: str) -> int:
    """Take an address out of lists of people, with the files that they came in, and invitations."""
    lines = select(PeopleImportLine.id, PeopleImportLine.import_id).where(
        func.lower(PeopleImportLine.email) == address.casefold()
    )
    found = db.session.execute(lines).all()
    db.session.execute(
        delete(PeopleImportLine).where(PeopleImportLine.id.in_([row.id for row in found]))
    )
    lists = select(PeopleImport).where(PeopleImport.state.in_(("done", "cancelled")))
    for each in db.session.scalars(lists):
        announce(PeopleImportClosed(each.storage_key))
    gone = db.session.execute(
        delete(Invitation)
        .where(func.lower(Invitation.email) == address.casefold())
        .execution_options(synchronize_session=False)
    )
    return len(found) + int(getattr(gone, "rowcount", 0))
