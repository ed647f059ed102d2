"""Loading the demo workspace into an empty installation."""

from __future__ import annotations

from sqlalchemy import func, select

from enterprise_social.accounts.models import Credential
from enterprise_social.accounts.passwords import hash_password
from enterprise_social.channels.actions import append_change
from enterprise_social.channels.actions.log import write_change
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.core.actions import action
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import announce
from enterprise_social.home.demo import (
    SIGN_INS,
    DemoChannel,
    DemoConversation,
    DemoPerson,
    DemoPost,
    Workspace,
    read_workspace,
)
from enterprise_social.home.demo.workspace import in_order_of_time
from enterprise_social.home.demo_announcements import write_announcements
from enterprise_social.home.demo_following import write_following
from enterprise_social.home.demo_moderation import report_some
from enterprise_social.home.demo_profiles import write_groups, write_profiles
from enterprise_social.home.demo_reactions import write_reactions
from enterprise_social.messages.actions import direct_key, direct_slug
from enterprise_social.people.events import PersonCreated
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import create_post, edit_post
from enterprise_social.posts.models import Post


def load_demo_workspace() -> None:
    """Load the demo company: people, channels, conversations and posts, with unread ones."""
    # Hashed before the transaction: it takes its time by design.
    hashes = {each.email: hash_password(each.password) for each in SIGN_INS}
    _load(read_workspace(now()), hashes)


def demo_sign_ins() -> list[str]:
    """Return the sign-ins of the demo, a line each, as far as they exist here."""
    emails = [each.email for each in SIGN_INS]
    known = set(db.session.scalars(select(Person.email).where(Person.email.in_(emails))))
    return [
        f"{each.email}  {each.password}  {each.role}" for each in SIGN_INS if each.email in known
    ]


@action
def _load(workspace: Workspace, hashes: dict[str, str]) -> None:
    people: dict[str, Person] = {}
    for each in workspace.people:
        people[each.username] = _person(each, people)
    for email, password_hash in hashes.items():
        person = next(one for one in people.values() if one.email == email)
        db.session.add(
            Credential(person_id=person.id, password_hash=password_hash, changed_at=now())
        )
    write_profiles(people)
    channels = {}
    for place in workspace.places:
        channel = _place(place, people)
        channels[channel.slug] = channel
    write_groups(people, channels)
    write_reactions(people)
    write_following(people)
    write_announcements(people)
    report_some(channels, people["daan.verhoeven"])


def _person(each: DemoPerson, people: dict[str, Person]) -> Person:
    person = Person(
        email=each.email,
        username=each.username,
        name=each.name,
        role=each.role,
        title=each.title,
        department=each.department,
        location=each.location,
        pronouns=each.pronouns,
        phone=each.phone,
        time_zone=each.time_zone,
        manager_id=people[each.manager].id if each.manager else None,
        created_at=each.joined_at,
    )
    db.session.add(person)
    db.session.flush()
    announce(PersonCreated(person.id))
    return person


def _place(place: DemoChannel | DemoConversation, people: dict[str, Person]) -> Channel:
    channel = _channel(place, people)
    for member in place.members:
        db.session.add(
            Membership(
                channel_id=channel.id,
                person_id=people[member.username].id,
                role=member.role,
                notify=member.notify,
                starred=member.starred,
                joined_at=member.joined_at,
            )
        )
    db.session.flush()
    step = append_change(channel.id, "membership_changed", at=place.created_at)
    creator = people[place.created_by].id
    write_change(channel.id, step, "membership_changed", person_id=creator)
    _posts(channel, place.posts, people)
    _read_positions(channel, place, people)
    return channel


def _channel(place: DemoChannel | DemoConversation, people: dict[str, Person]) -> Channel:
    ids = sorted(people[member.username].id for member in place.members)
    channel = Channel(
        member_count=len(ids),
        created_by_id=people[place.created_by].id,
        created_at=place.created_at,
        seq=0,
    )
    if isinstance(place, DemoConversation):
        channel.slug, channel.name, channel.kind = direct_slug(ids), "", "direct"
        channel.direct_key = direct_key(ids)
    else:
        channel.slug, channel.name, channel.kind = place.slug, place.name, place.kind
        channel.topic, channel.purpose = place.topic, place.purpose
    db.session.add(channel)
    db.session.flush()
    return channel


def _posts(channel: Channel, posts: tuple[DemoPost, ...], people: dict[str, Person]) -> None:
    made: dict[str, Post] = {}
    roots = {reply.key: root.key for root in posts for reply in root.replies}
    for each in in_order_of_time(posts):
        root = roots.get(each.key)
        post, _new = create_post(
            people[each.author],
            channel,
            each.edited_from or each.body,
            parent_id=made[root].id if root else None,
            also_in_channel=each.also_to_channel,
            quoted_post_id=made[each.quotes].id if each.quotes in made else None,
            confirm_mention_all=True,
            at=each.created_at,
        )
        made[each.key] = post
        if each.edited_from is not None and each.edited_at is not None:
            edit_post(people[each.author], post, each.body, at=each.edited_at)
        if each.pinned_at is not None:
            post.pinned_at, post.pinned_by_id = each.pinned_at, post.author_id


def _read_positions(
    channel: Channel, place: DemoChannel | DemoConversation, people: dict[str, Person]
) -> None:
    for member in place.members:
        position = select(func.max(Post.seq)).where(Post.channel_id == channel.id)
        if member.read_until is not None:
            position = position.where(Post.created_at <= member.read_until)
        seq = db.session.execute(position).scalar_one() or 0
        mine = db.session.get(Membership, (channel.id, people[member.username].id))
        if mine is not None:
            mine.read_seq = seq
