"""The rules by which a browser takes live changes, as ``static/js/core/live.js`` has them.

What is early waits a moment for the one before it; then, and after a reconnection, what is missing
is fetched, for channels that are followed. Of the others the server says only that something
changed, and one message may stand for several changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.load.ledger import Ledger


@dataclass
class Counts:
    """What happened on the wire; nothing of it is seen by somebody at a screen."""

    live: int = 0
    fetched: int = 0
    early: int = 0  # came before the one before it, and waited
    overlaps: int = 0  # came live although it was fetched already
    thin: int = 0
    gaps: int = 0  # fetches because of one
    repeated: int = 0  # the same message twice on one connection


@dataclass
class Follow:
    """How far somebody is in one channel."""

    seq: int
    followed: bool = False
    # What came before the one before it: the last number of a message → the first one.
    early: dict[int, int] = field(default_factory=dict)
    heard: set[int] = field(default_factory=set)  # on this connection
    wanted: int = 0  # what was told without its content


class Inbox:
    """All channels of one person."""

    def __init__(
        self, person: int, ledger: Ledger, counts: Counts, missing: Callable[[int], None]
    ) -> None:
        """``missing`` is called with a channel of which something is to be asked for."""
        self.person = person
        self.channels: dict[int, Follow] = {}
        self._ledger = ledger
        self._counts = counts
        self._missing = missing

    def follow(self, channel: int, seq: int) -> bool:
        """A view of the channel is open that shows all up to ``seq``; whether it lags behind."""
        state = self.channels.get(channel)
        if state is None:
            state = self.channels[channel] = Follow(seq)
            self._ledger.begin(self.person, channel, seq)
        elif seq > state.seq:
            self._tell(channel, state, seq)
        state.followed = True
        return bool(state.early)

    def unfollow(self, channel: int) -> None:
        """The view was closed."""
        if channel in self.channels:
            self.channels[channel].followed = False

    @property
    def followed(self) -> list[int]:
        """The channels that are on the page."""
        return [channel for channel, state in self.channels.items() if state.followed]

    def connected(self) -> None:
        """A connection begins: nothing was heard on it yet."""
        for state in self.channels.values():
            state.heard.clear()

    def ready(self, heads: dict[str, Any]) -> None:
        """The server says where the channels stand."""
        for name, seq in heads.items():
            channel = int(name)
            state = self.channels.get(channel)
            if state is None:
                self.channels[channel] = Follow(seq)
                self._ledger.begin(self.person, channel, seq)
            elif seq > state.seq:
                if state.followed:
                    state.wanted = max(state.wanted, seq)
                    self._missing(channel)
                else:
                    self._tell(channel, state, seq)

    def hears(self, channel: int, seq: int, *, first: int = 0, thin: bool = False) -> None:
        """A message came live that tells of the changes from ``first`` to ``seq``, or of one."""
        first = first or seq
        state = self.channels.get(channel)
        if state is None:
            # One that this person came into since: the server's word is the beginning.
            state = self.channels[channel] = Follow(first - 1)
            self._ledger.begin(self.person, channel, first - 1)
        counts = self._counts
        counts.live += 1
        if seq in state.heard:
            counts.repeated += 1
            self._ledger.shows(self.person, channel, seq, time.perf_counter())
            return
        state.heard.add(seq)
        counts.thin += thin
        if seq <= state.seq:
            counts.overlaps += 1
            return
        if thin and state.followed:
            # It says only that there is something; a browser asks for what it shows.
            state.wanted = max(state.wanted, seq)
            self._missing(channel)
            return
        if first > state.seq + 1:
            counts.early += 1
        state.early[seq] = first
        self._drain(channel, state)
        if state.early and state.followed:
            counts.gaps += 1
            self._missing(channel)

    def fetched(self, channel: int, seqs: list[int], head: int) -> None:
        """What was asked for came, in the order of the answer; ``head`` is how far it goes."""
        state = self.channels[channel]
        for seq in seqs:
            if seq > state.seq:
                self._counts.fetched += 1
                self._ledger.shows(self.person, channel, seq, time.perf_counter())
                state.seq = seq
        state.seq = max(state.seq, head)
        self._drain(channel, state)

    def loaded(self, channel: int, seq: int) -> None:
        """The view was loaded anew, because too much was missing."""
        state = self.channels[channel]
        if seq > state.seq:
            self._tell(channel, state, seq)

    def give_up(self) -> None:
        """Take what came without the one before it, in channels whose gaps nobody asks for.

        A rail shows each as it comes; what is missing between them stays missing.
        """
        for channel, state in self.channels.items():
            while state.early and not state.followed:
                state.seq = max(state.seq, state.early[min(state.early)] - 1)
                self._drain(channel, state)

    def lacks(self, channel: int) -> bool:
        """Tell whether something of a channel is still to be asked for."""
        state = self.channels[channel]
        return bool(state.early) or state.wanted > state.seq

    def behind(self) -> int:
        """Count the followed channels in which something is missing."""
        return sum(
            1 for channel, state in self.channels.items() if state.followed and self.lacks(channel)
        )

    def _drain(self, channel: int, state: Follow) -> None:
        for last in sorted(state.early):
            if state.early[last] > state.seq + 1:
                return
            del state.early[last]
            for seq in range(state.seq + 1, last + 1):
                self._ledger.shows(self.person, channel, seq, time.perf_counter())
            state.seq = max(state.seq, last)

    def _tell(self, channel: int, state: Follow, seq: int) -> None:
        self._ledger.tells(self.person, channel, state.seq, seq)
        # What came early and lies in that stretch is known with it.
        state.seq = seq
        self._drain(channel, state)
