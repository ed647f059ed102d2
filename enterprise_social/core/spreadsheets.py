"""Tables that spreadsheets open: CSV whose cells are read as text and never as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

# A cell that begins so is taken for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """Return a cell's text such that no spreadsheet computes it, also after spaces."""
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) else text


def csv_parts(rows: Iterable[Sequence[str]], lines: int = 500) -> Iterator[bytes]:
    """Yield CSV (RFC 4180) in UTF-8 with a byte order mark (RFC 3629, 6), some lines at a time."""
    place = io.StringIO(newline="")
    writer = csv.writer(place)
    place.write("\ufeff")
    for number, row in enumerate(rows, 1):
        writer.writerow([safe_cell(cell) for cell in row])
        if number % lines == 0:
            yield place.getvalue().encode()
            place.seek(0)
            place.truncate()
    yield place.getvalue().encode()
