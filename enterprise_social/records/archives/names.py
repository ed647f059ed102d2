"""Names of members: of any text, a part of a path that is safe wherever it is unpacked."""

from __future__ import annotations

import re
import unicodedata

from enterprise_social.core.text import safe_name

LONGEST_PART = 80
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
# Names that stand for devices on Windows, with any ending (learn.microsoft.com, "Naming Files").
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.IGNORECASE)


def part(text: str, *, before: str = "") -> str:
    """Return a part of a path that can neither lead anywhere else nor be a hidden file.

    ``before`` is put in front with a ``-``: an id there makes it unique and never empty. Letters
    of every script stay; at most 200 bytes are left, as file systems have them.
    """
    clean = _UNSAFE.sub("_", unicodedata.normalize("NFC", safe_name(text))).strip(" .")
    head, dot, ending = clean.rpartition(".")
    if dot and head and len(ending) <= 8:
        clean = f"{_cut(head[:LONGEST_PART], 180)}.{_cut(ending, 16)}"
    else:
        clean = _cut(clean[:LONGEST_PART], 196)
    clean = clean.strip(" .")
    if before:
        return f"{before}-{clean}" if clean else before
    return f"_{clean}" if not clean or _DEVICE.match(clean) else clean


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore")
