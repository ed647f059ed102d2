"""One's conversations, and beginning another one."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_social.accounts import identity
from enterprise_social.core.access import find, visible
from enterprise_social.core.db import db
from enterprise_social.core.errors import AppError, Invalid, NotFound
from enterprise_social.core.identities import identity as identity_of
from enterprise_social.core.limits import POSTS, limiter
from enterprise_social.feed.queries.conversations import conversations
from enterprise_social.messages.actions import LARGEST, begin_conversation, start_conversation
from enterprise_social.messages.queries import conversation_of, local_times
from enterprise_social.people.models import Person
from enterprise_social.people.queries import suggest


def index() -> str:
    """List one's conversations, the newest first."""
    viewer = identity.signed_in()
    text = request.args.get("q", "").strip()[:100]
    found = conversations(viewer, text=text, cursor=request.args.get("cursor"))
    return render_template(
        "messages/index.html",
        page_title=_("Messages"),
        conversations=found.items,
        next=found.next_cursor,
        q=text,
    )


def new() -> ResponseReturnValue:
    """Choose up to so many people and write the first words to them.

    Where only one is named and there is a conversation with them already, it is shown.
    """
    viewer = identity.signed_in()
    chosen = _chosen(viewer)
    if len(chosen) == 1 and not request.args.keys() - {"with"}:
        known = conversation_of([viewer.id, *chosen])
        if known is not None:
            return redirect(f"/messages/{known.id}", 302)
    return _new_page(viewer, chosen)


def start() -> ResponseReturnValue:
    """Open the conversation with somebody, or begin it with what was written."""
    actor = identity.signed_in()
    person_ids = request.form.getlist("user_id", type=identity_of)
    body = request.form.get("body")
    if body is None:
        for person_id in person_ids:
            find(Person, person_id, actor)
        if len(set(person_ids) - {actor.id}) == 1:
            # Nothing is begun until something is said.
            return redirect(f"/messages/new?with={person_ids[0]}", 303)
        channel, _is_new = start_conversation(actor, person_ids)
        return redirect(f"/messages/{channel.id}", 303)
    try:
        client_id = request.form.get("client_id") or None
        channel, _post = begin_conversation(actor, person_ids, body, client_id=client_id)
    except NotFound:
        raise
    except AppError as error:
        return _new_page(actor, _known(actor, person_ids), body=body, error=error), error.status
    return redirect(f"/messages/{channel.id}#end", 303)


def _chosen(viewer: Person) -> dict[int, Person]:
    """Return the people whom the address names, without those whom it takes out again."""
    wanted = [each for each in request.args.getlist("with", type=identity_of) if each != viewer.id]
    out = request.args.get("without", type=identity_of)
    return _known(viewer, [each for each in wanted if each != out])


def _known(viewer: Person, wanted: Sequence[int]) -> dict[int, Person]:
    """Return those of the people who are here and whom the viewer may know of."""
    statement = db.select(Person).where(
        Person.id.in_(wanted[: LARGEST * 2]),
        Person.deactivated_at.is_(None),
        visible(Person, viewer),
    )
    found = {person.id: person for person in db.session.scalars(statement)}
    # In the order in which they were chosen.
    return {each: found[each] for each in wanted if each in found}


def _new_page(
    viewer: Person, chosen: dict[int, Person], *, body: str = "", error: AppError | None = None
) -> str:
    text = request.args.get("q", "").strip()[:100]
    full = len(chosen) >= LARGEST - 1
    suggested: list[Any] = []
    if (text or not chosen) and not full:
        found = suggest(viewer, text, limit=8 + len(chosen))
        suggested = [one for one in found if one.id not in chosen and one.id != viewer.id][:8]
    return render_template(
        "messages/new.html",
        page_title=_("New conversation"),
        chosen=list(chosen.values()),
        suggested=suggested,
        q=text,
        full=full,
        most=LARGEST,
        body=body,
        error=_reason(error),
        client_id=secrets.token_urlsafe(16),
        times=[one for one in local_times(list(chosen.values())) if one.night],
    )


def _reason(error: AppError | None) -> str:
    if isinstance(error, Invalid):
        return " ".join(text for texts in error.errors.values() for text in texts)
    return error.detail if error else ""


def add_to(blueprint: Blueprint) -> None:
    """Add these pages."""
    blueprint.get("")(index)
    blueprint.get("/new")(new)
    blueprint.post("")(limiter.limit(POSTS)(start))
