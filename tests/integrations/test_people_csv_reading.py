"""Reading lists of people: encodings, separators, columns, and files that mean harm."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from enterprise_social.core.db import db
from enterprise_social.core.errors import TooLarge
from enterprise_social.integrations.actions.people_imports import begin_people_import
from enterprise_social.integrations.cli import import_group
from enterprise_social.integrations.people_csv.columns import recognise
from enterprise_social.integrations.people_csv.reading import (
    MOST_BYTES,
    MOST_PEOPLE,
    UnreadableList,
    open_sheet,
)
from enterprise_social.people.models import Person
from tests.integrations.lists import as_csv, counts, give, person, problems
from tests.making import make_person, sign_in

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
TEXT = "Name;E-mail\nZoë Müller;zoe@example.org\n"


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16"),
        ("utf-16-be", "utf-16"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings_and_separators_are_found_out(codec: str, found: str) -> None:
    sheet = open_sheet(io.BytesIO(TEXT.encode(codec)))
    assert (sheet.encoding, sheet.delimiter, sheet.header) == (found, ";", ["Name", "E-mail"])
    assert list(sheet.rows()) == [(2, ["Zoë Müller", "zoe@example.org"])]
    assert list(sheet.rows()) == [(2, ["Zoë Müller", "zoe@example.org"])]


def test_rows_keep_the_number_of_the_line_where_they_begin() -> None:
    text = 'a\tb\r\n\r\n"x\ny"\t"1, ""2"""\r\rlast\t'
    sheet = open_sheet(io.BytesIO(text.encode()))
    assert sheet.delimiter == "tab"
    assert list(sheet.rows()) == [(3, ["x\ny", '1, "2"']), (6, ["last", ""])]
    assert open_sheet(io.BytesIO('a "b\n'.encode("cp1251")), "cp1251", ";").header == ['a "b']


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"a,b\n\x00\x01\x02", "no text"),
        (b"x" * 300_000, "Line 1 is too long"),
        (b"a,b\n1,2\n" + b'"open' + b"x\n" * 100_000, "From line 3 on"),
        (b'a,b\n"x"y,2\n', "From line 2 on"),
        (b",".join([b"c"] * 10_000), "200 columns"),
        (b"email\n" + b"a@b.example\n" * (MOST_PEOPLE + 1), "100000 people"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "no text"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableList, match=said):
        list(open_sheet(io.BytesIO(content)).rows())


def test_columns_are_known_by_their_usual_names() -> None:
    header = ["Vorname", "Nachname", "E-Mail", "Personalnummer", "Abteilung", "Start Date", "X"]
    assert list(recognise(header, {}).values()) == [
        "first_name", "last_name", "email", "employee_number", "department", "started_on",
    ]  # fmt: skip
    assert recognise(["Nom", "Courriel", "Prénom", "Mail"], {}) == {
        "0": "last_name", "1": "email", "2": "first_name",
    }  # fmt: skip
    own = {"cost_centre": "Kostenstelle", "title": "Salutation"}
    assert list(recognise(["kostenstelle", "Cost Centre", "Title", "Nom"], own).values()) == [
        "custom:cost_centre", "custom:title", "name",
    ]  # fmt: skip


@only_sqlite
def test_what_is_too_large_is_refused_before_it_is_kept(app: Flask, database: SQLAlchemy) -> None:
    admin = make_person("Ada Admin", role="admin")
    with pytest.raises(TooLarge):
        begin_people_import(admin, io.BytesIO(bytes(MOST_BYTES + 1)), "x.csv")
    client = sign_in(app, admin)
    answer = client.post(
        "/admin/people/import",
        data=b"--x",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(32 << 20)},
    )
    assert answer.status_code == 413
    assert client.post("/admin/people/import", data={}).status_code == 422


@only_sqlite
def test_formulas_and_scripts_in_cells_stay_text(app: Flask, database: SQLAlchemy) -> None:
    admin = make_person("Ada Admin", role="admin")
    rows = [
        ["name", "email", "title", "department"],
        ["=cmd|'/c calc'!A1", "no-address", "x", "", "", "more"],
        ["<script>alert(1)</script>", "s@example.org", "<b>bold</b>", "'; DROP TABLE people"],
        ["Wrong \ufffd encoding", "w@example.org", "", ""],
    ]
    found = give(app, admin, as_csv(rows))
    said = problems(found)
    assert "more cells" in said[2]
    assert "another encoding" in said[4]
    client = sign_in(app, admin)
    page = client.get(f"/admin/people/import/{found.id}?show=create")
    assert "&lt;b&gt;bold&lt;/b&gt;" in page.text
    assert "<b>bold" not in page.text
    sheet = client.get(f"/admin/people/import/{found.id}/problems.csv")
    assert sheet.mimetype == "text/csv"
    text = sheet.data.decode("utf-8-sig")
    assert text.startswith("Line,Name,E-mail,Column,Problem")
    assert ",'=cmd|" in text


