"""How pages show a card."""

from __future__ import annotations

from markupsafe import Markup

from enterprise_social.core.fragments import cached_fragment
from enterprise_social.feed.queries import Card


def render_post(card: Card, run: bool = False) -> Markup:
    """Return the fragment of a post; ``run`` says that it continues its author's run."""
    return cached_fragment((card.version, run), "posts/_post.html", post=card, run=run)
