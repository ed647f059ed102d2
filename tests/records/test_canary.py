"""The helper that looks everywhere does look everywhere."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.core import mail
from enterprise_social.core.actions import action
from enterprise_social.files.actions import store_file
from enterprise_social.posts.actions import edit_post
from tests.making import make_channel, make_person, write
from tests.records.canary import whereabouts

WORD = "qxkanarienvogel7"


def zipped(content: bytes) -> bytes:
    with io.BytesIO() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.json", content)
        return file.getvalue()


def test_a_word_is_found_wherever_it_stands(app: Flask, database: SQLAlchemy) -> None:
    ada = make_person("Ada")
    channel = make_channel(ada)
    file = store_file(ada, io.BytesIO(zipped(gzip.compress(WORD.encode()))), "a.zip")
    post = write(ada, channel, f"said {WORD}", file_ids=[file.id])
    app.extensions["worker"].run_until_idle()
    edit_post(ada, post, "said nothing")
    action(mail.send)("ada@example.org", "Hello", f"You said {WORD.upper()} ü.")
    found = whereabouts(app, WORD)
    assert "post_revisions.body" in found
    assert any(name.startswith("index: ") or name == "search_words.word" for name in found)
    assert any(name.startswith("files/") for name in found), found
    app.extensions["worker"].run_until_idle()
    assert any(name.startswith("mail/") for name in whereabouts(app, WORD))
    app.extensions["search_engine"].close()


def test_a_word_that_stands_nowhere_is_not_found(app: Flask, database: SQLAlchemy) -> None:
    assert Path(app.config["DATA_DIR"]).is_dir()
    assert whereabouts(app, WORD) == []