@only_sqlite
def test_the_pages_lead_from_a_file_to_the_people_without_scripts(
    app: Flask, database: SQLAlchemy
) -> None:
    admin = make_person("Ada Admin", role="admin")
    client = sign_in(app, admin)
    rows = [["Who", "e-mail"], *([f"Person {n}", f"p{n}@example.org"] for n in range(60))]
    form = {"file": (io.BytesIO(as_csv(rows)), "../../list.csv")}
    answer = client.post("/admin/people/import", data=form)
    address = answer.location
    assert "is being read" in client.get(address).text
    app.extensions["worker"].run_until_idle()
    page = client.get(address).text
    assert page.count("needs a name") == 50
    assert "cursor=" in page
    odd = {"column-1\x00": "name", "column-9": "a\x00b", "column-٣": "title", "encoding": "\x00"}
    assert client.post(f"{address}/columns", data=odd).status_code == 303
    client.post(f"{address}/columns", data={"column-0": "name", "column-1": "email"})
    app.extensions["worker"].run_until_idle()
    page = client.get(address).text
    assert "Person 49" in page
    assert 'name="turn" value="3"' in page
    for turn in ("1", "", "x", "9" * 40, "\x00"):
        assert client.post(f"{address}/confirmation", data={"turn": turn}).status_code == 303
    assert database.session.query(Person).count() == 1
    wrong = {"turn": "3", "deactivates": "1", "missing": "5"}
    assert client.post(f"{address}/confirmation", data=wrong).status_code == 422
    assert client.post(f"{address}/confirmation", data={"turn": "3"}).status_code == 303
    app.extensions["worker"].run_until_idle()
    assert database.session.query(Person).count() == 61
    assert "60 lines are carried out" in client.get(address).text
    assert "list.csv" in client.get("/admin/people/import").text


@only_sqlite
def test_a_preview_costs_the_same_for_any_number_of_lines(
    app: Flask, database: SQLAlchemy, count_queries: object
) -> None:
    admin = make_person("Ada Admin", role="admin")
    costs = []
    for size in (5, 100):
        rows = [["name", "email", "manager"], ["P 0", "p0@example.org", ""]]
        rows += [
            [f"P {n}", f"p{n}@example.org", "p0@example.org" if n else ""] for n in range(size)
        ]
        with count_queries() as statements:  # type: ignore[operator]
            found = give(app, admin, as_csv(rows))
        costs.append(len(statements))
        assert counts(found)["create"] == size
    assert costs[1] <= costs[0]


@only_sqlite
def test_the_command_does_the_same_as_the_pages(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        make_person("Ada Admin", role="admin", email="ada@example.org")
        make_person("Lea Leaves", email="lea@example.org")
    path = tmp_path / "people.csv"
    rows = [
        ["name", "email", "manager"],
        ["Ada Admin", "ada@example.org", ""],
        ["New One", "new@example.org", "ada@example.org"],
        ["Bad", "bad", ""],
    ]
    path.write_bytes(as_csv(rows))
    runner = app.test_cli_runner()

    def run(*arguments: str) -> tuple[int, str]:
        # No context around it: the command makes its own, as on a terminal.
        done = runner.invoke(import_group, ["people", str(path), *arguments])
        return done.exit_code, done.output

    status, text = run("--dry-run")
    assert status == 0, text
    assert "New: 1" in text
    assert "line 4, Bad: E-mail: This is not an e-mail address" in text
    assert "Nothing was changed" in text
    with app.app_context():
        assert db.session.query(Person).count() == 2
    status, text = run("--json", "--deactivate-missing")
    assert status == 0, text
    outcome = json.loads(text)
    assert (outcome["create"], outcome["unchanged"], outcome["refused"]) == (1, 1, 1)
    assert (outcome["missing"], outcome["done"], outcome["failed"]) == (1, 2, 0)
    assert outcome["problems"][0]["line"] == 4
    with app.app_context():
        assert not person("lea@example.org").is_active
    path.write_text("nothing\nof use\n")
    status, text = run()
    assert status == 1
    assert "No column is for e-mail" in text
