"""Posts are sent while the server is killed again and again: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from tests.faults.clients import Draft, Follower, Sender, wait_until
from tests.faults.truth import Truth
from tests.faults.workspace import Workspace, prepare
from tests.services.server import LiveServer

CLIENTS = 8
POSTS = 2_000
CHANNELS = 4
KILLS = 5
COMMON = "manifest"  # stands in every post, so that one search must find them all


def _drafts(workspace: Workspace, sender: int, dice: random.Random) -> list[Draft]:
    return [
        Draft(
            dice.choice(workspace.channel_ids),
            f"outbox-{sender}-{number}",
            f"{COMMON} word{sender}x{number} **checked** at the gate",
            is_reply=number % 10 == 9,
        )
        for number in range(POSTS // CLIENTS)
    ]


def _confirmed(senders: Sequence[Sender]) -> int:
    return sum(len(sender.confirmed) for sender in senders)


def _kill_now_and_then(
    server: LiveServer, senders: Sequence[Sender], dice: random.Random
) -> list[int]:
    """Kill and start the server at random moments of the whole run; returns the moments."""
    moments = []
    for number in range(KILLS):
        target = int(POSTS * (number + dice.uniform(0.3, 0.9)) / (KILLS + 0.5))
        wait_until(lambda target=target: _confirmed(senders) >= target, 60, "posts between kills")
        time.sleep(dice.uniform(0, 0.05))
        moments.append(_confirmed(senders))
        server.kill()
        server.start()
    return moments


@pytest.mark.timeout(240)
def test_what_was_confirmed_is_there_once_in_order_and_found(
    backend: str, make_live_server: Callable[..., LiveServer], capsys: pytest.CaptureFixture[str]
) -> None:
    seed = int(os.environ.get("FAULT_SEED", random.randrange(10**6)))
    dice = random.Random(seed)
    server = make_live_server(backend)
    workspace = prepare(server, people=CLIENTS, channels=CHANNELS)
    server.start()
    senders = [
        Sender(server.url, colleague, _drafts(workspace, number, dice))
        for number, colleague in enumerate(workspace.colleagues)
    ]
    followers = [
        Follower(server.url, colleague, workspace.channel_ids).start()
        for colleague in workspace.colleagues
    ]
    truth = Truth(server.url, workspace.colleagues[0])
    began = time.monotonic()
    try:
        for sender in senders:
            sender.start()
        moments = _kill_now_and_then(server, senders, dice)
        for sender in senders:
            sender.join(90)
        took = time.monotonic() - began
        _check_the_log(truth, workspace, senders)
        _check_views(truth, workspace, followers)
        _check_search(truth, workspace, senders, dice)
    finally:
        for follower in followers:
            follower.stop()
        truth.close()
    with capsys.disabled():
        print(
            f"\n{backend}: {_confirmed(senders)} posts of {CLIENTS} clients confirmed in {took:.1f}"
            f" s; killed {KILLS} times, after {', '.join(map(str, moments))} posts;"
            f" {sum(sender.repeated for sender in senders)} sends repeated,"
            f" {sum(sender.already_there for sender in senders)} of them were there already;"
            f" {sum(f.live for f in followers)} changes seen live,"
            f" {sum(f.caught_up for f in followers)} caught up, by"
            f" {sum(f.connections for f in followers)} connections; seed {seed}"
        )


def _check_the_log(truth: Truth, workspace: Workspace, senders: Sequence[Sender]) -> None:
    confirmed = [one for sender in senders for one in sender.confirmed]
    assert [refusal for sender in senders for refusal in sender.refused] == []
    assert len(confirmed) == POSTS
    assert len({one.id for one in confirmed}) == POSTS
    for channel_id in workspace.channel_ids:
        here = {one.id: one for one in confirmed if one.channel_id == channel_id}
        posts = truth.posts(channel_id)
        assert Counter(post["body"] for post in posts) == Counter(
            one.body for one in here.values()
        ), "each post once, and none that nobody sent"
        assert {post["id"]: post["seq"] for post in posts} == {
            one.id: one.seq for one in here.values()
        }, "as it was confirmed"
        log = truth.log(channel_id)
        assert [change["seq"] for change in log] == list(range(1, truth.seq(channel_id) + 1))
        created = [change for change in log if change["type"] == "post_created"]
        assert [change["post_id"] for change in created] == [post["id"] for post in posts]
        times = [change["at"] for change in log]
        assert times == sorted(times)
    for sender in senders:
        for channel_id in workspace.channel_ids:
            mine = [one.seq for one in sender.confirmed if one.channel_id == channel_id]
            assert mine == sorted(mine), "what somebody sent later stands later"


def _check_views(truth: Truth, workspace: Workspace, followers: Sequence[Follower]) -> None:
    ends = {channel_id: truth.seq(channel_id) for channel_id in workspace.channel_ids}
    for follower in followers:
        wait_until(lambda follower=follower: follower.reaches(ends), 20, "the views' catch-up")
    expected = {
        channel_id: {post["id"]: post["body"] for post in truth.posts(channel_id)}
        for channel_id in workspace.channel_ids
    }
    for follower in followers:
        assert follower.disorder == []
        assert follower.known == ends
        assert follower.view == expected
        assert follower.connections > KILLS


def _check_search(
    truth: Truth, workspace: Workspace, senders: Sequence[Sender], dice: random.Random
) -> None:
    confirmed = [one for sender in senders for one in sender.confirmed]
    wait_until(lambda: truth.total(COMMON) == POSTS, 40, "the index")
    assert truth.search(COMMON) == {one.id for one in confirmed}
    for one in dice.sample(confirmed, 40):
        assert truth.search(one.body.split()[1]) == {one.id}
