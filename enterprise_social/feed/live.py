"""What each change looks like to pages (operations on their HTML) and to programs (JSON)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, g
from markupsafe import Markup

from enterprise_social.channels.models import Change, Channel
from enterprise_social.channels.queries import changes
from enterprise_social.core.db import db
from enterprise_social.core.fragments import cached_fragment, fragment
from enterprise_social.core.live import Rendered
from enterprise_social.feed.queries.cards import Card, card_select, cards
from enterprise_social.feed.queries.events import (
    cards_here,
    event_of,
    reaction_event,
    roles_of,
)
from enterprise_social.feed.queries.reacted import CHANGED, Reacted, reacted
from enterprise_social.posts.models import Post
from enterprise_social.reactions.queries import mine

Operation = dict[str, str]
# After these, what other posts show of a post is no longer true.
RETOLD = {"post_updated", "post_deleted", "post_restored", "post_moved"}
MOST_ECHOES = 50


def show_post(card: Card, run: bool = False) -> Markup:
    """Return the fragment of a post for a page, which says at its end what is the viewer's own."""
    if card.reaction_counts:
        g.setdefault("reacted_posts", set()).add(card.id)
    return render_post(card, run)


def own_reactions() -> str:
    """Return what of the reactions shown by now is the viewer's own: ``12:tada 12:heart 15:eyes``.

    In one query for all that ``show_post`` has shown since it was asked last.
    """
    shown = g.pop("reacted_posts", None)
    person = g.get("user_id")
    if not shown or not person:
        return ""
    found = mine(person, shown)
    return " ".join(f"{post_id}:{emoji}" for post_id in sorted(found) for emoji in found[post_id])


def render_post(card: Card, run: bool = False) -> Markup:
    """Return the fragment of a post; ``run`` says that it continues its author's run."""
    return cached_fragment((card.version, run), "posts/_post.html", post=card, run=run)


def render_changes(channel_id: int, seqs: Sequence[int]) -> list[Rendered]:
    """Render the named changes of a channel; the bus delivers them."""
    return render_log(channel_id, changes(channel_id, seqs))


def render_log(channel_id: int, log: Sequence[Change]) -> list[Rendered]:
    """Render changes from the rows as they are now, in a fixed number of queries."""
    reactions = [change for change in log if change.type == CHANGED]
    states = reacted(channel_id, {change.post_id for change in reactions})
    others = [change for change in log if change.type != CHANGED]
    rendered = _render_others(channel_id, others) if others else {}
    rendered |= _render_reactions(reactions, states)
    return [rendered[change.seq] for change in log]


def _render_reactions(log: Sequence[Change], states: dict[int, Reacted]) -> dict[int, Rendered]:
    """Render changes of reactions; pages get those that follow each other at once as one.

    Its ``first`` is the number of the first of them: under many hands there is less to send.
    """
    rendered = {}
    post_ids: dict[int, None] = {}
    first = 0
    for place, change in enumerate(log):
        first = first if post_ids else change.seq
        post_ids[change.post_id or 0] = None
        pages = None
        if place + 1 == len(log) or log[place + 1].seq != change.seq + 1:
            pages = {
                "channel_id": change.channel_id,
                "seq": change.seq,
                "first": first,
                "ops": [_chips(states[each]) for each in post_ids if _in_sight(states, each)],
                "meta": {"type": CHANGED},
            }
            post_ids = {}
        event = reaction_event(change, states)
        rendered[change.seq] = Rendered(pages=pages, programs=(CHANGED, event))
    return rendered


def _in_sight(states: dict[int, Reacted], post_id: int) -> bool:
    return post_id in states and states[post_id].in_sight


def _chips(state: Reacted) -> Operation:
    html = fragment("reactions/_chips.html", post_id=state.post_id, chips=state.chips)
    return {"op": "replace", "target": f"reactions:{state.post_id}", "html": str(html)}


def _render_others(channel_id: int, log: Sequence[Change]) -> dict[int, Rendered]:
    shown = cards_here(channel_id, (each for change in log for each in _posts_of(change)))
    roots = {card.parent_id for card in shown.values()}
    shown.update(cards_here(channel_id, (root for root in roots if root and root not in shown)))
    echoes = _echoes({change.post_id for change in log if change.type in RETOLD})
    channel = None
    states: dict[int, str] = {}
    if not all(_posts_of(change) for change in log):
        channel = db.session.get(Channel, channel_id, populate_existing=True)
        states = roles_of(channel_id, [c.person_id for c in log if c.person_id])
    return {change.seq: _render(change, shown, channel, states, echoes) for change in log}


