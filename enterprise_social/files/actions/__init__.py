"""Writes of files: storing, describing, preparing, deleting; uploads in pieces."""

from __future__ import annotations

from enterprise_social.files.actions.hanging import (
    check_files,
    delete_file,
    drop_orphan,
    let_go,
)
from enterprise_social.files.actions.storing import (
    copy_file,
    describe_file,
    discard,
    keep_prepared,
    store_file,
    store_files,
)
from enterprise_social.files.actions.uploads import (
    begin_upload,
    cancel_upload,
    finish_upload,
    receive_part,
)

__all__ = [
    "begin_upload",
    "cancel_upload",
    "check_files",
    "copy_file",
    "delete_file",
    "describe_file",
    "discard",
    "drop_orphan",
    "finish_upload",
    "keep_prepared",
    "let_go",
    "receive_part",
    "store_file",
    "store_files",
]
