"""What people are told of: posts, announcements, being added; and what makes it read."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial

from sqlalchemy import exists, insert, select

from enterprise_social.announcements.events import (
    AnnouncementPublished,
    LadderDue,
    RecipientAnswered,
)
from enterprise_social.announcements.models import Announcement, Recipient
from enterprise_social.channels.events import MemberAdded, ReadMoved
from enterprise_social.channels.queries import membership
from enterprise_social.core.clock import now
from enterprise_social.core.db import db
from enterprise_social.core.events import after, during
from enterprise_social.following.events import PersonFollowed
from enterprise_social.following.queries import follower_known
from enterprise_social.notifications import actions, mails, pushes
from enterprise_social.notifications.actions import Told, tell
from enterprise_social.notifications.actions.forgetting import drop_lines
from enterprise_social.notifications.events import (
    DigestReady,
    DigestTime,
    MailReady,
    MailTime,
    NotificationsMade,
)
from enterprise_social.notifications.models import Following, NotificationSource
from enterprise_social.notifications.queries import audience
from enterprise_social.people.events import PersonChanged, PersonReactivated
from enterprise_social.posts.events import (
    PostCreated,
    PostDeleted,
    PostHidden,
    PostRestored,
    PostShown,
    PostsPurged,
    PostUpdated,
    ThreadMoved,
)
from enterprise_social.posts.models import Post
from enterprise_social.reactions.events import Reacted, ReactionWithdrawn
from enterprise_social.reactions.queries import mine as reactions_of

# Telling ten thousand takes its time: posts are found all the same meanwhile.
NOTICES = "notices"
A_MOMENT = timedelta(microseconds=1)
# What waits for the mail server waits for nothing else, and nothing waits for it.
MAILS = "notices by mail"
PUSHES = "notices by push"


@during(PostCreated)
def follow_what_one_writes(event: PostCreated) -> None:
    """Whoever begins a thread, answers in it or is named in it follows it from then on."""
    post = db.session.get_one(Post, event.post_id)
    if post.parent_id is None:
        return
    root = db.session.get_one(Post, post.parent_id)
    reasons = dict.fromkeys(post.mention_ids, "mentioned")
    reasons |= {root.author_id: "author", post.author_id: "replied"}
    statement = select(Following.person_id).where(
        Following.root_id == root.id, Following.person_id.in_(list(reasons))
    )
    known = set(db.session.scalars(statement))
    rows = [
        {
            "root_id": root.id,
            "person_id": person_id,
            "reason": reason,
            "follows": True,
            # For the others this reply is the first that is new.
            "since": now() if person_id == post.author_id else post.created_at - A_MOMENT,
        }
        for person_id, reason in sorted(reasons.items())
        if person_id not in known
    ]
    if rows:
        db.session.execute(insert(Following), rows)


OfPost = PostCreated | PostUpdated | PostRestored | PostShown


@after(PostCreated, PostUpdated, PostRestored, PostShown, batch=50, lane=NOTICES)
def tell_of_a_post(events: list[OfPost]) -> None:
    """Tell each person once, by the strongest of their reasons; of several posts in a row."""
    posts = audience.posts_of({event.post_id for event in events})
    channels = audience.channels_of(posts.values())
    words = audience.watched(post.plain for post in posts.values())
    for event in events:
        post = posts.get(event.post_id)
        if post is not None:
            _tell_of(post, words, again=isinstance(event, PostUpdated))
    del channels  # at hand until here: a session forgets what nobody holds


def _tell_of(post: Post, words: Collection[str], *, again: bool) -> None:
    if post.deleted or post.hidden or post.import_key is not None:
        return
    if again:
        # Another reason may take the place of the one that was taken out.
        actions.forget_the_unnamed(post)
    # Whom an edit names is told as well; who was told already is not told again.
    kinds: list[tuple[str, str, Callable[[Post], dict[int, str]]]] = [
        ("direct", f"direct:{post.channel_id}", audience.spoken_to),
        ("mention", f"mention:{post.id}", audience.mentioned),
        ("group_mention", f"mention:{post.id}", audience.called_by_group),
        ("channel_mention", f"mention:{post.id}", audience.called_by_channel),
        ("reply", f"reply:{post.parent_id}", audience.followers),
        ("keyword", f"keyword:{post.id}", partial(audience.watching_words, words=words)),
        ("followed_post", f"followed:{post.author_id}", audience.following_author),
    ]
    told: set[int] = set()
    for kind, group_key, find in kinds:
        reasons = {each: why for each, why in find(post).items() if each not in told}
        # Telling the many whom one post calls takes seconds: is this one still to be seen?
        if reasons and audience.is_seen(post.id):
            tell(_of_post(post, kind, group_key), reasons)
            told |= set(reasons)


@after(PostDeleted, PostHidden, lane=NOTICES)
def forget_a_post(event: PostDeleted | PostHidden) -> None:
    """Nobody is told of what was taken away, or is out of sight while it is reviewed."""
    actions.forget_sources(f"post:{event.post_id}")
    actions.forget_lines_of_reactions(event.post_id)


@after(Reacted, lane=NOTICES)
def tell_of_a_reaction(event: Reacted) -> None:
    """Tell the author, in one line for all who react until it is read."""
    post = db.session.get(Post, event.post_id)
    if post is None or post.deleted or post.hidden or not _still_reacts(event):
        return
    reasons = audience.reacted_to(post, event.person_id)
    if reasons:
        tell(
            Told(
                kind="reaction",
                group_key=f"reaction:{post.id}",
                source=f"reaction:{post.id}:{event.person_id}",
                actor_id=event.person_id,
                channel_id=post.channel_id,
                # Reading on in the channel is not to have seen it: it is read where it is opened.
                root_id=post.parent_id or post.id,
                post_id=post.id,
                seq=post.seq,
            ),
            reasons,
        )


@after(ReactionWithdrawn, lane=NOTICES)
def forget_a_reaction(event: ReactionWithdrawn) -> None:
    """Take back what was told of whoever no longer reacts with anything."""
    if not _still_reacts(event):
        actions.forget_sources(f"reaction:{event.post_id}:{event.person_id}")


def _still_reacts(event: Reacted | ReactionWithdrawn) -> bool:
    return bool(reactions_of(event.person_id, [event.post_id]))


@during(ThreadMoved)
def follow_a_thread(event: ThreadMoved) -> None:
    """What tells of a thread is of the channel that it stands in now, and for who is in it."""
    actions.move_lines(event.post_ids, event.channel_id)


@during(PostsPurged)
def drop_the_lines_of_purged_posts(event: PostsPurged) -> None:
    """What is gone for good is gone from the lists in the same moment."""
    drop_lines(event.post_ids)


@after(AnnouncementPublished, LadderDue, lane=NOTICES)
def tell_of_an_announcement(event: AnnouncementPublished | LadderDue) -> None:
    """Put it into the lists of those for whom it has begun; its ladder brings it to them.

    The ladder has a step as well for whoever joins later, or begins later in their own zone.
    """
    announcement = db.session.get(Announcement, event.announcement_id)
    if announcement is None or announcement.ended_as == "withdrawn":
        return
    source = f"announcement:{announcement.id}"
    told = exists().where(
        NotificationSource.person_id == Recipient.person_id, NotificationSource.source == source
    )
    statement = select(Recipient.person_id).where(
        Recipient.announcement_id == announcement.id, Recipient.begins_at <= now(), ~told
    )
    reasons = dict.fromkeys(db.session.scalars(statement).all(), "announcement")
    sender = announcement.in_name_of_id or announcement.author_id
    tell(Told("announcement", source, source, sender, announcement_id=announcement.id), reasons)


@after(RecipientAnswered, lane=NOTICES)
def read_what_was_answered(event: RecipientAnswered) -> None:
    """Whoever answered has read it."""
    actions.read_announcement(event.person_id, event.announcement_id)


@after(MemberAdded, lane=NOTICES)
def tell_of_an_invitation(event: MemberAdded) -> None:
    """Tell somebody that they were added to a channel, and by whom, if they still are in it."""
    if membership(event.channel_id, event.person_id) is None:
        return
    source = f"channel:{event.channel_id}:{event.seq}"
    told = Told("invitation", source, source, event.by_id, channel_id=event.channel_id)
    tell(told, {event.person_id: "added"})


@after(PersonFollowed, lane=NOTICES)
def tell_of_a_follower(event: PersonFollowed) -> None:
    """Tell somebody who follows them, if they still do, and may know of them; once for each."""
    if follower_known(event.followed_id, event.follower_id):
        source = f"follow:{event.follower_id}"
        reasons = {event.followed_id: "followed"}
        tell(Told("follow", "follow", source, event.follower_id), reasons)


@during(ReadMoved)
def read_with_the_channel(event: ReadMoved) -> None:
    """What stands in a channel is read where it is read."""
    actions.read_channel(event.person_id, event.channel_id, event.seq)


@after(NotificationsMade, lane=PUSHES)
def push_what_is_new(event: NotificationsMade) -> None:
    """Push it to those who look elsewhere."""
    pushes.push_notices(event.notification_ids)


@after(MailTime, lane=NOTICES)
def gather_what_is_unread(event: MailTime) -> None:
    """See whether somebody is to be told by mail now."""
    actions.gather_mail(event.person_id)


@after(DigestTime, lane=NOTICES)
def gather_a_digest(event: DigestTime) -> None:
    """See whether somebody's summary is due."""
    actions.gather_digest(event.person_id, event.due)


@after(MailReady, lane=MAILS)
def send_what_is_unread(event: MailReady) -> None:
    """Send one mail of all that somebody has not seen."""
    mails.send_notices(event)


@after(DigestReady, lane=MAILS)
def send_a_digest(event: DigestReady) -> None:
    """Send a summary."""
    mails.send_digest(event)


@after(PersonChanged, PersonReactivated, batch=200, lane=NOTICES)
def plan_digests_anew(events: list[PersonChanged | PersonReactivated]) -> None:
    """Eight o'clock is eight o'clock where somebody is."""
    actions.plan_digests({event.person_id for event in events})


def _of_post(post: Post, kind: str, group_key: str) -> Told:
    in_thread_alone = post.parent_id is not None and not post.in_stream
    return Told(
        kind=kind,
        group_key=group_key,
        source=f"post:{post.id}",
        actor_id=post.author_id,
        channel_id=post.channel_id,
        root_id=post.parent_id if in_thread_alone or kind == "reply" else None,
        post_id=post.id,
        seq=post.seq,
        at=post.created_at,
    )
