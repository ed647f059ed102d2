"""What is hidden while it is reviewed leaves the server by no way; its author knows why."""

from __future__ import annotations

import io

import pytest

from enterprise_social.accounts.actions import create_access_token
from enterprise_social.files.actions import store_file
from enterprise_social.messages.actions import start_conversation
from enterprise_social.moderation.actions.decisions import Verdict, decide
from enterprise_social.moderation.actions.hiding import set_hidden
from enterprise_social.posts.actions import edit_post
from tests.files.samples import image
from tests.making import fresh, sign_in, write
from tests.moderation.town import Town

WORD = "zephyrion"
ASKED = "crane"  # what is searched for; a page may say it again
ONE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def store(town: Town) -> int:
    return int(store_file(town.bogdan, io.BytesIO(image()), f"{WORD}.png", alt=WORD).id)


def test_a_hidden_post_is_shown_nowhere_and_comes_back_when_nothing_was_wrong(town: Town):
    picture = store(town)
    named = f"{ASKED} {WORD} @{town.elif_.username} #{WORD}"
    post = write(town.bogdan, town.channel, named, file_ids=[picture])
    edit_post(town.bogdan, post, f"{named} again")
    write(town.kofi, town.channel, "see above", quoted_post_id=post.id)
    write(town.kofi, town.channel, "hm", parent_id=post.id, also_in_channel=True)
    case = town.reported(post=post)
    town.work()
    reader = sign_in(town.app, town.elif_)
    token = create_access_token(town.elif_, "test", ("read",))[1]
    program = {"Authorization": f"Bearer {token}"}
    pages = [
        f"/channels/{town.channel.slug}",
        f"/posts/{post.id}",
        f"/posts/{post.id}/actions",
        f"/search?q={ASKED}",
        "/notifications",
        "/",
        f"/people/{town.bogdan.username}",
        f"/channels/{town.channel.slug}/details",
    ]
    calls = [
        f"/channels/{town.channel.id}/posts",
        f"/channels/{town.channel.id}/events",
        f"/posts/{post.id}",
        f"/posts/{post.id}/replies",
        f"/search?q={ASKED}",
        "/notifications",
    ]

    def told() -> list[str]:
        """Return where a reader finds the word."""
        found = [path for path in pages if WORD in reader.get(path).get_data(as_text=True)]
        for path in calls:
            answer = town.app.test_client().get(f"/api/v1{path}", headers=program)
            assert answer.status_code == 200, (path, answer.text)
            if WORD in answer.get_data(as_text=True):
                found.append(f"/api/v1{path}")
        asked = (f"/files/{picture}/{WORD}.png", f"/posts/{post.id}/revisions")
        return found + [path for path in asked if reader.get(path).status_code == 200]

    before = told()
    assert len(before) >= 9
    set_hidden(town.ada, case, True)
    town.work()
    assert told() == []
    stub = reader.get(f"/posts/{post.id}").get_data(as_text=True)
    assert "Hidden while it is reviewed" in stub
    shown = town.app.test_client().get(f"/api/v1/posts/{post.id}", headers=program).get_json()
    assert (shown["hidden"], shown["body"], shown["files"]) == (True, "", [])
    author = sign_in(town.app, town.bogdan)
    why = author.get(f"/moderation/posts/{post.id}", follow_redirects=True).get_data(as_text=True)
    assert WORD in why and "Insult or harassment" in why  # noqa: PT018
    assert town.elif_.name not in why
    assert author.get(f"/files/{picture}/{WORD}.png").status_code == 200
    judge = sign_in(town.app, town.ada)
    assert judge.get(f"/files/{picture}/{WORD}.png").status_code == 200
    assert WORD in judge.get(f"/moderation/cases/{case.id}").get_data(as_text=True)
    decide(town.ada, case, Verdict("dismiss", rule="insult"))
    town.work()
    assert told() == before


@ONE
def test_a_hidden_message_is_in_no_list_of_conversations_and_in_no_digest(town: Town):
    talk, _new = start_conversation(town.bogdan, [town.elif_.id])
    said = write(town.bogdan, talk, WORD)
    case = town.reported(post=said)
    reader = sign_in(town.app, town.elif_)
    assert WORD in reader.get("/messages").get_data(as_text=True)
    set_hidden(town.ada, case, True)
    for path in ("/messages", f"/messages/{talk.id}", "/notifications"):
        assert WORD not in reader.get(path).get_data(as_text=True), path
    assert fresh(said).body == WORD
