"""HTML that is let through unescaped was cleaned by core.text, and by nothing else."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES, PACKAGE = ROOT / "templates", ROOT / "enterprise_social"
# Announcement.html and its preview are what core.text.render made, like a post's; the mail shows
# the same. Whoever adds one says here where it was cleaned.
CLEANED = {
    ("announcements/_mail.html", "body.html"),
    ("announcements/confirm.html", "draft.html"),
    ("announcements/look.html", "look.html"),
    ("announcements/show.html", "it.html"),
    ("ui/modules.html", "import_map()"),
}


def test_templates_let_through_only_what_was_cleaned() -> None:
    found = {
        (str(path.relative_to(TEMPLATES)), expression)
        for path in TEMPLATES.rglob("*.html")
        for expression in re.findall(r"{{\s*([^{}]*?)\s*\|\s*safe\b", path.read_text())
    }
    assert found == CLEANED


# The same in Python: what a template rendered, or a column that core.text.render filled.
MADE = {
    ("core/assets.py", "a text of our own"),
    ("core/assets.py", "json.dumps({'imports': imports})"),
    ("core/fragments.py", "self._environment.get_template(template).render(**facts)"),
    ("core/fragments.py", "html"),
    ("core/language.py", "translations.ugettext(text)"),
    ("feed/queries/cards.py", "a text of our own"),
    ("feed/queries/cards.py", "values[_HTML]"),
    ("moderation/views/cases.py", "post.html"),
    ("people/queries/profile.py", "profile.about_html"),
    ("posts/views.py", "revision.html"),
}


def test_python_lets_through_only_what_was_cleaned() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), _let_through(call.args[0]))
        for path in PACKAGE.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and "Markup" in (_name(call.func), _name(call.func, "attr"))
    }
    assert found == MADE


def _let_through(value: ast.expr) -> str:
    own = isinstance(value, ast.Constant | ast.JoinedStr)
    return "a text of our own" if own else ast.unparse(value)


def _name(function: ast.expr, kind: str = "id") -> str:
    return str(getattr(function, kind, ""))
