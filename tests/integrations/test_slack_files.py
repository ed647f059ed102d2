"""Files of an export: those whose content it holds land on their posts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from enterprise_social.feed.queries.cards import cards_by_id
from enterprise_social.files.models import File
from enterprise_social.files.storage import storage
from enterprise_social.integrations.actions import import_slack
from enterprise_social.integrations.slack.archive import open_archive
from tests.integrations.exports import SmallExport, message, team
from tests.integrations.imported import all_posts, moment

PLAN = {"id": "F0PLAN1", "name": "../plan.pdf", "mimetype": "application/pdf"}
GONE = {"id": "F0GONE1", "name": "gone.txt"}
OLD = {"id": "F0OLD11", "title": "old.txt", "alt_txt": "an old one"}


def export() -> SmallExport:
    made = team().say(
        "plans",
        message(moment(1), "U1", "see", files=[GONE, PLAN, OLD]),
        message(moment(2), "U2", "ok"),
    )
    made.raw["__uploads/F0PLAN1/plan.pdf"] = b"%PDF-1.4 plan"
    made.raw["plans/attachments/F0OLD11-old.txt"] = b"old"
    return made


@pytest.mark.parametrize("how", ["folder", "zip"])
def test_what_the_export_holds_lands_on_its_post_once(
    database: SQLAlchemy, tmp_path: Path, how: str
) -> None:
    make: Callable[[Path], Path] = getattr(export(), how)
    place = make(tmp_path / "export")
    for _again in range(2):
        with open_archive(place) as archive:
            report = import_slack(None, archive)
        assert report.problems == []
    files: Any = database.session.execute(select(File).order_by(File.id)).scalars().all()
    assert [(file.name, file.alt) for file in files] == [
        ("plan.pdf", ""),
        ("old.txt", "an old one"),
    ]
    with storage().open(files[0].key) as content:
        assert content.read() == b"%PDF-1.4 plan"
    post = all_posts()[0]
    assert [file.name for file in cards_by_id([post.id])[post.id].files] == ["plan.pdf", "old.txt"]
    assert files[0].owner_id == post.author_id
    assert files[0].created_at == post.created_at
    assert [file["id"] for file in post.import_data["files"]] == ["F0GONE1", "F0PLAN1", "F0OLD11"]
