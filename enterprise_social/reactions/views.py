"""Who reacted to a post, and reacting without a script."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from enterprise_social.accounts import identity
from enterprise_social.channels.queries import seat
from enterprise_social.core import limits
from enterprise_social.core.access import find
from enterprise_social.core.assets import assets
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post
from enterprise_social.reactions import policy
from enterprise_social.reactions.actions import react, withdraw
from enterprise_social.reactions.counting import Chip, chips
from enterprise_social.reactions.emoji import COMMON, characters_of, named
from enterprise_social.reactions.queries import mine, reactors

blueprint = Blueprint("reactions", __name__)
MOST_SHOWN = 100
MOST_TOLD = 12  # in the small window over a chip
QUICK = 5


@blueprint.get("/posts/<int:post_id>/reactions")
def reactions(post_id: int) -> ResponseReturnValue:
    """Show who reacted to a post; with ``part`` only the names, for the page that asks."""
    viewer = identity.signed_in()
    return _page(viewer, _post(viewer, post_id))


@blueprint.get("/reactions/picker")
def picker() -> ResponseReturnValue:
    """Give the emoji picker, without the emoji."""
    return render_template("reactions/picker.html")


@blueprint.post("/posts/<int:post_id>/reactions")
@limits.limiter.limit(limits.POSTS)
def save(post_id: int) -> ResponseReturnValue:
    """React to a post, or take it back."""
    viewer = identity.signed_in()
    post = _post(viewer, post_id)
    turn = withdraw if request.form.get("state") == "withdrawn" else react
    try:
        turn(viewer, post, request.form.get("emoji", ""))
    except NotFound:
        raise
    except AppError as error:
        return _page(viewer, post, error)
    return redirect(f"/posts/{post_id}/reactions", 303)


def emoji_facts() -> dict[str, Any]:
    """Return where the picker finds all emoji in the page's language, and what is offered first."""
    store = assets()
    paths = [f"emoji/{str(get_locale() or 'en').partition('_')[0]}.json", "emoji/en.json"]
    path = next(each for each in paths if store.get(each) is not None)
    return {
        "url": store.url(path),
        "quick": [[name, characters_of(name)] for name in COMMON[:QUICK]],
    }


def _post(viewer: Person, post_id: int) -> Post:
    post = find(Post, post_id, viewer)
    if post.deleted or post.hidden:
        raise NotFound()
    return post


def _page(viewer: Person, post: Post, error: AppError | None = None) -> ResponseReturnValue:
    emoji = named(request.args.get("emoji", ""))
    found = reactors(
        viewer,
        post.id,
        emoji.name if emoji else "",
        cursor=request.args.get("after"),
        limit=MOST_TOLD if request.args.get("part") else MOST_SHOWN,
    )
    shown = chips(post.reaction_counts)
    facts = {
        "post": post,
        "chips": shown,
        "chosen": emoji.name if emoji else "",
        "reactors": found.items,
        "next": found.next_cursor,
        "rest": _unknown(shown, emoji.name if emoji else "", len(found.items), found.next_cursor),
    }
    if request.args.get("part"):
        return render_template("reactions/_who.html", **facts)
    here = seat(viewer, channel_id=post.channel_id)
    own = mine(viewer.id, [post.id]).get(post.id, [])
    page = render_template(
        "reactions/show.html",
        **facts,
        mine=[(name, characters_of(name)) for name in own],
        may_react=policy.may_react(viewer, here.channel, here.membership),
        common=[(name, characters_of(name)) for name in COMMON if name not in own],
        error=error,
    )
    return page, error.status if error else 200


def _unknown(shown: list[Chip], name: str, listed: int, more: str | None) -> int:
    """Return how many more reacted than the viewer may know of."""
    if more or request.args.get("after"):
        return 0
    total = sum(chip.count for chip in shown if not name or chip.name == name)
    return max(0, total - listed)
