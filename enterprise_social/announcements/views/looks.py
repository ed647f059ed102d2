"""What the pages of writing show: the form, whom it reaches, how it will look, the confirmation."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask_babel import gettext as _

from enterprise_social.announcements import audience, checks, policy
from enterprise_social.announcements.forms import Given, Reading, file_ids
from enterprise_social.announcements.models import MOST_CHOICES, Announcement
from enterprise_social.announcements.queries import lists, settings
from enterprise_social.announcements.queries.attached import chosen, files_of
from enterprise_social.announcements.views import offers
from enterprise_social.core.errors import AppError
from enterprise_social.core.text import plain_excerpt, render
from enterprise_social.files.models import MOST_FILES
from enterprise_social.people.models import Person
from enterprise_social.posts.queries import References


def form_page(
    viewer: Person,
    form: Given,
    draft: Announcement | None = None,
    errors: dict[str, list[str]] | None = None,
) -> str:
    reading = Reading(form, viewer)
    return render_template(
        "announcements/edit.html",
        page_title=_("New announcement") if draft is None else _("Edit the draft"),
        draft=draft,
        form=form,
        audience=reading.audience,
        reach=reach_of(viewer, reading.fields, reading.audience.text, form),
        look=look_of(viewer, reading.fields),
        offers=offers.kinds(),
        values=offers.values(viewer, reading.audience.kind, ""),
        most_choices=MOST_CHOICES,
        principals=settings.principals_of(viewer),
        templates=settings.templates(viewer),
        files=chosen(viewer, file_ids(form)[:MOST_FILES]),
        most_files=MOST_FILES,
        errors={**reading.audience.errors, **(errors or {})},
    )


def reach_of(
    viewer: Person, fields: dict[str, Any], text: str, form: Given
) -> dict[str, Any] | None:
    """Return how many and who: the sample is of those to whom one may announce."""
    try:
        rule = audience.parse(text, viewer.id)
    except AppError:
        return None
    if rule is None:
        return None
    principal = _principal_id(form)
    speaker = viewer
    if principal:
        known = {each.id: each for each in settings.principals_of(viewer)}
        speaker = known.get(principal, viewer)
    pretended = Announcement(
        author_id=viewer.id, in_name_of_id=speaker.id if speaker != viewer else None, audience=rule
    )
    wanted = audience.condition_of(pretended)
    allowed = policy.reach(speaker, critical=fields.get("priority") == "critical")
    count = audience.count(wanted)
    within = audience.count(wanted & allowed)
    return {
        "count": count,
        "beyond": count - within,
        "sample": audience.sample(wanted & allowed),
        "within": within,
        "words": audience.words(rule, viewer),
    }


def _principal_id(form: Given) -> int:
    text = form.get("in_name_of", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def look_of(viewer: Person, fields: dict[str, Any]) -> dict[str, Any]:
    """Return what the preview shows of it."""
    content = render(str(fields.get("body", "")), References(0, viewer))
    priority = fields.get("priority", "routine")
    chosen = settings.policy_of(priority)
    return {
        "title": fields.get("title", ""),
        "html": content.html,
        "excerpt": plain_excerpt(content.plain, 140),
        "priority": priority,
        "asks": fields.get("asks", "nothing"),
        "ask_text": fields.get("ask_text", ""),
        "choices": fields.get("choices", []),
        "due_at": fields.get("due_at"),
        "drill": fields.get("drill", False),
        "steps": chosen["steps"],
        "repeat": chosen["repeat"],
    }


def confirmation_page(
    viewer: Person, draft: Announcement, errors: dict[str, list[str]] | None = None
) -> str:
    outlook = checks.outlook(viewer, draft)
    sender, author = lists.senders_of(draft)
    return render_template(
        "announcements/confirm.html",
        page_title=_("Send it?"),
        draft=draft,
        sender=sender,
        author=author,
        outlook=outlook,
        words=audience.words(draft.audience, viewer) if draft.audience else "",
        # Nobody is named to who may not announce to them.
        sample=[]
        if draft.audience is None or "audience_text" in outlook.errors
        else audience.sample(audience.condition_of(draft)),
        responders=lists.responders_of(draft.id),
        comments=policy.wants_comments(draft),
        files=files_of([draft.id])[draft.id],
        policy=settings.policy_of(draft.priority),
        errors={**outlook.errors, **(errors or {})},
    )
