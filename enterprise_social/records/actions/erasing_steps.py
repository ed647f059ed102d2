"""What follows when somebody is erased: the worker looks for what they were known by, everywhere.

Each step may be done twice without harm: whoever is killed in the middle begins it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import String, and_, cast, delete, exists, func, or_, select

from enterprise_social.announcements.models import Template
from enterprise_social.core import audit
from enterprise_social.core.actions import action, finish_reading, lock
from enterprise_social.core.clock import now
from enterprise_social.core.db import Base, db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.events import announce
from enterprise_social.files import actions as files
from enterprise_social.files import policy as file_policy
from enterprise_social.files.events import FileDeleted
from enterprise_social.files.models import GONE, File, Upload
from enterprise_social.people.models import DirectoryPosting, DirectoryWord
from enterprise_social.posts.actions.editing import log_post, place_of
from enterprise_social.posts.actions.reviewing import remove_post
from enterprise_social.posts.events import PostUpdated
from enterprise_social.posts.models import Mention, Post, PostFile, PostHashtag, Revision
from enterprise_social.reactions.actions.forgetting import forget_reactions
from enterprise_social.reactions.models import Reaction
from enterprise_social.records.actions.erasing_texts import (
    holds,
    in_pieces,
    rewrite_table,
    rewritten,
)
from enterprise_social.records.actions.exports import drop
from enterprise_social.records.actions.scrubbing import (
    forget_imports,
    forget_mails,
    forget_outbox_jobs,
    scrub_index,
    scrub_log,
    scrub_memory,
)
from enterprise_social.records.erasing.traces import Traces, unsealed
from enterprise_social.records.models import STATE_ID, DataExport, Erasure, RecordsState
from enterprise_social.records.policy.holds import is_held


def go_on(erasure_id: int) -> None:
    """Do what is left to do for an erasure."""
    erasure = db.session.get(Erasure, erasure_id, populate_existing=True)
    if erasure is None or erasure.finished_at is not None:
        return
    traces = unsealed(erasure.traces)
    done, removes_posts = erasure.done_steps, erasure.removes_posts
    finish_reading()
    for number, step in enumerate(STEPS):
        if number >= done:
            counts = {step.__name__.strip("_"): step(traces, removes_posts)}
            _note(erasure_id, number + 1, counts)
    _finish(erasure_id)


@action
def _note(erasure_id: int, done: int, counts: dict[str, int]) -> None:
    erasure = lock(Erasure, erasure_id)
    erasure.done_steps = max(erasure.done_steps, done)
    erasure.counts = {**erasure.counts, **counts}


@action
def _finish(erasure_id: int) -> None:
    erasure = lock(Erasure, erasure_id)
    erasure.traces, erasure.finished_at = "", now()
    audit.record(None, "people.erasure_finished", f"person:{erasure.person_id}", erasure.counts)


def _posts_removed(traces: Traces, removes_posts: bool) -> int:
    """Take their posts away and what stood in them; threads keep a note that there was one."""
    if not removes_posts:
        return 0
    mine = and_(Post.author_id == traces.person_id, or_(Post.body != "", Post.html != ""))
    return in_pieces(select(Post.id).where(mine), _empty_post)


@action
def _empty_post(post_id: int) -> None:
    post = db.session.get(Post, post_id)
    if post is None:
        return
    # Whoever places a hold locks the same row: neither misses the other.
    lock(RecordsState, STATE_ID)
    remove_post(None, post)
    if is_held(post_id):
        # Since the erasing began. Out of sight; it goes like what is deleted when the hold ends.
        return
    post, _channel = place_of(post)
    post.body = post.html = post.plain = ""
    post.mention_ids, post.mention_group_ids, post.import_data = [], [], None
    post.client_id, post.has_link, post.mentions_all = None, False, False
    post.reaction_counts = []
    for model in (Revision, Mention, PostHashtag, Reaction):
        db.session.execute(delete(model).where(model.post_id == post.id))
    hanging = select(PostFile.file_id).where(PostFile.post_id == post.id)
    for file_id in db.session.scalars(hanging).all():
        db.session.execute(delete(PostFile).where(PostFile.file_id == file_id))
        _discard(file_id)
    post.file_count = 0
    log_post(None, post, "post_updated")
    announce(PostUpdated(post.id))


def _reactions_withdrawn(traces: Traces, removes_posts: bool) -> int:
    """Take their reactions back where their posts go too; else they are of nobody any more."""
    if not removes_posts:
        return 0
    mine = select(Reaction.post_id).where(Reaction.person_id == traces.person_id)
    return in_pieces(mine.distinct(), lambda post_id: forget_reactions(post_id, traces.person_id))


def _mentions_rewritten(traces: Traces, _removes: bool) -> int:
    """Call them by their new name in posts, whoever wrote those."""
    named = exists().where(Mention.post_id == Post.id, Mention.person_id == traces.person_id)
    spelt = or_(holds(Post.body, traces), holds(Post.html, traces))
    return in_pieces(
        select(Post.id).where(or_(named, spelt)), lambda post_id: _rewrite_post(post_id, traces)
    )


@action
def _rewrite_post(post_id: int, traces: Traces) -> None:
    found = db.session.get(Post, post_id)
    if found is None:
        return
    post, _channel = place_of(found)
    before = {name: getattr(post, name) for name in ("body", "html", "plain")}
    texts = traces.rewrite_all(before)
    if texts == before:
        return
    for name, text in texts.items():
        setattr(post, name, text)
    log_post(None, post, "post_updated")
    announce(PostUpdated(post.id))


def _texts_rewritten(traces: Traces, _removes: bool) -> int:
    """Call them by their new name in all other texts."""
    return sum(
        rewrite_table(Base.metadata.tables[name], columns, traces)
        for name, columns in rewritten().items()
    )


def _files_discarded(traces: Traces, _removes: bool) -> int:
    """Throw away what they uploaded and what hangs on nothing."""
    loose = and_(File.owner_id == traces.person_id, ~file_policy.held(), File.name != GONE)
    count = in_pieces(select(File.id).where(loose), _discard)
    mine = select(Upload.id).where(Upload.owner_id == traces.person_id)
    return count + in_pieces(mine, _drop_upload)


@action
def _discard(file_id: int) -> None:
    files.discard(file_id)
    file = db.session.get(File, file_id, populate_existing=True)
    if file is not None:
        # One that was thrown away before its name was.
        file.name, file.alt, file.text, file.sha256 = GONE, "", "", ""


@action
def _drop_upload(upload_id: int) -> None:
    upload = db.session.get(Upload, upload_id, with_for_update=True)
    if upload is not None:
        if upload.parts:
            announce(FileDeleted(tuple(upload.parts)))
        db.session.delete(upload)


def _templates_dropped(traces: Traces, _removes: bool) -> int:
    """Throw away what they had prepared for themselves; in what is shared they are renamed."""
    mine = and_(Template.owner_id == traces.person_id, Template.shared.is_(False))
    dropped = in_pieces(select(Template.id).where(mine), _drop_template)
    spelt = func.lower(cast(Template.content, String)).contains(traces.username, autoescape=True)
    return dropped + in_pieces(
        select(Template.id).where(spelt), lambda template_id: _rename_in(template_id, traces)
    )


@action
def _rename_in(template_id: int, traces: Traces) -> None:
    template = db.session.get(Template, template_id, with_for_update=True)
    if template is not None:
        content = json.dumps(template.content, ensure_ascii=False)
        template.content = json.loads(traces.rewrite(content))


@action
def _drop_template(template_id: int) -> None:
    db.session.execute(delete(Template).where(Template.id == template_id))


def _exports_dropped(traces: Traces, _removes: bool) -> int:
    """Throw away archives that still lie there and may hold something of theirs."""
    there = DataExport.state.in_(("queued", "running", "ready"))
    theirs = or_(DataExport.kind == "compliance", DataExport.requested_by_id == traces.person_id)
    return in_pieces(select(DataExport.id).where(there, theirs), _drop_export)


@action
def _drop_export(export_id: int) -> None:
    try:
        export = lock(DataExport, export_id)
    except NotFound:
        return
    if not export.is_over:
        drop(None, export, "deleted")


def _words_forgotten(_traces: Traces, _removes: bool) -> int:
    """Forget words of the directory that stand on nobody's profile any more."""
    used = exists().where(DirectoryPosting.word == DirectoryWord.word)
    return in_pieces(select(DirectoryWord.id).where(~used), _forget_word)


