"""Two accounts of one person become one."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from flask import Flask

from enterprise_social.accounts.models import SignInSession
from enterprise_social.channels.actions import leave_channel
from enterprise_social.channels.models import Membership
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.errors import Conflict, Forbidden, Invalid
from enterprise_social.files.actions import store_file
from enterprise_social.people.actions.skills import set_skills
from enterprise_social.people.models import Person
from enterprise_social.people.queries.skills import skills_of
from enterprise_social.posts.models import Mention
from enterprise_social.records.actions import merging_steps
from enterprise_social.records.actions.merging import merge_people
from enterprise_social.records.models import DataExport
from tests.making import fresh, make_channel, make_person, sign_in, write

pytestmark = pytest.mark.usefixtures("database")
on_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def people(app: Flask) -> tuple[Person, Person, Person]:
    admin = make_person("Ada Admin", role="admin")
    kept = make_person("Mona Kept", username="mona")
    double = make_person("M. Kept", username="m.kept", title="Crane driver", role="manager")
    return admin, kept, double


def merge(admin: Person | None, kept: Person, double: Person, confirmed: str = "") -> Person:
    return merge_people(admin, kept, double, confirmed=confirmed or double.username)


def test_what_the_double_wrote_and_what_names_it_is_the_kept_accounts(
    app: Flask, people: Any
) -> None:
    admin, kept, double = people
    ben = make_person("Ben")
    channel = make_channel(ben, "yard", double)
    root = write(double, channel, "a crane", client_id="one")
    reply = write(double, channel, "and a reply", parent_id=root.id)
    named = write(ben, channel, "thanks @m.kept and [you](/people/m.kept)")
    both = write(ben, channel, "@m.kept @mona")
    browser = sign_in(app, double)
    merge(admin, kept, double)
    app.extensions["worker"].run_until_idle()

    assert fresh(root).author_id == fresh(reply).author_id == kept.id
    assert root.reply_faces == [kept.id]
    assert fresh(named).body == "thanks @mona and [you](/people/mona)"
    assert f'data-person="{kept.id}">@Mona Kept</a>' in named.html
    assert f'data-person="{double.id}"' not in named.html
    assert "m.kept" not in named.html
    assert named.mention_ids == fresh(both).mention_ids == [kept.id]
    whom = db.session.scalars(db.select(Mention.person_id).order_by(Mention.post_id))
    assert whom.all() == [kept.id, kept.id]
    assert browser.get("/").status_code == 303
    assert db.session.query(SignInSession).filter_by(person_id=double.id).count() == 0
    assert (fresh(double).username, double.is_active) == (f"merged-account-{double.id}", False)
    assert fresh(kept).title == "Crane driver"
    assert kept.role == "employee"


def test_it_may_be_done_again_from_the_middle(app: Flask, people: Any) -> None:
    admin, kept, double = people
    channel = make_channel(make_person(), "yard", double, kept)
    posts = [write(double, channel, f"crane {number} @m.kept") for number in range(3)]
    merge(admin, kept, double)
    moved = merging_steps.Moved(
        double.id, "m.kept", double.email, double.name, "mona", "Mona Kept", kept.id
    )
    merging_steps._own_post(posts[0].id, moved)  # noqa: SLF001
    merging_steps.go_on(kept.id, double.id)
    merging_steps.go_on(kept.id, double.id)
    assert {fresh(post).author_id for post in posts} == {kept.id}
    assert [post.body for post in posts] == [f"crane {number} @mona" for number in range(3)]


def test_channels_are_handed_over_as_far_as_that_opens_nothing(app: Flask, people: Any) -> None:
    admin, kept, double = people
    owner = make_person()
    public = make_channel(owner, "open", double)
    shared = make_channel(owner, "shared", double, kept, kind="private")
    secret = make_channel(owner, "secret", double, kind="private")
    merge(admin, kept, double)
    inside = {
        channel.id: set(
            db.session.scalars(
                db.select(Membership.person_id).where(Membership.channel_id == channel.id)
            )
        )
        for channel in (public, shared, secret)
    }
    assert inside[public.id] == inside[shared.id] == {owner.id, kept.id}
    assert inside[secret.id] == {owner.id, double.id}
    assert [fresh(channel).member_count for channel in (public, shared, secret)] == [2, 2, 2]
    assert sign_in(app, kept).get("/channels/secret").status_code == 404
    entry = db.session.query(AuditEntry).filter_by(action="people.merged").one()
    assert entry.details == {"double": double.id, "channels": 2}


@on_sqlite
def test_ones_own_data_opens_nothing_that_came_with_another_account(
    app: Flask, people: Any
) -> None:
    admin, kept, double = people
    owner = make_person()
    public, secret = make_channel(owner, "open", double), make_channel(owner, "secret", double)
    left = make_channel(owner, "left", kept, kind="private")
    secret.kind = "private"
    db.session.commit()
    file = store_file(double, io.BytesIO(b"the drawings"), "plan of the quay.txt")
    write(double, secret, "told to few", file_ids=[file.id])
    write(double, public, "told to all")
    write(kept, left, "told before leaving")
    leave_channel(kept, left)
    merge(admin, kept, double)
    app.extensions["worker"].run_until_idle()
    browser = sign_in(app, kept)
    browser.post("/settings/data")
    app.extensions["worker"].run_until_idle()
    export = db.session.execute(db.select(DataExport)).scalar_one()
    answer = browser.post(f"/settings/data/{export.id}/archive")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        whole = b"\n".join(archive.read(name) for name in archive.namelist())
    assert b"told to all" in whole
    assert b"told before leaving" in whole
    for hidden in (b"told to few", b"the drawings", b"plan of the quay"):
        assert hidden not in whole


@on_sqlite
def test_skills_and_who_reports_are_handed_over(app: Flask, people: Any) -> None:
    admin, kept, double = people
    below = make_person("Below", manager_id=double.id)
    set_skills(None, kept, ["Welding", "Cranes"])
    set_skills(None, double, ["Cranes", "Polish"])
    merge(admin, kept, double)
    assert {each.name for each in skills_of(admin, kept)} == {"Welding", "Cranes", "Polish"}
    assert fresh(below).manager_id == kept.id


@on_sqlite
def test_nobody_merges_into_or_away_their_own_account(app: Flask, people: Any) -> None:
    admin, kept, double = people
    for actor, one, other in (
        (admin, admin, double),
        (admin, kept, admin),
        (make_person(role="manager"), kept, double),
    ):
        with pytest.raises(Forbidden):
            merge(actor, one, other)


@on_sqlite
def test_what_can_not_be_merged_stays_as_it_is(app: Flask, people: Any) -> None:
    admin, kept, double = people
    with pytest.raises(Invalid):
        merge(admin, kept, double, confirmed="mona")
    with pytest.raises(Conflict):
        merge(admin, kept, kept)
    with pytest.raises(Conflict):
        merge(admin, kept, make_person(is_bot=True))
    with pytest.raises(Conflict):
        merge(admin, make_person(role="guest"), double)
    merge(admin, kept, double)
    app.extensions["worker"].run_until_idle()
    with pytest.raises(Conflict):
        merge(admin, make_person(), fresh(double))
    assert fresh(kept).is_active


@on_sqlite
def test_the_page_asks_for_both_names(app: Flask, people: Any) -> None:
    admin, kept, double = people
    browser = sign_in(app, admin)
    address = f"/admin/people/{double.id}/merging"
    assert "What is handed over" in browser.get(address).get_data(as_text=True)
    wrong = browser.post(address, data={"kept": "nobody", "confirmed": "m.kept"})
    assert (wrong.status_code, "There is nobody of this" in wrong.get_data(as_text=True)) == (
        422,
        True,
    )
    right = browser.post(address, data={"kept": "@Mona", "confirmed": "m.kept"})
    assert (right.status_code, right.location) == (303, "/people/mona")
