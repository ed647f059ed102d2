"""The index follows the database: at start, after a rebuild elsewhere, and from the console."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from enterprise_social.core.db import db
from enterprise_social.posts.actions import delete_post, edit_post
from enterprise_social.search import indexing, queries
from enterprise_social.search.cli import search_group
from enterprise_social.search.engines import engine
from tests.making import make_channel, make_person, write
from tests.services.process import until

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
    app.extensions["search_keeper"].stop()
    app.extensions["search_engine"].close()


def found(viewer: object, text: str) -> set[int]:
    db.session.rollback()
    return {one.card.id for one in queries.search(viewer, text).found}  # type: ignore[arg-type]


def test_at_start_only_what_was_missed_is_brought_in(app: Flask) -> None:
    mira = make_person()
    channel = make_channel(mira)
    edited, deleted = write(mira, channel, "ship alpha"), write(mira, channel, "ship beta")
    indexing.rebuild(engine())
    edit_post(mira, edited, "boat alpha")
    delete_post(mira, deleted)
    new = write(mira, channel, "ship gamma")
    assert indexing.behind(engine()) == 3
    # The events are lost with the outbox of another machine; the marks are not.
    assert indexing.ensure(engine()) == "caught up"
    assert found(mira, "ship") == {new.id}
    assert found(mira, "boat") == {edited.id}


def test_an_index_that_is_up_to_date_is_left_alone(app: Flask) -> None:
    mira = make_person()
    write(mira, make_channel(mira), "calm sea")
    assert indexing.ensure(engine()) == "rebuilt"
    assert indexing.ensure(engine()) == "nothing"


def test_an_index_begun_with_the_first_post_is_completed(app: Flask) -> None:
    mira = make_person()
    channel = make_channel(mira)
    old = write(mira, channel, "rope one")
    new = write(mira, channel, "rope two")
    indexing.update(engine(), [new.id])
    assert found(mira, "rope") == {new.id}
    assert indexing.ensure(engine()) == "rebuilt"
    assert found(mira, "rope") == {old.id, new.id}


def test_a_missing_index_is_built_in_the_background(app: Flask) -> None:
    mira = make_person()
    post = write(mira, make_channel(mira), "lost anchor")
    app.extensions["search_keeper"].start()
    until(lambda: engine().status().ready, 20, "the index is built")
    assert found(mira, "anchor") == {post.id}


def test_posting_and_searching_go_on_when_the_index_is_damaged(app: Flask) -> None:
    mira = make_person()
    channel = make_channel(mira)
    first = write(mira, channel, "tide table")
    app.extensions["worker"].run_until_idle()
    keeper = app.extensions["search_keeper"]
    keeper.start()
    until(lambda: not engine().status().reason, 20, "the index is whole")
    # One that was just swapped out may still lie beside it.
    for folder in (Path(app.config["DATA_DIR"]) / "index").glob("posts-*"):
        shutil.rmtree(folder)
    engine().close()
    second = write(mira, channel, "tide clock")
    app.extensions["worker"].run_due()
    # Whoever searches meanwhile is told so, and has it looked after.
    until(lambda: found(mira, "tide") == {first.id, second.id}, 30, "both are found again")


def test_what_is_written_while_another_process_rebuilds_is_not_lost(app: Flask) -> None:
    mira = make_person()
    channel = make_channel(mira)
    write(mira, channel, "barge one")
    indexing.rebuild(engine())
    other = type(engine())(Path(app.config["DATA_DIR"]) / "index")
    progress: list[int] = []

    def meanwhile(done: int) -> None:
        if not progress:
            late = write(mira, channel, "barge two")
            indexing.update(engine(), [late.id])
        progress.append(done)

    indexing.rebuild(other, meanwhile)
    other.close()
    assert len(found(mira, "barge")) == 2


def test_the_console_rebuilds_and_tells_how_far_behind_it_is(app: Flask) -> None:
    mira = make_person()
    channel = make_channel(mira)
    write(mira, channel, "quay wall")
    runner = app.test_cli_runner()
    missing = runner.invoke(search_group, ["status"])
    assert missing.exit_code == 1
    assert "No usable index" in missing.output
    built = runner.invoke(search_group, ["rebuild", "--progress"])
    assert built.exit_code == 0
    assert "1 posts are in the search index" in built.output
    write(mira, channel, "quay stairs")
    status = runner.invoke(search_group, ["status"])
    assert status.exit_code == 0
    assert "Posts in the index: 1" in status.output
    assert "Posts to bring in: 1" in status.output


def test_imported_posts_are_found(app: Flask) -> None:
    from enterprise_social.core.actions import action
    from enterprise_social.core.events import announce
    from enterprise_social.posts.events import PostsImported

    mira = make_person()
    channel = make_channel(mira)
    posts = [write(mira, channel, f"pallet {number}") for number in range(5)]

    @action
    def tell() -> None:
        announce(PostsImported(tuple(post.id for post in posts)))

    tell()
    app.extensions["worker"].run_until_idle()
    assert len(found(mira, "pallet")) == 5