@action
def _forget_word(word_id: int) -> None:
    used = exists().where(DirectoryPosting.word == DirectoryWord.word)
    db.session.execute(
        delete(DirectoryWord)
        .where(DirectoryWord.id == word_id, ~used)
        .execution_options(synchronize_session=False)
    )


def _queue_cleared(traces: Traces, _removes: bool) -> int:
    """Take mails to them out of the queue and out of the folder of mails that nobody sends."""
    return forget_outbox_jobs(traces.email) + forget_mails(traces.email)


def _imports_cleared(traces: Traces, _removes: bool) -> int:
    """Take them out of lists of people and invitations."""
    return forget_imports(traces.email)


def _index_scrubbed(_traces: Traces, _removes: bool) -> int:
    """Build the index anew: an old one keeps words of what is gone until its parts are merged."""
    scrub_index()
    return 1


def _memory_scrubbed(_traces: Traces, _removes: bool) -> int:
    """Have processes forget what they keep of rendered posts."""
    scrub_memory()
    return 1


def _log_scrubbed(_traces: Traces, _removes: bool) -> int:
    scrub_log()
    return 1


STEPS: tuple[Callable[[Traces, bool], int], ...] = (
    _posts_removed,
    _reactions_withdrawn,
    _mentions_rewritten,
    _texts_rewritten,
    _templates_dropped,
    _files_discarded,
    _exports_dropped,
    _words_forgotten,
    _queue_cleared,
    _imports_cleared,
    _index_scrubbed,
    _memory_scrubbed,
    _log_scrubbed,
)
