"""The directory finds people however they are typed, and only by what everyone may see."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, text

from enterprise_social.core.actions import action, current_unit
from enterprise_social.core.audit import AuditEntry
from enterprise_social.core.db import db
from enterprise_social.core.spreadsheets import safe_cell
from enterprise_social.people import queries, words
from enterprise_social.people.actions import deactivate_person, update_person
from enterprise_social.people.actions.directory import index_everyone
from enterprise_social.people.actions.fields import (
    change_field,
    define_field,
    set_field_archived,
    set_hidden,
)
from enterprise_social.people.actions.profile import update_profile
from enterprise_social.people.actions.skills import set_skills
from enterprise_social.people.actions.values import (
    set_values,
)
from enterprise_social.people.models import DirectoryPosting, Person
from enterprise_social.people.queries import candidates, spellings
from enterprise_social.people.queries.listing import Filters
from tests.accounts.steps import statements
from tests.making import make_person, sign_in


def found(viewer: Person, query: str = "", **filters: Any) -> list[str]:
    page = queries.find_people(viewer, Filters(query=query, **filters))
    return [person.name for person in page.people]


@pytest.fixture
def viewer(database: SQLAlchemy) -> Person:
    """Ada, among people whose names are typed in many ways."""
    ada = make_person("Ada Lind", email="ada@lind.example", title="Harbour master")
    for name, facts in PEOPLE.items():
        make_person(name, **facts)
    return ada


PEOPLE: dict[str, dict[str, str]] = {
    "Мария Кузнецова": {"username": "m.kuz", "department": "Law"},
    "Łukasz Wróbel": {"title": "Crane driver", "location": "Gdańsk"},
    "Sinéad O’Brien": {"title": "Crane planner"},
    "山田 太郎": {"username": "yamada"},
    "王小明": {"username": "xiaoming"},
    "김철수": {"username": "chulsoo"},
    "Jürgen Groß": {"title": "Lawyer"},
    "İbrahim Şahin": {"location": "İzmir"},
    "Jonathan Smith": {"title": "Engineer", "department": "Road"},
    "Nguyễn Thị Lan": {"title": "Data steward"},
    "Maritza Smithers": {"department": "Road", "title": "Driver of Maria, the crane"},
}


def test_names_are_found_in_any_spelling(viewer: Person) -> None:
    table = {
        "мария": "Мария Кузнецова",
        "МАРИЯ куз": "Мария Кузнецова",
        "kuznetsova": "Мария Кузнецова",
        "kuznecova": "Мария Кузнецова",  # a letter more, a letter less
        "lukasz": "Łukasz Wróbel",
        "ŁUKASZ wrobel": "Łukasz Wróbel",
        "wrobel luk": "Łukasz Wróbel",
        "worbel": "Łukasz Wróbel",  # two letters in the wrong order
        "sinead": "Sinéad O’Brien",
        "o'brien": "Sinéad O’Brien",
        "obrien": "Sinéad O’Brien",
        "brien": "Sinéad O’Brien",
        "太郎": "山田 太郎",
        "田": "山田 太郎",
        "小明": "王小明",
        "wangxiao": "王小明",
        "xiaoming": "王小明",
        "철수": "김철수",
        "jurgen": "Jürgen Groß",
        "juergen": "Jürgen Groß",
        "gross": "Jürgen Groß",
        "GROẞ": "Jürgen Groß",
        "ibrahim": "İbrahim Şahin",
        "izmir": "İbrahim Şahin",
        "sahin": "İbrahim Şahin",
        "jonahtan": "Jonathan Smith",
        "jonatan smth": "Jonathan Smith",
        "jonnathhan": "Jonathan Smith",
        "nguyen lan": "Nguyễn Thị Lan",
        "gdansk": "Łukasz Wróbel",
        "crane luk": "Łukasz Wróbel",
        "@yama": "山田 太郎",
        "ada@lind": "Ada Lind",
    }
    first = {typed: (found(viewer, typed) or [""])[0] for typed in table}
    assert first == table


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_too_far_off_is_not_found(viewer: Person) -> None:
    for typed in ("qqqq", "jxxxthan", "adx", "_", "100%", "smith kuznetsova", "@ith", "ad a x"):
        assert found(viewer, typed) == [], typed
    assert found(viewer, "   ") == sorted([*PEOPLE, "Ada Lind"])
    assert found(viewer, "jonahtan", department="Law") == []


def test_the_best_match_stands_first_and_near_ones_last(viewer: Person) -> None:
    page = queries.find_people(viewer, Filters(query="maria"))
    # Whose name it is, in whatever script; then names near to it and what else stands there.
    assert [person.name for person in page.people][:2] == ["Мария Кузнецова", "Maritza Smithers"]
    assert page.near_at is None
    make_person("Maria")
    make_person("Mariana Lopez")
    assert found(viewer, "maria")[:3] == ["Maria", "Мария Кузнецова", "Mariana Lopez"]
    page = queries.find_people(viewer, Filters(query="smith"))
    assert [person.name for person in page.people] == ["Jonathan Smith", "Maritza Smithers"]
    page = queries.find_people(viewer, Filters(query="smyth"))
    assert ([person.name for person in page.people], page.near_at) == (["Jonathan Smith"], 0)
    assert queries.find_people(viewer, Filters(query="qqqq")).meant == ""
    assert queries.find_people(viewer, Filters(query="lna")).meant == "lan"


def test_every_order_is_read_through_page_by_page(viewer: Person) -> None:
    for sort in ("", "name", "department", "newest"):
        for query in ("", "s"):
            seen: list[int] = []
            cursor = None
            while True:
                filters = Filters(query=query, sort=sort)
                page = queries.find_people(viewer, filters, cursor=cursor, limit=3)
                seen += [person.id for person in page.people]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert len(seen) == len(set(seen)) == page.total > 3, (sort, query)
    assert found(viewer, sort="newest")[0] == "Maritza Smithers"
    assert found(viewer, "smith", sort="newest") == ["Maritza Smithers", "Jonathan Smith"]


def test_more_than_can_be_looked_at_is_said_and_still_sorted(
    viewer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (candidates.candidates,):
        monkeypatch.setitem(module.__kwdefaults__, "most", 4)  # type: ignore[index]
    page = queries.find_people(viewer, Filters(query="s"), limit=3)
    assert (page.more, page.total, len(page.people)) == (True, 4, 3)
    names: list[str] = []
    cursor = None
    while True:
        filters = Filters(query="s", sort="name")
        page = queries.find_people(viewer, filters, cursor=cursor, limit=3)
        names += [person.name for person in page.people]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(names) == len(set(names)) > 4
    narrowed = queries.find_people(viewer, Filters(query="s", department="Road"))
    names = [person.name for person in narrowed.people]
    assert (names, narrowed.more) == (["Jonathan Smith", "Maritza Smithers"], False)


def test_who_left_is_found_no_more_unless_asked_for(viewer: Person) -> None:
    jonathan = queries.by_username("jonathan.smith")
    assert jonathan is not None
    deactivate_person(None, jonathan)
    assert found(viewer, "jonathan") == []
    assert [person.name for person in queries.suggest(viewer, "jonath")] == []
    assert found(viewer, "jonathan", former=True) == ["Jonathan Smith"]
    assert "Road" in dict(queries.find_people(viewer, Filters()).departments)


def test_only_what_everyone_may_see_finds_anybody(app: Flask, viewer: Person) -> None:
    jonathan = queries.by_username("jonathan.smith")
    assert jonathan is not None
    team = define_field(None, name="Team", kind="text")
    pay = define_field(None, name="Pay grade", kind="text", audience="managers")
    set_values(None, jonathan, {team.key: "Quokkas", pay.key: "Zebrafish"})
    update_profile(jonathan, jonathan, topics=["Tide tables"], languages=["pl"], about="Wombat")
    assert found(viewer, "quokkas") == ["Jonathan Smith"]
    assert found(viewer, "tide") == found(viewer, "polski") == ["Jonathan Smith"]
    for hidden in ("zebrafish", "zebrafis", "zebrafihs", "wombat"):
        page = queries.find_people(viewer, Filters(query=hidden))
        assert (page.people, page.total, page.meant) == ([], 0, ""), hidden
    # Narrower from this very moment, before any worker ran.
    change_field(None, team, audience="self")
    assert found(viewer, "quokkas") == found(viewer, "quokkaz") == []
    assert spellings.near_words(["quokkaz"]) == {}
    set_hidden(None, ["title", "topics"])
    assert found(viewer, "engineer") == found(viewer, "tide") == []
    app.extensions["worker"].run_until_idle()
    assert found(viewer, "quokkas") == found(viewer, "engineer") == []
    change_field(None, pay, audience="everyone", wider=True)
    set_hidden(None, [])
    app.extensions["worker"].run_until_idle()
    assert found(viewer, "zebrafish") == found(viewer, "engineer") == ["Jonathan Smith"]
    set_field_archived(None, pay, True)
    assert found(viewer, "zebrafish") == []
    set_hidden(None, ["department"])
    page = queries.find_people(viewer, Filters(department="Law", sort="department"))
    assert (page.departments, page.total) == ([], len(PEOPLE) + 1)


def test_a_filled_index_is_what_changes_made_of_it(
    app: Flask, database: SQLAlchemy, viewer: Person
) -> None:
    jonathan = queries.by_username("jonathan.smith")
    assert jonathan is not None
    update_person(None, jonathan, name="Jona Schmidt", title="", department="Sea")
    set_skills(jonathan, jonathan, ["Knots", "Tea"])
    set_skills(jonathan, jonathan, ["Knots"])
    rows = select(DirectoryPosting.__table__).order_by(*DirectoryPosting.__table__.primary_key)
    kept = database.session.execute(rows).all()
    assert len(kept) > 50
    database.session.execute(delete(DirectoryPosting))
    database.session.commit()
    assert found(viewer, "jona") == []
    index_everyone()
    assert database.session.execute(rows).all() == kept
    assert found(viewer, "schmid") == found(viewer, "knots") == ["Jona Schmidt"]


def test_suggestions_are_tolerant_too_and_put_usernames_first(viewer: Person) -> None:
    def suggested(text: str) -> list[str]:
        return [person.name for person in queries.suggest(viewer, text)]

    assert suggested("lukas") == suggested("@lukasz.w") == suggested("wrobl") == ["Łukasz Wróbel"]
    assert suggested("太郎") == ["山田 太郎"]
    assert suggested("m.k") == suggested("maria") == ["Мария Кузнецова"]
    assert suggested("ma")[0] == "Maritza Smithers", "by the username"
    assert suggested("crane") == [], "only names are suggested"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_search_costs_the_same_for_few_and_many(viewer: Person, database: SQLAlchemy) -> None:
    asked = (Filters(), Filters(query="smith"), Filters(query="smth jonatan"))
    before = {}
    for filters in asked:
        with statements() as seen:
            queries.find_people(viewer, filters)
        before[filters] = len(seen)
        assert len(seen) <= 14
    for number in range(30):
        make_person(f"Jonathan Smith{number}", department=f"Department {number}")
    for filters in asked:
        with statements() as seen:
            queries.find_people(viewer, filters)
        assert len(seen) <= before[filters] + 1, filters
    with statements() as seen:
        queries.suggest(viewer, "jonahtan")
    assert len(seen) <= 10


@given(st.text(max_size=40))
def test_any_text_can_be_asked_for_and_finds_what_it_names(text: str) -> None:
    asked = words.terms(text)
    named = words.indexed(text)
    for term in asked:
        assert all(0 < len(form) <= words.LONGEST_WORD for form in term.forms)
        if not term.handle:
            assert set(term.forms) & named, (text, term)
        for form in term.forms:
            assert words.fold(form) == words.fold(words.fold(form))


@given(st.text("abcdeé", min_size=4, max_size=12), st.data())
def test_a_misspelt_word_shares_a_key_with_the_right_one(word: str, data: st.DataObject) -> None:
    folded = words.fold(word)
    other = folded
    allowed = words.allowed_letters(folded)
    for _wrong in range(allowed):
        place = data.draw(st.integers(0, len(other) - 1))
        turn = data.draw(st.sampled_from(("drop", "add", "change", "swap")))
        if turn == "drop" and len(other) > 4:
            other = other[:place] + other[place + 1 :]
        elif turn == "add":
            other = other[:place] + "x" + other[place:]
        elif turn == "swap" and place:
            other = other[: place - 1] + other[place] + other[place - 1] + other[place + 1 :]
        else:
            other = other[:place] + "y" + other[place + 1 :]
    near = words.distance(folded, other, allowed)
    if near <= min(allowed, words.allowed_letters(other)):
        mine = words.spelling_keys(other, letters=words.allowed_letters(other))
        assert words.spelling_keys(folded) & mine


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_page_remembers_its_look_and_hides_nothing_behind_it(
    app: Flask, viewer: Person
) -> None:
    browser = sign_in(app, viewer)
    answer = browser.get("/people?q=smyth&look=cards")
    assert "Close to what you typed" in answer.text
    assert "person-card" in answer.text
    assert "people_look=cards" in answer.headers["Set-Cookie"]
    assert "person-card" in browser.get("/people").text
    assert "person-card" not in browser.get("/people?look=list").text
    assert "Jonathan Smith" in browser.get("/search?q=jonahtan").text
    assert "Jonathan Smith" not in browser.get("/search?q=jonahtan+has:link").text
    answer = browser.get("/people?q=lna")
    assert 'href="/people?q=lan"' in answer.text
    assert browser.get("/people?sort=newest&cursor=nonsense").status_code == 422
    assert browser.get("/admin/people/directory.csv").status_code == 403


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_admins_take_the_directory_out_as_a_harmless_file(
    app: Flask, database: SQLAlchemy, viewer: Person
) -> None:
    admin = make_person("Root", role="admin")
    evil = make_person("=HYPERLINK(1)", title="@SUM(A1)", manager_id=viewer.id)
    team = define_field(None, name="Team", kind="text")
    pay = define_field(None, name="Pay", kind="text", audience="self")
    set_values(None, evil, {team.key: "-2+3", pay.key: "secret"})
    set_skills(evil, evil, ["Tea", "Ships"])
    answer = sign_in(app, admin).get("/admin/people/directory.csv?q=hyperlink")
    assert answer.mimetype == "text/csv"
    assert "secret" not in answer.text
    heads, row = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    line = dict(zip(heads, row, strict=True))
    assert (line["Name"], line["Title"], line["Team"]) == ("'=HYPERLINK(1)", "'@SUM(A1)", "'-2+3")
    assert (line["Manager"], line["Skills"]) == ("ada.lind", "Ships, Tea")
    whole = list(csv.reader(io.StringIO(sign_in(app, admin).get(
        "/admin/people/directory.csv").text)))  # fmt: skip
    assert len(whole) == len(PEOPLE) + 4
    database.session.rollback()
    noted = database.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "people.exported").order_by(AuditEntry.id)
    ).all()
    assert [entry.details for entry in noted] == [{"query": "hyperlink"}, {}]
    for cell in ("=1", "+1", "-1", "@a", "\t=1", "  =1", "\r=1"):
        assert safe_cell(cell).startswith("'"), cell
    assert safe_cell("Ann-Marie = me") == "Ann-Marie = me"


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
def test_a_field_hidden_while_somebody_writes_in_it_finds_nobody(
    app: Flask, viewer: Person
) -> None:
    written = Event()

    def hide() -> None:
        with app.app_context():
            written.wait(30)
            set_hidden(None, ["title"])

    @action
    def write() -> None:
        update_person(None, viewer, title="Rattlesnake keeper")
        # After the title is indexed, and before the commit, the field goes.
        current_unit().before_commit.append(hesitate)

    def hesitate() -> None:
        written.set()
        waiting = text("SELECT 1 FROM pg_locks WHERE NOT granted")
        deadline = monotonic() + 30
        while not hiding.done() and monotonic() < deadline:
            if db.session.execute(waiting).first():
                return

    with ThreadPoolExecutor(1) as thread:
        hiding = thread.submit(hide)
        write()
        hiding.result(30)
    assert found(viewer, "rattlesnake") == []
