"""What a notification says, and why somebody got it: on the page, in mails, to programs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from enterprise_social.channels.models import COMMENTS, STORYLINE
from enterprise_social.notifications.queries.lists import Line

# Around what stands out in a sentence; no name can hold them.
_BEGIN, _END = "\ue000", "\ue001"
_PARTS = re.compile(f"({_BEGIN}[^{_END}]*{_END})")


@dataclass(frozen=True)
class Part:
    """A stretch of a sentence."""

    text: str
    strong: bool = False


def sentence(line: Line) -> Sequence[Part]:
    """Return what a notification says, in the parts that it is shown in."""
    return [
        Part(piece.strip(_BEGIN + _END), strong=piece.startswith(_BEGIN))
        for piece in _PARTS.split(_sentence(line))
        if piece
    ]


def plain_sentence(line: Line) -> str:
    """Return what a notification says as a text."""
    return "".join(part.text for part in sentence(line))


def _sentence(line: Line) -> str:
    kind, who, where = line.notification.kind, _who(line), _where(line)
    if kind == "mention":
        return _("%(who)s mentioned you in %(where)s", who=who, where=where)
    if kind == "group_mention":
        group = _strong(f"@{line.group.slug}" if line.group else _("your group"))
        return _("%(who)s mentioned %(group)s in %(where)s", who=who, group=group, where=where)
    if kind == "channel_mention":
        return _("%(who)s called everyone in %(where)s", who=who, where=where)
    if kind == "reply":
        return _reply(line, who)
    if kind == "direct":
        return _direct(line, who, where)
    if kind == "keyword":
        word = _strong(line.notification.reason.partition(":")[2])
        return _("%(who)s wrote “%(word)s” in %(where)s", who=who, word=word, where=where)
    if kind == "reaction":
        return _("%(who)s reacted to your post in %(where)s", who=who, where=where)
    if kind == "invitation":
        return _("%(who)s added you to %(where)s", who=who, where=where)
    return _other_sentence(line, who, where)


def _other_sentence(line: Line, who: str, where: str) -> str:
    """Say what was not said in a channel to somebody, or because of what stands there."""
    kind, why = line.notification.kind, line.notification.reason
    if kind in ("follow", "followed_post"):
        return _of_following(line, who)
    if kind in ("moderation", "export"):
        return _of_an_export(why, who) if kind == "export" else _of_moderation(why, where)
    if line.withdrawn:
        return _("%(who)s withdrew an announcement", who=who)
    return _("%(who)s announced %(title)s", who=who, title=_strong(line.title))


def _of_following(line: Line, who: str) -> str:
    if line.notification.kind == "follow":
        return ngettext("%(who)s follows you", "%(who)s follow you",
                        line.notification.actor_count, who=who)  # fmt: skip
    return ngettext(
        "%(who)s wrote in their storyline",
        "%(who)s wrote %(num)s posts in their storyline",
        line.notification.count,
        who=who,
    )


def _of_moderation(reason: str, where: str) -> str:
    return {
        "held_waits": _("Something waits for your approval in %(where)s", where=where)
        if where
        else _("Something waits for your approval"),
        "held_approved": _("What you wrote in %(where)s was approved", where=where),
        "held_refused": _("What you wrote in %(where)s was not approved", where=where),
        "hidden": _("What you wrote is hidden while it is reviewed"),
        "decided": _("Moderators decided about what you wrote"),
        "outcome": _("What you reported was decided"),
        "undone": _("A decision about what you wrote was taken back"),
        "appealed": _("Somebody appeals a decision"),
        "waiting": _("Something was reported and waits for a decision"),
        "overdue": _("A report waits for longer than it should"),
        "judged": _("Your appeal was judged"),
    }.get(reason, _("Moderators looked at something that concerns you"))


def _of_an_export(reason: str, who: str) -> str:
    return {
        "asked": _("%(who)s asks you to agree to an export", who=who),
        "approved": _("%(who)s agreed to your export", who=who),
        "refused": _("%(who)s refused your export", who=who),
        "ready": _("An export can be downloaded"),
        "own_ready": _("Your data can be downloaded"),
        "own_failed": _("Your data could not be gathered"),
    }.get(reason, _("An export could not be made"))


def _reply(line: Line, who: str) -> str:
    if line.channel is not None and line.channel.kind == COMMENTS:
        return _("%(who)s commented on %(title)s", who=who, title=_strong(line.channel.name))
    if line.notification.reason == "thread:author":
        return _("%(who)s replied to your post", who=who)
    return _("%(who)s replied in a thread you follow", who=who)


def _direct(line: Line, who: str, where: str) -> str:
    count = line.notification.count
    if len(line.partners) > 1:
        return ngettext(
            "%(who)s wrote in %(where)s",
            "%(who)s sent %(num)s messages in %(where)s",
            count,
            who=who,
            where=where,
        )
    return ngettext("%(who)s wrote to you", "%(who)s sent you %(num)s messages", count, who=who)


def _who(line: Line) -> str:
    if not line.actors:
        return _("Somebody")
    name = _strong(line.actors[0].name)
    if not line.others:
        return name
    if line.others == 1 and len(line.actors) > 1:
        return _("%(one)s and %(other)s", one=name, other=_strong(line.actors[1].name))
    others = ngettext("%(num)s other", "%(num)s others", line.others)
    return _("%(one)s and %(others)s", one=name, others=_strong(others))


def _where(line: Line) -> str:
    if line.channel is None:
        return ""
    if line.channel.kind == COMMENTS:
        return _strong(line.channel.name)
    if line.channel.kind == STORYLINE:
        return _("the storyline of %(name)s", name=_strong(line.channel.name))
    if line.channel.kind != "direct":
        return _strong(f"#{line.channel.slug}")
    names = ", ".join(each.name for each in line.partners[:3])
    return _strong(line.channel.name or names or _("your conversation"))


def _strong(text: str) -> str:
    return f"{_BEGIN}{re.sub(f'[{_BEGIN}{_END}]', '', text)}{_END}"


def reason(line: Line) -> str:
    """Answer why somebody was told."""
    kind, _colon, what = line.notification.reason.partition(":")
    if kind == "thread" and line.channel is not None and line.channel.kind == COMMENTS:
        return {
            "author": _("You sent this announcement, so you follow its comments."),
            "replied": _("You commented on this announcement, so you follow its comments."),
            "mentioned": _("You were mentioned in these comments, so you follow them."),
        }.get(what, _("You chose to follow these comments."))
    if kind == "thread":
        return {
            "author": _("You began this thread, so you follow it."),
            "replied": _("You replied in this thread, so you follow it."),
            "mentioned": _("You were mentioned in this thread, so you follow it."),
        }.get(what, _("You chose to follow this thread."))
    if kind == "group":
        group = f"@{line.group.slug}" if line.group else _("a group")
        return _("You are in %(group)s, which was mentioned.", group=group)
    if kind == "keyword":
        return _("You watch the word “%(word)s” in the channels you are in.", word=what)
    return {
        "mentioned": _("Your name was mentioned with @."),
        "channel": _("@channel calls everyone in it, and you have not silenced it."),
        "direct": _("You are in this conversation, and have not silenced it."),
        "reaction": _("You wrote what was reacted to."),
        "added": _("Somebody made you a member."),
        "followed": _("Somebody began to follow you."),
        "follows": _("You follow this person."),
        "announcement": _("You are one of those whom this announcement is for."),
    }.get(kind, _("It concerns you."))
