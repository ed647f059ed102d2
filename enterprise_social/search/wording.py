"""What a page or the API says about a query, in the reader's language."""

from __future__ import annotations

from flask_babel import gettext as _

from enterprise_social.search.query import Note


def note_text(note: Note) -> str:
    """One sentence on what wasn't done as typed."""
    source = note.source
    return {
        "later": _("%(source)s is not known yet and was left out.", source=source),
        "not_understood": _(
            "%(source)s was not understood and was searched as words.", source=source
        ),
        "unknown_person": _("Nobody here has the username %(source)s.", source=source),
        "unknown_channel": _("There is no channel %(source)s that you can read.", source=source),
        "too_long": _("The query is very long; only its beginning was searched."),
    }[note.kind]


def facet_label(kind: str, name: str) -> str:
    """What a `has:` or `is:` facet is called."""
    return {
        ("has", "link"): _("Link"),
        ("has", "file"): _("File"),
        ("has", "image"): _("Image"),
        ("has", "reaction"): _("Reactions"),
        ("is", "reply"): _("Replies"),
        ("is", "pinned"): _("Pinned"),
    }.get((kind, name), name)