def _render(
    change: Change,
    shown: dict[int, Card],
    channel: Channel | None,
    roles: dict[int, str],
    echoes: dict[int, list[Card]],
) -> Rendered:
    card = shown.get(change.post_id or 0)
    operations: list[Operation] = []
    if change.post_ids is not None:
        operations = [_gone(post_id, shown.get(post_id)) for post_id in change.post_ids]
    elif card is not None:
        operations = _post_operations(change.type, card, shown.get(card.parent_id or 0))
        operations += [_replace(echo) for echo in echoes.get(card.id, [])]
    elif change.post_id is not None:
        # It stands in another channel now.
        operations.append({"op": "remove", "target": f"post:{change.post_id}"})
    elif channel is not None and channel.kind != "direct":
        # A conversation is called after the others in it: each of them asks for its head.
        head = str(fragment("channels/_head.html", channel=channel))
        operations = [{"op": "replace", "target": f"channel:{channel.id}", "html": head}]
    pages = {
        "channel_id": change.channel_id,
        "seq": change.seq,
        "ops": operations,
        "meta": _meta(change, card),
    }
    event = event_of(change, shown, channel, roles)
    return Rendered(pages=pages, programs=(event["type"], event))


def _post_operations(kind: str, card: Card, root: Card | None) -> list[Operation]:
    operations: list[Operation] = []
    if _hidden(card):
        operations.append({"op": "remove", "target": f"post:{card.id}"})
    elif kind in ("post_created", "post_restored", "post_moved"):
        html = str(render_post(card))
        if kind == "post_moved":
            operations.append({"op": "remove", "target": f"post:{card.id}"})
        if kind == "post_restored":
            # Where a note of its deletion stands, such as above its thread.
            operations.append(_replace(card))
        if card.in_stream:
            target = f"stream:{card.channel_id}"
            operations.append({"op": "append", "target": target, "html": html})
        if card.parent_id is not None:
            operations.append({"op": "append", "target": f"thread:{card.parent_id}", "html": html})
    else:
        operations.append(_replace(card))
    # A reply changes what its root shows; so does its going or coming back.
    if root is not None and kind != "post_updated":
        if _hidden(root):
            operations.append({"op": "remove", "target": f"post:{root.id}"})
        else:
            operations.append(_replace(root))
    return operations


def _posts_of(change: Change) -> Sequence[int]:
    if change.post_ids is not None:
        return change.post_ids
    return [change.post_id] if change.post_id else []


def _gone(post_id: int, card: Card | None) -> Operation:
    """A post that was removed for good; where it stands for its replies it says so."""
    if card is None or _hidden(card):
        return {"op": "remove", "target": f"post:{post_id}"}
    return _replace(card)


def _echoes(post_ids: set[int | None]) -> dict[int, list[Card]]:
    """Return the newest posts that show something of the given ones: quotes, and thread replies."""
    if not post_ids:
        return {}
    statement = (
        card_select()
        .where(
            Post.quoted_post_id.in_(post_ids)
            | (Post.parent_id.in_(post_ids) & Post.in_stream.is_(True))
        )
        .where(Post.deleted_at.is_(None))
    )
    found: dict[int, list[Card]] = {}
    for card in cards(statement.order_by(Post.id.desc()).limit(MOST_ECHOES)):
        for source in {card.quoted_post_id, card.parent_id} & post_ids:
            found.setdefault(source or 0, []).append(card)
    return found


def _hidden(card: Card) -> bool:
    return card.deleted and card.reply_count == 0


def _replace(card: Card) -> Operation:
    return {"op": "replace", "target": f"post:{card.id}", "html": str(render_post(card))}


def _meta(change: Change, card: Card | None) -> dict[str, Any]:
    meta: dict[str, Any] = {"type": change.type}
    if card is not None:
        meta.update(
            post_id=card.id,
            author_id=card.author_id,
            parent_id=card.parent_id,
            in_stream=card.in_stream,
            mentions=card.mentions,
            mentions_all=card.mentions_all,
            mention_groups=card.mention_groups,
        )
    else:
        meta["user_id"] = change.person_id
    return meta


def register(app: Flask) -> None:
    """Let the bus of ``app`` render changes."""
    app.extensions["live"].renderer = render_changes
