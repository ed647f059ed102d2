"""What messages say, and what comes with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.posts.models import Mention, PostHashtag
from tests.integrations.exports import SmallExport, message, team, user
from tests.integrations.imported import (
    all_posts,
    channel_named,
    moment,
    person_named,
    run_import,
)

pytestmark = pytest.mark.usefixtures("database")


def test_mentions_and_hashtags_are_recorded(tmp_path: Path) -> None:
    export = team().say("plans", message(moment(1), "U1", "<@U2> <!channel> #Launch"))
    run_import(export, tmp_path)
    post = all_posts()[0]
    assert (list(post.mention_ids), post.mentions_all) == ([person_named("bo").id], True)
    mentions = db.session.scalars(select(Mention)).all()
    assert {one.person_id for one in mentions} == {None, person_named("bo").id}
    assert {(one.post_id, one.channel_id, one.seq) for one in mentions} == {
        (post.id, post.channel_id, 1)
    }
    assert db.session.scalars(select(PostHashtag.tag)).all() == ["launch"]


def test_a_private_channel_is_not_linked_from_another(tmp_path: Path) -> None:
    export = team()
    export.groups = [{"id": "G1", "name": "secret", "members": ["U1"]}]
    export.say("plans", message(moment(1), "U1", "<#G1|secret> <#C1|plans> <#C404|gone>"))
    export.say("secret", message(moment(2), "U1", "here in <#G1>"))
    report = run_import(export, tmp_path)
    shown = {post.body: post.html for post in all_posts()}
    assert f'data-channel="{channel_named("secret").id}"' in shown["here in #secret"]
    public = next(html for body, html in shown.items() if "gone" in body)
    assert public.count("data-channel") == 1
    assert len(report.problems) == 1
    assert "C404" in report.problems[0]


def test_reactions_and_files_are_kept_with_their_post_and_counted(tmp_path: Path) -> None:
    reactions = [{"name": "+1", "users": ["U1", "U2"], "count": 2}]
    files = [{"id": "F1", "name": "plan_a.pdf", "size": 5}]
    said = message(moment(1), "U1", "", reactions=reactions, files=files)
    report = run_import(team().say("plans", said), tmp_path)
    assert (report.reactions.imported, report.files.imported) == (2, 1)
    post = all_posts()[0]
    assert post.import_data is not None
    assert (post.import_data["reactions"], post.import_data["files"]) == (reactions, files)
    assert "plan_a.pdf" in post.plain


def test_joins_and_other_notices_are_left_out_and_counted_by_reason(tmp_path: Path) -> None:
    export = team().say(
        "plans",
        message(moment(1), "U1", "<@U1> has joined", subtype="channel_join"),
        message(moment(2), "U2", "<@U2> has joined", subtype="channel_join"),
        message(moment(3), "U1", "set the topic", subtype="channel_topic"),
        message(moment(4), "U1", "  "),
        message(moment(5), "U1", "waves", subtype="me_message"),
    )
    report = run_import(export, tmp_path)
    assert [post.body for post in all_posts()] == ["*waves*"]
    assert report.as_dict()["skip_reasons"] == {
        "posts": {"channel_join": 2, "channel_topic": 1, "empty": 1}
    }
    assert report.posts.skipped == 4


def test_the_same_message_twice_counts_once_and_two_of_one_moment_both_stay(
    tmp_path: Path,
) -> None:
    export = team().say(
        "plans",
        message(moment(1), "U1", "same"),
        message(moment(1), "U1", "same"),
        message(moment(1), "U2", "another"),
    )
    for imported, existing in ((2, 0), (0, 2)):
        report = run_import(export, tmp_path)
        assert (report.posts.imported, report.posts.existing, report.posts.skipped) == (
            imported, existing, 1,
        )  # fmt: skip
    assert sorted(post.body for post in all_posts()) == ["another", "same"]


def test_a_message_longer_than_ours_may_be_is_kept_whole(tmp_path: Path) -> None:
    text = "länger " * 5000
    run_import(team().say("plans", message(moment(1), "U1", text)), tmp_path)
    assert all_posts()[0].body == text
    assert len(all_posts()[0].plain) > 20_000


def test_text_of_any_script_comes_through(tmp_path: Path) -> None:
    export = SmallExport(
        users=[user("U1", "ольга", real_name="Ольга Ким")],
        channels=[{"id": "C1", "name": "общее", "members": ["U1"]}],
    ).say("общее", message(moment(1), "U1", "Grüße 你好 👩‍💻 \ud800 nul \x00"))
    run_import(export, tmp_path)
    assert channel_named("общее").name == "общее"
    assert person_named("ольга").name == "Ольга Ким"
    assert all_posts()[0].body == "Grüße 你好 👩‍💻 \ufffd nul "


def test_a_program_that_speaks_in_blocks_only_is_heard(tmp_path: Path) -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Build <7>"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*done* by <@U1>"}},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [
            {"type": "text", "text": "see "}, {"type": "link", "url": "https://ci.example"},
        ]}]},
    ]  # fmt: skip
    said = message(moment(1), None, "", subtype="bot_message", username="CI", blocks=blocks)
    run_import(team().say("plans", said), tmp_path)
    assert all_posts()[0].body == "Build <7>\n**done** by @ana\nsee <https://ci.example>"
