"""A real export of seven thousand messages, where there is one beside the checkout."""

from __future__ import annotations

import json
import time
import zipfile
from pathlib import Path

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from enterprise_social.channels.models import Change, Channel, Membership
from enterprise_social.integrations.actions import import_slack
from enterprise_social.integrations.slack.archive import open_archive
from enterprise_social.people.models import Person
from enterprise_social.posts.models import Post

EXPORT = Path(__file__).parents[3] / "shared" / "data" / "slack-export-gitter.zip"

pytestmark = pytest.mark.skipif(
    not EXPORT.parent.is_dir(), reason="no folder with a real export beside the checkout"
)


def test_every_message_is_there_once_at_its_time(database: SQLAlchemy) -> None:
    began = time.monotonic()
    for imported in (True, False):
        with open_archive(EXPORT) as archive:
            report = import_slack(None, archive).as_dict()
        count = "imported" if imported else "existing"
        assert report["people"][count] == 798
        assert report["channels"][count] == 8
        assert report["posts"][count] == 746
        assert report["replies"][count] == 6350
        assert report["skip_reasons"] == {"replies": {"empty": 5}}
        assert report["problems"] == []
    assert time.monotonic() - began < 60

    with zipfile.ZipFile(EXPORT) as packed:
        said = {
            (name.split("/")[0], one["ts"])
            for name in packed.namelist()
            if "/" in name
            for one in json.loads(packed.read(name))
            if one["text"].strip()
        }
    session = database.session
    rows = session.execute(
        select(Channel.slug, Post.created_at, Post.import_data, Post.parent_id).join(
            Post, Post.channel_id == Channel.id
        )
    ).all()
    assert len(rows) == len(said) == 7096
    for row in rows:
        seconds, fraction = row.import_data["ts"].split(".")
        assert (row.slug, row.import_data["ts"]) in said
        assert row.created_at.timestamp() // 1 == int(seconds)
        assert row.created_at.microsecond == int(fraction)
    threads = session.scalars(select(Post).where(Post.reply_count > 0)).all()
    assert len(threads) == 626
    assert sum(one.reply_count for one in threads) == 6350
    assert session.execute(select(func.count()).select_from(Change)).scalar_one() == 7096
    assert session.execute(select(func.count()).select_from(Person)).scalar_one() == 798
    behind = (
        select(func.count())
        .select_from(Membership)
        .join(Channel, Channel.id == Membership.channel_id)
    )
    assert session.execute(behind.where(Membership.read_seq < Channel.seq)).scalar_one() == 0
