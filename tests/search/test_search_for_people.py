"""Searching on somebody's behalf, through pages and queries, with real posts and the worker."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event

from enterprise_social.channels.actions import add_member, remove_member, set_archived
from enterprise_social.core.db import db
from enterprise_social.people.actions import deactivate_person
from enterprise_social.people.models import Person
from enterprise_social.posts.actions import delete_post, edit_post, restore_post
from enterprise_social.search import queries
from tests.making import fresh, make_channel, make_person, sign_in, write


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
    engine_of = app.extensions["search_engine"]
    engine_of.close()


def work(app: Flask) -> None:
    """Everything that follows from what was done."""
    app.extensions["worker"].run_until_idle()


def found(viewer: Person, text: str, **options: object) -> list[int]:
    db.session.rollback()
    return [one.card.id for one in queries.search(viewer, text, **options).found]  # type: ignore[arg-type]


def test_a_post_is_found_within_a_second_of_being_sent(app: Flask) -> None:
    mira = make_person("Mira")
    channel = make_channel(mira)
    write(mira, channel, "warm up the index")
    work(app)
    began = time.monotonic()
    post = write(mira, channel, "the gantry crane is back")
    work(app)
    assert found(mira, "gantry") == [post.id]
    assert time.monotonic() - began < 1.0


def test_an_outsider_finds_nothing_of_a_private_channel(app: Flask) -> None:
    mira, otto = make_person("Mira"), make_person("Otto")
    secret = make_channel(mira, "Takeover", kind="private")
    write(mira, secret, "project Zephyrion closes on Friday")
    work(app)
    for text in ("zephyrion", "zephyrian", "zeph*", "in:takeover", "from:mira", '"closes on"'):
        answer = queries.search(otto, text)
        assert (answer.total, list(answer.found)) == (0, []), text
        assert answer.corrected is None
        assert not any(answer.facets.values())
    unknown, hidden = (
        queries.search(otto, f"x in:{slug}").query.notes[0].kind for slug in ("nowhere", "takeover")
    )
    assert unknown == hidden


def test_admins_find_no_more_than_others(app: Flask) -> None:
    mira, boss = make_person("Mira"), make_person("Boss", role="admin")
    write(mira, make_channel(mira, kind="private"), "salary talk")
    work(app)
    assert found(boss, "salary") == []


def test_whoever_was_removed_finds_nothing_more(app: Flask) -> None:
    mira, otto = make_person("Mira"), make_person("Otto")
    secret = make_channel(mira, "Board", otto, kind="private")
    write(mira, secret, "merger minutes")
    work(app)
    assert len(found(otto, "merger")) == 1
    remove_member(mira, secret, otto)
    assert found(otto, "merger") == []
    assert queries.search(otto, "merger").total == 0
    add_member(mira, secret, otto)
    assert len(found(otto, "merger")) == 1


def test_an_edited_post_is_found_by_what_it_says_now(app: Flask) -> None:
    mira = make_person()
    channel = make_channel(mira)
    post = write(mira, channel, "the meeting is at nine")
    work(app)
    edit_post(mira, post, "the meeting is cancelled")
    work(app)
    assert found(mira, "cancelled") == [post.id]
    assert found(mira, "nine") == []


def test_a_deleted_post_is_gone_at_once_and_back_when_restored(app: Flask) -> None:
    mira = make_person()
    channel = make_channel(mira)
    post = write(mira, channel, "regrettable words")
    work(app)
    delete_post(mira, post)
    assert found(mira, "regrettable") == []
    assert queries.search(mira, "regrettable").total == 0
    work(app)
    assert found(mira, "regrettable") == []
    restore_post(mira, post)
    work(app)
    assert found(mira, "regrettable") == [post.id]


def test_replies_hashtags_mentions_and_links_are_found_by_their_filters(app: Flask) -> None:
    mira, otto = make_person("Mira Berg"), make_person("Otto Lind")
    channel = make_channel(mira, "Yard", otto)
    root = write(mira, channel, f"who has the key? @{otto.username} #keys")
    reply = write(otto, channel, "see https://intranet.example/keys", parent_id=root.id)
    work(app)
    assert found(otto, "to:me") == [root.id]
    assert found(mira, f"mentions:{otto.username}") == [root.id]
    assert found(mira, "#keys") == [root.id]
    assert found(mira, "has:link") == [reply.id]
    assert found(mira, f"from:{otto.username}") == [reply.id]
    assert found(otto, "from:me") == [reply.id]
    assert set(found(mira, "is:thread")) == {root.id, reply.id}
    assert set(found(mira, f"in:{channel.slug}")) == {root.id, reply.id}


def test_the_page_shows_hits_with_marks_and_escapes_what_was_written(app: Flask) -> None:
    mira = make_person("Mira")
    channel = make_channel(mira, "Gate")
    write(mira, channel, "the `<script>alert(1)</script>` plate reader & more")
    work(app)
    page = sign_in(app, mira).get("/search?q=plate+readers").get_data(as_text=True)
    soup = BeautifulSoup(page, "lxml")
    assert [mark.text for mark in soup.select(".hit mark")] == ["plate", "reader"]
    assert "<script>alert" not in page
    assert soup.select_one(".hit")["href"].startswith(f"/channels/{channel.slug}?at=")
    assert "1 post" in soup.select_one("[role=status].small").text


def test_the_page_says_what_it_did_not_understand(app: Flask) -> None:
    mira = make_person()
    write(mira, make_channel(mira), "hello there")
    work(app)
    page = sign_in(app, mira).get("/search?q=hello+has:poll+before:whenever").get_data(as_text=True)
    assert "has:poll is not known yet" in page
    assert "before:whenever was not understood" in page


def test_the_page_corrects_and_offers_what_was_meant(app: Flask) -> None:
    mira = make_person()
    write(mira, make_channel(mira), "notification settings")
    work(app)
    soup = BeautifulSoup(sign_in(app, mira).get("/search?q=notificaton").data, "lxml")
    assert "notification" in soup.select_one("[data-corrected]").text
    assert len(soup.select(".hit")) == 1


def test_the_page_pages_through_everything_once(app: Flask) -> None:
    mira = make_person()
    channel = make_channel(mira)
    posts = {write(mira, channel, f"shipment number {n}").id for n in range(45)}
    work(app)
    client = sign_in(app, mira)
    for sort in ("relevance", "newest"):
        address: str | None = f"/search?q=shipment&sort={sort}"
        seen: list[int] = []
        while address:
            soup = BeautifulSoup(client.get(address).data, "lxml")
            seen += [int(hit["data-post-hit"]) for hit in soup.select(".hit")]
            following = soup.select_one("a[rel=next]")
            address = following["href"] if following else None
        assert sorted(seen) == sorted(posts)
    assert client.get("/search?q=shipment&cursor=nonsense").status_code == 422


def test_the_filters_panel_narrows_and_takes_back(app: Flask) -> None:
    mira, otto = make_person("Mira"), make_person("Otto")
    yard, gate = make_channel(mira, "Yard", otto), make_channel(mira, "Gate", otto)
    write(mira, yard, "lamp broken")
    write(otto, gate, "lamp mended")
    work(app)
    client = sign_in(app, mira)
    soup = BeautifulSoup(client.get("/search?q=lamp").data, "lxml")
    rows = {row.select_one(".grow").text: row["href"] for row in soup.select(".facet-row")}
    assert {"Yard", "Gate", "Mira", "Otto"} <= set(rows)
    narrowed = BeautifulSoup(client.get(rows["Gate"]).data, "lxml")
    assert [hit.select_one(".who").text for hit in narrowed.select(".hit")] == ["Otto"]
    taken = narrowed.select_one('.facet-row[aria-current="true"]')
    back = BeautifulSoup(client.get(taken["href"]).data, "lxml")
    assert len(back.select(".hit")) == 2


@pytest.mark.parametrize("address", ["/search", "/search?q=", "/search?q=-x", "/search?q=%00%ff"])
def test_the_page_stands_for_any_query(app: Flask, address: str) -> None:
    assert sign_in(app, make_person()).get(address).status_code == 200


def test_the_page_says_so_while_there_is_no_index(app: Flask) -> None:
    page = sign_in(app, make_person()).get("/search?q=anything").get_data(as_text=True)
    assert "Search is being prepared" in page


def test_only_who_is_signed_in_searches(app: Flask) -> None:
    for address in ("/search?q=x", "/jump?q=x"):
        assert app.test_client().get(address).status_code in (303, 401)


def test_the_jump_box_suggests_channels_and_people(app: Flask) -> None:
    mira, rosa = make_person("Mira"), make_person("Rosa Jansen", title="Crane driver")
    make_channel(mira, "Rotterdam gate")
    options = sign_in(app, mira).get("/jump?q=ro").get_data(as_text=True)
    labels = re.findall(r'class="truncate">([^<]+)<', options)
    assert labels == ["Rotterdam gate", "Rosa Jansen"]
    assert f'href="/messages/new?with={rosa.id}"' in options


def test_the_jump_box_suggests_nothing_that_i_may_not_see_or_that_is_gone(app: Flask) -> None:
    mira, otto, gone = make_person("Mira"), make_person("Otto"), make_person("Roger Gone")
    make_channel(mira, "Roswell", kind="private")
    set_archived(mira, make_channel(mira, "Rostock"), True)
    deactivate_person(None, gone)
    client = sign_in(app, otto)
    assert "option" not in client.get("/jump?q=ro").get_data(as_text=True)
    assert "Roswell" in sign_in(app, mira).get("/jump?q=ro").get_data(as_text=True)


def test_days_are_those_of_the_searcher(app: Flask) -> None:
    near, far = make_person(time_zone="Pacific/Kiritimati"), make_person(time_zone="Etc/GMT+12")
    spans = []
    for viewer in (near, far):
        query = queries.search(viewer, "on:today").query
        spans.append(query.parts[0])
    assert spans[0] != spans[1]


def statements_of(viewer: Person, text: str) -> list[str]:
    """The statements that a search sends to the database."""
    fresh(viewer)
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    queries.search(viewer, text)
    event.remove(db.engine, "before_cursor_execute", note)
    return sent


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_number_of_database_queries_does_not_grow_with_the_hits(app: Flask) -> None:
    mira, otto = make_person(), make_person()
    channel = make_channel(mira, "", otto)
    for number in range(3):
        write(mira, channel, f"few {number}")
    for number in range(20):
        write(mira if number % 2 else otto, channel, f"many {number}")
    work(app)
    few, many = statements_of(mira, "few"), statements_of(mira, "many")
    assert len(few) == len(many) <= 6
