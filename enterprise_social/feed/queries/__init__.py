"""Reads for streams, threads, the rail and the home page."""

from __future__ import annotations

from enterprise_social.feed.queries.cards import Card, Face, Quote, cards
from enterprise_social.feed.queries.documents import (
    channel_document,
    post_document,
    post_writer,
)
from enterprise_social.feed.queries.places import Place, place
from enterprise_social.feed.queries.rail import Rail, RailItem, rail
from enterprise_social.feed.queries.streams import (
    Slice,
    latest_for,
    mentions_of,
    pins,
    posts_of,
    stream,
    stream_after,
    stream_around,
    thread,
    thread_after,
    thread_around,
)

__all__ = [
    "Card",
    "Face",
    "Place",
    "Quote",
    "Rail",
    "RailItem",
    "Slice",
    "cards",
    "channel_document",
    "latest_for",
    "mentions_of",
    "pins",
    "place",
    "post_document",
    "post_writer",
    "posts_of",
    "rail",
    "stream",
    "stream_after",
    "stream_around",
    "thread",
    "thread_after",
    "thread_around",
]
