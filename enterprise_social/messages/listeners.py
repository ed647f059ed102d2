"""What conversations do when people write in them and leave them."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.channels.events import MemberLeft
from enterprise_social.channels.models import Channel
from enterprise_social.channels.queries import cut_off
from enterprise_social.core.access import require
from enterprise_social.core.db import db
from enterprise_social.core.events import during
from enterprise_social.messages.actions.changing import rekey
from enterprise_social.posts.events import PostCreated, PostRestored, PostUpdated
from enterprise_social.posts.models import Post


def nobody_is_reached_across_a_block(event: PostCreated | PostUpdated | PostRestored) -> None:
    """Refuse what would be said, by whatever means, in a conversation of two with a block."""
    post = db.session.get(Post, event.post_id)
    channel = db.session.get(Channel, post.channel_id) if post else None
    if channel is None or channel.kind != "direct" or channel.member_count != 2:
        return
    require(not cut_off(channel.id), _("This person can't be reached."))


during(PostCreated)(nobody_is_reached_across_a_block)
during(PostUpdated)(nobody_is_reached_across_a_block)
during(PostRestored)(nobody_is_reached_across_a_block)


@during(MemberLeft)
def the_others_are_another_group(event: MemberLeft) -> None:
    """Let those who stay be found as who they are."""
    channel = db.session.get(Channel, event.channel_id)
    if channel is not None and channel.kind == "direct":
        rekey(channel)
