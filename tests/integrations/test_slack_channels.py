"""Conversations of an export become channels with their members."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from enterprise_social.channels.models import Channel
from enterprise_social.core.actions import action
from enterprise_social.core.db import db
from enterprise_social.integrations.slack.problems import ImportProblem
from tests.integrations.exports import message, team, user
from tests.integrations.imported import (
    DAY,
    add_channel,
    all_posts,
    channel_named,
    members_of,
    moment,
    remove_membership,
    run_import,
)

pytestmark = pytest.mark.usefixtures("database")


def test_each_kind_of_conversation_has_its_members(tmp_path: Path) -> None:
    export = team()
    export.users += [user("U3", "cem"), user("U4", "dee", deleted=True)]
    export.groups = [{"id": "G1", "name": "secret", "creator": "U2", "members": ["U1", "U2"]}]
    export.dms = [{"id": "D1", "members": ["U1", "U3"]}]
    export.mpims = [{"id": "G2", "name": "mpdm-ana--bo--cem-1", "members": ["U1", "U2", "U3"]}]
    export.say("plans", message(moment(1), "U3", "from outside"), message(moment(2), "U4", "bye"))
    export.say("secret", message(moment(3), "U3", "was here once"))
    export.say("D1", message(moment(4), "U1", "between us"))
    export.say("mpdm-ana--bo--cem-1", message(moment(5), "U2", "the three of us"))
    run_import(export, tmp_path)
    plans, secret = channel_named("plans"), channel_named("secret")
    assert plans.kind == "public"
    assert set(members_of(plans)) == {"ana", "bo", "cem"}, "who spoke is in it, who left is not"
    assert secret.kind == "private"
    assert set(members_of(secret)) == {"ana", "bo"}, "having spoken once lets nobody in"
    assert members_of(secret)["bo"].role == "owner"
    direct = db.session.scalars(select(Channel).where(Channel.kind == "direct")).all()
    assert {frozenset(members_of(one)) for one in direct} == {
        frozenset({"ana", "cem"}), frozenset({"ana", "bo", "cem"}),
    }  # fmt: skip
    for channel in (plans, secret, *direct):
        assert channel.member_count == len(members_of(channel))
    bodies = {post.body: post.channel_id for post in all_posts()}
    assert bodies["was here once"] == secret.id
    assert {bodies["between us"], bodies["the three of us"]} == {one.id for one in direct}


def test_a_slug_that_is_taken_gives_way_and_the_report_says_so(tmp_path: Path) -> None:
    mine = add_channel(slug="plans", name="Plans", kind="private")
    report = run_import(team().say("plans", message(moment(1), "U1", "hi")), tmp_path)
    assert channel_named("plans").id == mine.id
    assert all_posts()[0].channel_id == channel_named("plans-2").id
    assert report.problems == ["#plans is taken: imported as #plans-2"]


def test_topic_purpose_and_the_archived_state_come_along(tmp_path: Path) -> None:
    export = team()
    export.channels[0] |= {
        "is_archived": True,
        "topic": {"value": "ask <@U2> &amp; wait"},
        "purpose": {"value": "<https://x.example|Plans>"},
    }
    run_import(export, tmp_path)
    plans = channel_named("plans")
    assert (plans.topic, plans.purpose, plans.archived) == ("ask @bo & wait", "Plans", True)
    assert plans.created_at == datetime.fromtimestamp(DAY, UTC)


def test_an_import_makes_nothing_unread(tmp_path: Path) -> None:
    export = team().say("plans", *(message(moment(n), "U1", f"no {n}") for n in range(1, 6)))
    run_import(export, tmp_path)
    plans = channel_named("plans")
    assert plans.seq == 5
    assert {one.read_seq for one in members_of(plans).values()} == {5}
    export.say("plans", message(moment(9), "U2", "later"))
    run_import(export, tmp_path)
    assert {one.read_seq for one in members_of(channel_named("plans")).values()} == {6}


def test_what_somebody_had_not_read_here_stays_unread(tmp_path: Path) -> None:
    export = team().say("plans", message(moment(1), "U1", "one"), message(moment(2), "U1", "two"))
    run_import(export, tmp_path)

    @action
    def read_only_the_first() -> None:
        members_of(channel_named("plans"))["bo"].read_seq = 1

    read_only_the_first()
    run_import(export.say("plans", message(moment(3), "U1", "three")), tmp_path)
    members = members_of(channel_named("plans"))
    assert (members["bo"].read_seq, members["ana"].read_seq) == (1, 3)


def test_a_later_import_lets_nobody_back_in(tmp_path: Path) -> None:
    export = team()
    export.groups = [{"id": "G1", "name": "secret", "members": ["U1", "U2"]}]
    run_import(export, tmp_path)
    remove_membership(members_of(channel_named("secret"))["bo"])
    export.users.append(user("U3", "cem"))
    export.groups[0]["members"].append("U3")
    run_import(export, tmp_path)
    assert set(members_of(channel_named("secret"))) == {"ana", "cem"}


def test_a_member_whom_the_export_does_not_list_is_told_of(tmp_path: Path) -> None:
    export = team()
    export.channels[0]["members"].append("U404")
    assert run_import(export, tmp_path).problems == ["plans: its member U404 is not in users.json"]
    assert set(members_of(channel_named("plans"))) == {"ana", "bo"}


def test_what_is_marked_private_is_private_in_whichever_file_it_stands(tmp_path: Path) -> None:
    export = team()
    export.channels.append({"id": "G1", "name": "secret", "is_private": True, "members": ["U1"]})
    group = {"id": "G2", "name": "mpdm-ana--bo-1", "is_mpim": True, "members": ["U1", "U2"]}
    export.groups, export.mpims = [group], [group]
    export.say("secret", message(moment(1), "U1", "psst"))
    export.say("G2", message(moment(2), "U1", "the folder is named by the id"))
    run_import(export, tmp_path)
    assert channel_named("secret").kind == "private"
    assert [post.body for post in all_posts()] == ["psst", "the folder is named by the id"]
    kinds = sorted(db.session.scalars(select(Channel.kind)))
    assert kinds == ["direct", "private", "public"]


def test_two_channels_that_claim_one_folder_are_refused(tmp_path: Path) -> None:
    export = team().say("plans", message(moment(1), "U1", "whose?"))
    export.groups = [{"id": "G1", "name": "plans", "members": ["U1"]}]
    with pytest.raises(ImportProblem, match="two conversations' folder"):
        run_import(export, tmp_path)
