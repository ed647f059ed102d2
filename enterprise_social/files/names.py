"""Names of files as they are stored, whatever a browser or an archive called them."""

from __future__ import annotations

import re
import unicodedata

from enterprise_social.files.models import LONGEST_NAME

# Separators of paths, what systems refuse in names, and marks that make a name read differently
# from what it is ("gpj.exe" turned round; Unicode technical report 36, 2.10.2).
_UNSOUND = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]')
_LONGEST_ENDING = 20


def clean_name(given: str) -> str:
    """Return the last part of a path as a name of at most 200 characters, never empty."""
    name = re.split(r"[/\\]", given)[-1]
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    name = " ".join(_UNSOUND.sub("", name).split()).strip(". ")
    if len(name) > LONGEST_NAME:
        stem, dot, last = name.rpartition(".")
        keep = dot + last if dot and len(last) <= _LONGEST_ENDING else ""
        name = (stem if keep else name)[: LONGEST_NAME - len(keep)].rstrip(". ") + keep
    return name or "file"


def ending(name: str) -> str:
    """Return what stands behind a name's last dot, in lower case."""
    return name.rpartition(".")[2].lower() if "." in name else ""
