"""Calling groups: a mention for each of their people who is in the channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, func, insert, literal, select

from enterprise_social.channels.models import Membership
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.people.models import GroupMember, Person
from enterprise_social.people.policy import suggestible
from enterprise_social.posts.models import Mention, Post


@action
def call_groups(
    post: Post, group_ids: Sequence[int], named: Sequence[int], *, again: bool = False
) -> None:
    """Write a mention for everyone whom a post calls by their groups, in one statement.

    Once each, however many of the groups they are in; not for its author, nor for those whom it
    names themselves (``named``). With ``again`` some of them were called by it before and are left
    as they are. Who leaves a group later was called all the same.
    """
    people = (
        _called(post.channel_id, group_ids)
        .with_only_columns(
            literal(post.id),
            GroupMember.person_id,
            func.min(GroupMember.group_id),
            literal(post.channel_id),
            literal(post.author_id),
            literal(post.seq),
        )
        .where(GroupMember.person_id.not_in([post.author_id, *named]))
        .group_by(GroupMember.person_id)
    )
    if again:
        known = exists().where(
            Mention.post_id == post.id, Mention.person_id == GroupMember.person_id
        )
        people = people.where(~known)
    columns = ["post_id", "person_id", "group_id", "channel_id", "author_id", "seq"]
    db.session.execute(insert(Mention).from_select(columns, people))


def count_called(channel_id: int, group_ids: Sequence[int]) -> int:
    """Return how many people of a channel are in any of the groups."""
    people = func.count(GroupMember.person_id.distinct())
    statement = _called(channel_id, group_ids).with_only_columns(people)
    return int(db.session.execute(statement).scalar_one())


def _called(channel_id: int, group_ids: Sequence[int]) -> Select[Any]:
    return (
        select(GroupMember.person_id)
        .join(Membership, Membership.person_id == GroupMember.person_id)
        .join(Person, Person.id == GroupMember.person_id)
        .where(
            GroupMember.group_id.in_(group_ids), Membership.channel_id == channel_id, suggestible()
        )
    )
