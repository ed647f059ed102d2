"""Reads a CSV file (RFC 4180, and what spreadsheets make of it): encoding, separator, rows.

A file is bounded in every direction before anything is made of it: bytes, rows, columns, the
length of a line and of a cell.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from flask_babel import gettext as _

MOST_BYTES = 30 * 1024 * 1024
MOST_PEOPLE = 100_000
MOST_COLUMNS = 200
LONGEST_LINE = 200_000  # characters between two line breaks
# What can be chosen by hand; the first three are found out.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "iso8859-15": "ISO 8859-15",
    "mac-roman": "Mac Roman",
    "shift-jis": "Shift JIS",
    "gb18030": "GB 18030",
}
DELIMITERS = {",": ",", ";": ";", "tab": "\t"}
_BLOCK = 256 * 1024
_SAMPLE = 4096


class UnreadableList(Exception):
    """The file is no list of people; the message is one sentence."""


@dataclass(frozen=True)
class Sheet:
    """A file that can be read, from its beginning as often as needed.

    ``encoding`` is a key of ``ENCODINGS``, ``delimiter`` one of ``DELIMITERS``, ``header`` the
    cells of the first row that isn't empty.
    """

    stream: BinaryIO
    encoding: str
    delimiter: str
    header: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give each row under the header with the number of the line where it begins.

        Empty rows are left out. Raises UnreadableList.
        """
        rows = _rows(self.stream, self.encoding, self.delimiter)
        next(rows, None)
        for count, row in enumerate(rows, 1):
            if count > MOST_PEOPLE:
                raise UnreadableList(
                    _("More than %(count)d people in one file. Split it.", count=MOST_PEOPLE)
                )
            yield row


def open_sheet(stream: BinaryIO, encoding: str = "", delimiter: str = "") -> Sheet:
    """Look at a seekable file and read its header. What isn't given is found out.

    Raises UnreadableList.
    """
    size = stream.seek(0, io.SEEK_END)
    if size > MOST_BYTES:
        raise UnreadableList(
            _("The file is larger than %(count)d MB. Split it.", count=MOST_BYTES // 2**20)
        )
    encoding = encoding if encoding in ENCODINGS else find_encoding(stream)
    if delimiter not in DELIMITERS:
        delimiter = _find_delimiter(stream, encoding)
    header = next(_rows(stream, encoding, delimiter), None)
    if header is None:
        raise UnreadableList(_("The file is empty."))
    return Sheet(stream, encoding, delimiter, header[1])


def find_encoding(stream: BinaryIO) -> str:
    """Tell the encoding: by the byte order mark, by what can be read, or the usual one."""
    stream.seek(0)
    sample = stream.read(_SAMPLE)
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if (
        sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        or sample.count(0) > len(sample) // 5
    ):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    stream.seek(0)
    try:
        while block := stream.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _codec(stream: BinaryIO, encoding: str) -> str:
    """Return Python's name of the codec, with or without a byte order mark as the file has it."""
    if encoding == "utf-8":
        return "utf-8-sig"
    if encoding != "utf-16":
        return encoding
    stream.seek(0)
    sample = stream.read(_SAMPLE)
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark: the zero bytes of Latin letters stand first in big-endian order.
    return "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"


def _text(stream: BinaryIO, encoding: str) -> io.TextIOWrapper:
    codec = _codec(stream, encoding)
    stream.seek(0)
    return io.TextIOWrapper(stream, codec, errors="replace", newline="")


def _find_delimiter(stream: BinaryIO, encoding: str) -> str:
    """Return the separator that stands most often in the first line, outside quotation marks."""
    text = _text(stream, encoding)
    try:
        first = next((line for line in _lines(text) if line.strip()), "")
    finally:
        text.detach()
    outside = "".join(first.split('"')[::2])
    best = max(DELIMITERS, key=lambda name: outside.count(DELIMITERS[name]))
    return best if DELIMITERS[best] in outside else ","


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise UnreadableList(_("Line %(line)d is too long.", line=number))
        if "\0" in line:
            raise UnreadableList(
                _("Line %(line)d holds what is no text. Save the list as CSV.", line=number)
            )
        yield line


def _rows(stream: BinaryIO, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    text = _text(stream, encoding)
    reader = csv.reader(_lines(text), delimiter=DELIMITERS[delimiter], strict=True)
    begins = 1
    try:
        for row in reader:
            if len(row) > MOST_COLUMNS:
                raise UnreadableList(
                    _(
                        "Line %(line)d has more than %(count)d columns.",
                        line=begins,
                        count=MOST_COLUMNS,
                    )
                )
            if any(cell.strip() for cell in row):
                yield begins, row
            begins = reader.line_num + 1
    except csv.Error:
        raise UnreadableList(
            _(
                "From line %(line)d on, quotation marks are not closed, or stand in the middle of "
                "a cell.",
                line=begins,
            )
        ) from None
    except UnicodeError:
        raise UnreadableList(_("The file can't be read in this encoding.")) from None
    finally:
        text.detach()
