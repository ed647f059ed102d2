"""Whatever the database holds, no page, answer or mail lets it become markup.

Every free text of every table is replaced by markup, past all checks of what comes in; then every
route that can be read is read. A table that is new is in it by itself.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from lxml import html as lxml_html
from sqlalchemy import Column, String, Table, Text, update

from enterprise_social.core import settings
from enterprise_social.core.actions import action
from enterprise_social.core.db import Base, db
from enterprise_social.posts.actions import create_post
from tests.rights.scene import Scene, make_scene
from tests.rights.table import TABLE
from tests.rights.test_routes import ask

# Ends an attribute of either kind, a script, a title, a text area and a comment.
LONG = (
    "<x-mark>\"' x-mark=1 onfocus=x-mark autofocus>--></script></title></textarea></style>"
    "<x-mark>${x}{{7*7}}<img src=x onerror=x-mark>&#x202e;"
)
MEDIUM = "\"'><x-mark x-mark=1>"
SHORT = '"><x-mark>'
ADDRESS = "javascript:alert('x-mark')"
# What programs read: kinds, keys, addresses in the house, and what was made safe when written.
NOT_FREE = re.compile(
    r"(^|_)(html|hash|photo|token|key|kind|state|type|role|slug|handle|username|email|locale|mime|scope|"
    r"priority|way|ways|act|action|listener|event|payload|rhythm|time_zone|zone|method|notify|"
    r"level|asks|status|cursor|secret|sealed|digest|sha256|version|editor|audience|format|step|"
    r"id|number|callers|match|effect|place|verb|language|backend|engine|emoji|endpoint|p256dh|auth|"
    r"mode|decision|ended_as|resolution|outcome|algorithm|issuer|subject|traces|scopes|encoding|"
    r"storage|field|phase|column|tag|word|words|gram|term|stem|target|sort|order|answer|rule)$"
)
LINKS = {("profile_entries", "url"), ("profiles", "links")}
# The log of acts is never changed, and search's own tables hold single words.
LEFT_OUT = re.compile(
    r"^(audit_|outbox_|search_|directory_|alembic|sign_in_attempts|records_|membership_spans)"
)


def free_columns(table: Table) -> Iterator[tuple[Column[Any], str]]:
    for column in table.columns:
        if not isinstance(column.type, String | Text) or column.primary_key or column.unique:
            continue
        if NOT_FREE.search(column.name) or any(
            column.name in index.columns and index.unique for index in table.indexes
        ):
            continue
        if (table.name, column.name) in LINKS:
            yield column, ADDRESS
            continue
        longest = column.type.length or 10_000
        fitting = [text for text in (LONG, MEDIUM, SHORT) if len(text) <= longest]
        if fitting:
            yield column, fitting[0]


@action
def poison() -> dict[str, list[str]]:
    """Replace every free text; returns the columns by table."""
    done: dict[str, list[str]] = {}
    for table in Base.metadata.sorted_tables:
        if LEFT_OUT.search(table.name):
            continue
        values = {column.name: text for column, text in free_columns(table)}
        if values:
            db.session.execute(update(table).values(values))
            done[table.name] = sorted(values)
    return done


def markup_in(text: str) -> list[str]:
    """Return what of the text became an element, an attribute, a script or an address."""
    tree = lxml_html.document_fromstring(text or "<p></p>")
    found = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag == "x-mark":
            found.append("an element")
        for name, value in element.attrib.items():
            if name == "x-mark" or (name.startswith("on") and "x-mark" in value):
                found.append(f"an attribute of <{element.tag}>")
            # Only where it is followed: a field's value may hold anything.
            followed = name in ("href", "src", "action", "formaction")
            if followed and value.strip().lower().startswith("javascript:"):
                found.append(f"an address of <{element.tag}>")
    scripts = tree.iter("script", "style")
    return [*found, *("a script" for each in scripts if "<x-mark" in (each.text or ""))]


@pytest.fixture
def scene(make_app: Any) -> Iterator[Scene]:
    app: Flask = make_app("sqlite")
    with app.app_context():
        made = make_scene(app)
        app.extensions["worker"].run_until_idle()
        yield made
        app.extensions["search_engine"].close()


def test_nothing_that_is_stored_becomes_markup_in_any_answer(scene: Scene) -> None:
    poisoned = poison()
    assert {"people", "channels", "posts", "announcements", "groups", "skills"} <= set(poisoned)
    settings.change(None, {"organisation.name": LONG[:100]})
    shown = 0
    wrong = []
    for row in TABLE:
        if not row.route.startswith("GET "):
            continue
        for who in ("member", "admin", "guest"):
            answer = ask(scene, who, row)
            text = answer.get_data().decode("utf-8", "replace")
            if answer.status_code >= 500:
                wrong.append(f"{row.route} for {who}: {answer.status_code}")
            if answer.mimetype == "text/html":
                shown += text.count("x-mark")
                wrong += [f"{row.route} for {who}: {each}" for each in set(markup_in(text))]
            elif "x-mark" in text:
                assert answer.headers["X-Content-Type-Options"] == "nosniff", row.route
                assert answer.mimetype != "image/svg+xml", row.route
    assert not wrong, "\n" + "\n".join(wrong)
    # It did stand on the pages, as text.
    assert shown > 500


def test_nothing_that_is_stored_becomes_markup_or_a_header_in_a_mail(scene: Scene) -> None:
    poison()
    app = scene.app
    settings.change(None, {"organisation.name": "Quay\x0bSons <x-mark>"[:100]})
    create_post(scene.owner, scene.channel, f"@{scene.people['member'].username} <x-mark> hello")
    app.extensions["worker"].run_until_idle()
    folder = Path(app.config["DATA_DIR"]) / "mail"
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in folder.rglob("*.eml")
    ]
    assert mails
    for mail in mails:
        for name, value in mail.items():
            assert "\n" not in value, name
            assert name.lower() != "bcc"
        for part in mail.walk():
            if part.get_content_type() == "text/html":
                assert markup_in(part.get_content()) == []
