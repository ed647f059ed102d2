"""Writes of files: storing, describing, preparing, deleting; uploads in pieces."""

from __future__ import annotations

from enterprise_social.files.actions.storing import (
    delete_file,
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
    "delete_file",
    "describe_file",
    "discard",
    "finish_upload",
    "keep_prepared",
    "receive_part",
    "store_file",
    "store_files",
]
