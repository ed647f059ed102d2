"""What a text becomes: its stored forms and the rows of what it names."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import delete, insert, or_

from enterprise_social.channels.models import Channel
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.core.errors import Invalid
from enterprise_social.core.screening import Asked, Verdict, judge
from enterprise_social.core.text import Rendered, normalise, render
from enterprise_social.people.models import Person
from enterprise_social.posts.actions.calling import call_groups
from enterprise_social.posts.models import LONGEST_BODY, Mention, Post, PostHashtag
from enterprise_social.posts.queries import References


def checked_body(body: str, *, files: int = 0) -> str:
    """Return the text as it is stored. Raises Invalid where it is too long, or says nothing.

    A post with ``files`` needs no text.
    """
    body = normalise(body)
    if not body.strip() and not files:
        raise Invalid(errors={"body": [_("Write something first.")]})
    if len(body) > LONGEST_BODY:
        raise Invalid(errors={"body": [_("At most %(most)d characters.", most=LONGEST_BODY)]})
    return body


class Prepared(NamedTuple):
    """A text as it is stored, what it becomes, and what rules of words say of it."""

    body: str
    content: Rendered
    verdict: Verdict


def prepare(
    author: Person, body: str, channel: Channel, *, files: int = 0, ruled: bool = True
) -> Prepared:
    """Check, render and judge a text that ``author`` writes in a channel.

    Called before the action begins: no text, however hostile, may hold others up in their turn
    to write. What was judged already, or is ours, needs not to be ``ruled``. Raises Invalid where
    it is too long, or says nothing, and Refused by a rule of words.
    """
    body = checked_body(body, files=files)
    references = References(channel.id, author)
    content = render(body, references)
    if not ruled:
        return Prepared(body, content, Verdict(body))
    place = "messages" if channel.kind == "direct" else "posts"
    verdict = judge(
        Asked(place, body, shown=content.plain, channel_id=channel.id, actor_id=author.id)
    )
    if verdict.text != body:
        body = checked_body(verdict.text, files=files)
        content = render(body, references)
    return Prepared(body, content, verdict)


def apply(post: Post, text: Prepared) -> None:
    """Put a text into a post."""
    content = text.content
    post.body = text.body
    post.html = content.html
    post.plain = content.plain
    post.mention_ids = list(content.person_ids)
    post.mentions_all = content.mentions_all
    post.mention_group_ids = list(content.group_ids)
    post.has_link = bool(content.links)


@action
def write_references(post: Post, content: Rendered, *, replace: bool = False) -> None:
    """Write the rows of whom and what a post names; ``replace`` drops the earlier ones."""
    if replace:
        _drop_references(post, content)
    named: list[int | None] = [*content.person_ids]
    if content.mentions_all:
        named.append(None)
    if named:
        db.session.execute(
            insert(Mention),
            [
                {
                    "post_id": post.id,
                    "person_id": person_id,
                    "channel_id": post.channel_id,
                    "author_id": post.author_id,
                    "seq": post.seq,
                }
                for person_id in named
            ],
        )
    if content.group_ids:
        call_groups(post, content.group_ids, content.person_ids, again=replace)
    tags = sorted({tag[:100] for tag in content.hashtags})
    if tags:
        when = {"post_id": post.id, "created_at": post.created_at}
        db.session.execute(insert(PostHashtag), [{**when, "tag": tag} for tag in tags])


def _drop_references(post: Post, content: Rendered) -> None:
    """Drop what an earlier text named; whoever a group called stays called while it is named."""
    given_up = or_(
        Mention.group_id.is_(None),
        Mention.group_id.not_in(content.group_ids),
        Mention.person_id.in_(content.person_ids),  # named themselves now
    )
    for condition in (
        delete(Mention).where(Mention.post_id == post.id, given_up),
        delete(PostHashtag).where(PostHashtag.post_id == post.id),
    ):
        db.session.execute(condition.execution_options(synchronize_session=False))
