"""Writes of announcements."""

from __future__ import annotations

from enterprise_social.announcements.actions.answering import (
    answer,
    record_delivered,
    record_seen,
)
from enterprise_social.announcements.actions.commenting import (
    comment,
    leave_what_is_not_theirs,
    set_comments,
    take_part,
)
from enterprise_social.announcements.actions.composing import (
    create_draft,
    discard_draft,
    update_draft,
)
from enterprise_social.announcements.actions.delivering import (
    Due,
    claim_deliveries,
    record_failed,
    record_sent,
    tell_who_is_missing,
)
from enterprise_social.announcements.actions.ending import end, expire, follow_up
from enterprise_social.announcements.actions.granting import (
    delegate,
    grant_right,
    revoke_right,
    set_policy,
    undelegate,
)
from enterprise_social.announcements.actions.preparing import (
    delete_template,
    save_template,
    send_test,
)
from enterprise_social.announcements.actions.publishing import (
    approve,
    publish,
    publish_scheduled,
    send,
    send_back,
)
from enterprise_social.announcements.actions.recipients import add_joiners
from enterprise_social.announcements.actions.resuming import resume
from enterprise_social.announcements.actions.stepping import climb, nudge

__all__ = [
    "Due",
    "add_joiners",
    "answer",
    "approve",
    "claim_deliveries",
    "climb",
    "comment",
    "create_draft",
    "delegate",
    "delete_template",
    "discard_draft",
    "end",
    "expire",
    "follow_up",
    "grant_right",
    "leave_what_is_not_theirs",
    "nudge",
    "publish",
    "publish_scheduled",
    "record_delivered",
    "record_failed",
    "record_seen",
    "record_sent",
    "resume",
    "revoke_right",
    "save_template",
    "send",
    "send_back",
    "send_test",
    "set_comments",
    "set_policy",
    "take_part",
    "tell_who_is_missing",
    "undelegate",
    "update_draft",
]
