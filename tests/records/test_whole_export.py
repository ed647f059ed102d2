"""The command ``export``: everything, read back by the import as what it was."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_social.accounts.actions import set_password
from enterprise_social.announcements.actions import comment, create_draft, grant_right, publish
from enterprise_social.channels.models import Channel, Membership
from enterprise_social.cli import main
from enterprise_social.core.db import db
from enterprise_social.files.actions import store_file
from enterprise_social.files.models import File
from enterprise_social.files.storage import storage
from enterprise_social.integrations.actions import import_slack
from enterprise_social.integrations.slack.archive import open_archive
from enterprise_social.messages.actions import begin_conversation
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, edit_post
from enterprise_social.posts.models import Post, PostFile
from enterprise_social.reactions.actions import react
from enterprise_social.records.archives.mrkdwn import to_mrkdwn
from tests.files.samples import image
from tests.making import make_channel, make_person, write

ODD = "**bold** and *soft* ~~gone~~ `a < b` <https://example.org/?a=1&b=2> [here](https://example.org)"
LISTED = "1. one\n2. two & <three>\n\n> quoted\n\n```\nx = *p & 1\n```\nend @ada #depot @channel"


def standing() -> dict[str, Any]:
    """What an installation holds, without ids of its own."""
    people = {
        (row.email, row.name, row.username, row.title, row.deactivated_at is None)
        for row in db.session.scalars(select(Person))
    }
    channels: dict[str, Any] = {}
    names = {row.id: row.email for row in db.session.scalars(select(Person))}
    roots = {row.id: row.created_at for row in db.session.scalars(select(Post))}
    for channel in db.session.scalars(select(Channel).where(Channel.kind.in_(KINDS))):
        members = select(Membership.person_id).where(Membership.channel_id == channel.id)
        posts = select(Post).where(Post.channel_id == channel.id, Post.deleted_at.is_(None))
        who = sorted(names[each] for each in db.session.scalars(members))
        channels[channel.name or "/".join(who)] = {
            "private": channel.kind in ("private", "direct"),
            "members": who,
            "posts": sorted(
                (
                    post.created_at,
                    names[post.author_id],
                    post.body,
                    post.html,
                    roots.get(post.parent_id),
                    post.in_stream,
                    post.edited_at,
                    _files(post),
                    post.reaction_counts,
                )
                for post in db.session.scalars(posts)
            ),
        }
    return {"people": people, "channels": channels}


KINDS = ("public", "private", "announcement", "direct")


def _files(post: Post) -> tuple[Any, ...]:
    statement = select(File).join(PostFile, PostFile.file_id == File.id)
    rows = db.session.scalars(statement.where(PostFile.post_id == post.id).order_by(File.name))
    found = []
    for file in rows:
        with storage().open(file.key) as stream:
            found.append((file.name, file.alt, file.mime, stream.read()))
    return tuple(found)


def fill() -> None:
    ada, ben, carl = make_person("Ada", username="ada"), make_person("Ben"), make_person("Carl")
    set_password(None, ada, "correct horse battery")
    depot = make_channel(ada, "Depot", ben, carl)
    closed = make_channel(ben, "../Täglich: 1/2", ada, kind="private")
    root = write(ada, depot, ODD)
    for person, emoji in ((ben, "thumbsup"), (ada, "thumbsup"), (carl, "wave::skin-tone-4")):
        react(person, root, emoji)
    write(ben, depot, LISTED, parent_id=root.id)
    write(carl, depot, "also in the channel", parent_id=root.id, also_in_channel=True)
    edit_post(ada, write(ada, closed, "first"), "second")
    delete_post(ben, write(ben, closed, "taken away"))
    picture = store_file(ada, io.BytesIO(image(20, 20)), "../plan 1.png", alt="The plan")
    write(ada, closed, "with a file", file_ids=[picture.id])
    begin_conversation(ada, [ben.id], "between us")
    begin_conversation(ada, [ben.id, carl.id], "between us three")
    deactivate_person(None, carl)
    grant_right(None, ada, "everyone")
    draft, _new = create_draft(
        ada, title="Hear", body="Hear", audience_text=f"person is @{ben.username}"
    )
    comment(ada, publish(ada, draft, version=draft.version), "not for everybody")


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_exported_is_imported_as_it_was(
    app: Flask, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    path = tmp_path / "all.zip"
    with app.app_context():
        fill()
        before = standing()
        answer = app.test_cli_runner().invoke(main, ["export", str(path)])
        assert answer.exit_code == 0, answer.output
        assert "3 people, 4 channels" in answer.output
    assert path.stat().st_mode & 0o777 == 0o600
    assert not path.with_name("all.zip.part").exists()
    other = make_app("sqlite")
    with other.app_context(), open_archive(path) as archive:
        report = import_slack(None, archive).as_dict()
        after = standing()
        assert after["people"] == before["people"]
        assert after["channels"].keys() == before["channels"].keys()
        for name, channel in before["channels"].items():
            assert after["channels"][name] == channel
        assert report["problems"] == []
        again = import_slack(None, archive).as_dict()
        assert {again[name]["imported"] for name in ("people", "channels", "posts", "files")} == {0}
        db.session.rollback()


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_what_slack_has_no_place_for_is_in_it_and_no_secret(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with app.app_context():
        fill()
        taken = app.test_cli_runner().invoke(main, ["export", str(path)])
        assert taken.exit_code == 0
        again = app.test_cli_runner().invoke(main, ["export", str(path)])
        assert again.exit_code == 1
        assert "exists already" in again.output
    with zipfile.ZipFile(path) as archive:
        whole = b"\n".join(archive.read(name) for name in archive.namelist())
        names = archive.namelist()
        comments = archive.read("enterprise-social/comments.jsonl")
        members = archive.read("enterprise-social/memberships.jsonl").splitlines()
    assert "owner" in {json.loads(line)["role"] for line in members}
    assert "enterprise-social/audit_entries.jsonl" in names
    assert not [name for name in names if name.startswith("/") or ".." in name.split("/")]
    assert b"taken away" not in whole
    assert comments.count(b"not for everybody") == whole.count(b"not for everybody") == 1
    for secret in (b"argon2", b"password_hash", b"token_hash"):
        assert secret not in whole


@pytest.mark.parametrize(
    ("markdown", "mrkdwn"),
    [
        ("**bold** *soft* ~~no~~", "*bold* _soft_ ~no~"),
        ("2 * 3 * 4 & a_b_c", "2 * 3 * 4 &amp; a_b_c"),
        ("`**x**` and\n```py\na < b\n```", "`**x**` and\n```\na &lt; b\n```"),
        ("[a|b](https://x.org/?q=1&r=2)", "<https://x.org/?q=1&amp;r=2|a¦b>"),
        ("@ada, @nobody and #depot", "<@U1>, @nobody and <#C1|Depot>"),
        ("> quoted <b>", "&gt; quoted &lt;b&gt;"),
        (r"\*not bold\*", "*not bold*"),
        ("mail ada@example.org", "mail ada@example.org"),
    ],
)
def test_markdown_becomes_slack_markup(markdown: str, mrkdwn: str) -> None:
    assert to_mrkdwn(markdown, {"ada": "U1"}, {"depot": ("C1", "Depot")}) == mrkdwn
