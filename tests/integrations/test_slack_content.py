"""What messages say, and what comes with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from enterprise_social.core.db import db
from enterprise_social.integrations.actions.slack_reactions import bring_kept_in
from enterprise_social.posts.models import Mention, PostHashtag
from enterprise_social.reactions.queries import counts_of, mine
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


def test_reactions_are_attributed_and_files_kept_and_both_counted(tmp_path: Path) -> None:
    reactions = [
        {"name": "+1", "users": ["U1", "U2"], "count": 2},
        {"name": "wave::skin-tone-3", "users": ["U2", "U404"], "count": 2},
        {"name": "partyparrot_of_theirs", "users": ["U1"], "count": 1},
    ]
    files = [{"id": "F1", "name": "plan_a.pdf", "size": 5}]
    said = message(moment(1), "U1", "", reactions=reactions, files=files)
    report = run_import(team().say("plans", said), tmp_path)
    assert (report.reactions.imported, report.reactions.skipped, report.files.imported) == (3, 2, 1)
    post = all_posts()[0]
    assert post.reaction_counts == [["thumbsup", 2], ["wave::skin-tone-3", 1]]
    assert post.reaction_counts == counts_of(post.id)
    assert mine(person_named("bo").id, [post.id]) == {post.id: ["thumbsup", "wave::skin-tone-3"]}
    assert post.import_data is not None
    # What can't be attributed to anybody here stays as it came.
    left = [each["users"] for each in post.import_data["reactions"]]
    assert (left, post.import_data["files"]) == ([["U404"], ["U1"]], files)
    again = run_import(team().say("plans", said), tmp_path)
    assert (again.reactions.imported, again.reactions.existing) == (0, 3)
    assert all_posts()[0].reaction_counts == counts_of(post.id)
    assert "plan_a.pdf" in post.plain


def test_what_an_older_version_only_kept_of_reactions_becomes_reactions(tmp_path: Path) -> None:
    said = message(moment(1), "U1", "hello")
    run_import(team().say("plans", said), tmp_path)
    post = all_posts()[0]
    kept = [{"name": "tada", "users": ["U1", "U2"], "count": 2}, {"name": "none_of_ours"}]
    post.import_data = {**(post.import_data or {}), "reactions": kept}
    db.session.commit()
    for _twice in range(2):
        bring_kept_in(0)
        db.session.expire_all()
        post = all_posts()[0]
        assert post.reaction_counts == [["tada", 2]] == counts_of(post.id)
        assert [each["name"] for each in (post.import_data or {})["reactions"]] == ["none_of_ours"]


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
