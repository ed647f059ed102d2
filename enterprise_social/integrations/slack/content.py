"""Which messages are posts, who speaks in them, and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from enterprise_social.core.text import safe_name
from enterprise_social.integrations.slack.blocks import escaped, text_of_blocks
from enterprise_social.integrations.slack.records import SlackMessage

# What somebody or some program said. All other subtypes tell of joins, renames and the like.
SPOKEN = frozenset(
    {
        "",
        "bot_message",
        "document_mention",
        "file_comment",
        "file_mention",
        "file_share",
        "huddle_thread",
        "me_message",
        "reply_broadcast",
        "slackbot_response",
        "thread_broadcast",
    }
)
EMPTY = "empty"
SLACKBOT = "USLACKBOT"


def skip_reason(message: SlackMessage) -> str | None:
    """Why a message is no post: its subtype, or ``"empty"``; None where it is one."""
    if message.subtype not in SPOKEN:
        return safe_name(message.subtype)[:40]
    return None if spoken_text(message).strip() else EMPTY


def spoken_text(message: SlackMessage) -> str:
    """What a message says, in Slack's markup.

    Programs often say it in blocks or attachments only, and a file may come without a word:
    then the post says what stands there, or the files' names.
    """
    text = message.text
    if not text.strip():
        text = text_of_blocks(message.blocks)
    if not text.strip():
        text = "\n".join(filter(None, map(_attachment_text, message.attachments)))
    if not text.strip():
        text = "\n".join(f"\N{PAPERCLIP} {escaped(name)}" for name in _file_names(message))
    if message.subtype == "me_message" and "\n" not in text:
        return f"_{text.strip()}_" if text.strip() else ""
    return text


def _attachment_text(attachment: Mapping[str, Any]) -> str:
    def field(name: str) -> str:
        value = attachment.get(name)
        return value if isinstance(value, str) else ""

    title, link = field("title"), field("title_link")
    if title and link:
        title = f"<{link}|{title.replace('|', '¦')}>"
    parts = [part for part in (field("pretext"), title, field("text")) if part]
    nested = attachment.get("blocks")
    blocks = text_of_blocks(nested) if isinstance(nested, list) else ""
    return "\n".join(parts) or blocks or field("fallback")


def _file_names(message: SlackMessage) -> list[str]:
    names = []
    for file in message.files:
        name = file.get("name") or file.get("title")
        if isinstance(name, str):
            names.append(name)
    return names
