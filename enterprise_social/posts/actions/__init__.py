"""Writes of posts: writing, editing, taking away, pinning, their files, drafts."""

from __future__ import annotations

from enterprise_social.posts.actions.approving import approve_held, refuse_held
from enterprise_social.posts.actions.drafts import save_draft
from enterprise_social.posts.actions.editing import (
    delete_post,
    edit_post,
    restore_post,
    set_pinned,
)
from enterprise_social.posts.actions.holding import Held, withdraw
from enterprise_social.posts.actions.writing import create_post

__all__ = [
    "Held",
    "approve_held",
    "create_post",
    "delete_post",
    "edit_post",
    "refuse_held",
    "restore_post",
    "save_draft",
    "set_pinned",
    "withdraw",
]
