"""What follows when a word rule points at something, and what only the worker can judge: files."""

from __future__ import annotations

from sqlalchemy import select

from enterprise_social.channels.models import Channel
from enterprise_social.core.actions import action
from enterprise_social.core.daily import DayBegun
from enterprise_social.core.db import db
from enterprise_social.core.errors import NotFound
from enterprise_social.core.events import after
from enterprise_social.core.screening import Asked, Verdict
from enterprise_social.files.events import FileReady
from enterprise_social.files.models import File
from enterprise_social.moderation.actions.cases import open_case
from enterprise_social.moderation.words.actions.hits import add_hits, forget_hits, note_verdict
from enterprise_social.moderation.words.events import WordsFlagged
from enterprise_social.moderation.words.models import WordHit, WordRule
from enterprise_social.moderation.words.patterns import Reading
from enterprise_social.moderation.words.rulebook import in_force
from enterprise_social.posts.actions.holding import put_away_refused
from enterprise_social.posts.actions.reviewing import hide_post
from enterprise_social.posts.events import PostCreated
from enterprise_social.posts.models import Post, PostFile

# What cases can be about; of other things the history of the rule tells.
_TARGETS = ("post", "person", "file")
LONGEST_REASON = 40


@after(WordsFlagged)
def open_a_case(event: WordsFlagged) -> None:
    """Have those who judge look at it; where they do already nothing is added."""
    kind, _colon, number = event.target.partition(":")
    rule = db.session.get(WordRule, event.rule_id)
    if rule is None or kind not in _TARGETS or not number.isdecimal():
        return
    try:
        open_case("flagged", kind, int(number), event.channel_id, rule.name[:LONGEST_REASON])
    except NotFound:
        return


@after(FileReady, slow=True)
def judge_a_file(event: FileReady) -> None:
    """Judge what stands in a file once its text is known, where it was posted already."""
    statement = select(PostFile.post_id).where(PostFile.file_id == event.file_id)
    post_id = db.session.execute(statement).scalar_one_or_none()
    if post_id is not None:
        _judge(post_id, [event.file_id])


def _files_are_judged(_event: PostCreated) -> bool:
    return any("files" in rule.places for rule in in_force())


@after(PostCreated, slow=True, only=_files_are_judged)
def judge_the_files_of_a_post(event: PostCreated) -> None:
    """Judge the files of a new post whose text is known already."""
    ids = db.session.scalars(select(PostFile.file_id).where(PostFile.post_id == event.post_id))
    _judge(event.post_id, list(ids))


@after(DayBegun, slow=True)
def forget_old_hits(event: DayBegun) -> None:
    """Throw away what matched more than a year ago, and what was long not approved."""
    del event
    put_away_refused()
    while forget_hits():
        pass


def _judge(post_id: int, file_ids: list[int]) -> None:
    post = db.session.get(Post, post_id)
    channel = db.session.get(Channel, post.channel_id) if post is not None else None
    if post is None or channel is None or post.deleted:
        return
    # In rules of the files' text a conversation is as good as a channel.
    rules = [rule for rule in in_force() if rule.holds_in("files", channel.id)]
    # Once each: it may be asked for again, and a post that was brought back stays.
    known = set(
        db.session.scalars(
            select(WordHit.rule_id).where(
                WordHit.target == f"post:{post.id}",
                WordHit.place == "files",
                WordHit.rule_id.in_([rule.id for rule in rules]),
            )
        )
    )
    for file in db.session.scalars(select(File).where(File.id.in_(file_ids), File.text != "")):
        reading = Reading(file.text)
        matching = [rule for rule in rules if rule.id not in known and rule.matches(reading)]
        stopping = tuple(rule.id for rule in matching if rule.effect != "flag")
        flagging = tuple(rule.id for rule in matching if rule.effect == "flag")
        if matching:
            asked = Asked("files", "", channel_id=channel.id, actor_id=post.author_id)
            _keep(post, asked, stopping, flagging)


@action
def _keep(post: Post, asked: Asked, stopping: tuple[int, ...], flagging: tuple[int, ...]) -> None:
    """Keep what matched; what can't be refused any more is hidden until somebody looks at it."""
    target = f"post:{post.id}"
    note_verdict(Verdict("", flagged_by=flagging, asked=asked), target)
    if not stopping:
        return
    if hide_post(post):
        add_hits(asked, stopping, "hold", target)
        rule = db.session.get_one(WordRule, stopping[0])
        open_case("flagged", "post", post.id, post.channel_id, rule.name[:LONGEST_REASON])
