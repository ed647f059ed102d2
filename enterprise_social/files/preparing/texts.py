"""The words of documents, for the search. Imported by the child process alone, by its own name."""

from __future__ import annotations

import logging
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.handler import ContentHandler

LARGEST_PART = 40 * 1024 * 1024  # of an archive, unpacked
MOST_TIMES = 200  # larger than packed by this is a bomb, not prose
LARGEST_TEXT = 8 * 1024 * 1024
MOST_PAGES = 500
BLOCK = 65_536
PARAGRAPHS = {"p", "h", "br", "tab", "tc", "table-cell", "line-break", "s"}


class Refused(Exception):
    """Not a document that is read."""


def prepare(path: Path, kind: str, longest: int) -> dict[str, Any]:
    """Return the first ``longest`` characters of a document's text."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    readers = {"pdf": _of_pdf, "docx": _of_docx, "odt": _of_odt, "text": _of_text}
    pieces: list[str] = []
    length = 0
    for piece in readers[kind](path):
        pieces.append(piece)
        length += len(piece)
        if length > longest:
            break
    text = " ".join("".join(pieces).replace("\x00", " ").split(" "))
    sound = text.encode("utf-8", "replace").decode()
    return {"text": sound[:longest].strip()}


def _of_pdf(path: Path) -> Iterator[str]:
    from pypdf import PdfReader

    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Refused("locked")
    for number, page in enumerate(reader.pages):
        if number >= MOST_PAGES:
            return
        yield page.extract_text() + "\n"


def _of_docx(path: Path) -> Iterator[str]:
    return _of_part(path, "word/document.xml", {"t"})


def _of_odt(path: Path) -> Iterator[str]:
    return _of_part(path, "content.xml", {"p", "h"})


def _of_part(path: Path, part: str, inside: set[str]) -> Iterator[str]:
    """Read the characters of an XML part that stand inside elements of these names."""
    from defusedxml.sax import make_parser

    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(part)
        most = MOST_TIMES * max(entry.compress_size, 1024)
        if entry.file_size > min(most, LARGEST_PART):
            raise Refused("bomb")
        found = _Characters(inside)
        parser = make_parser()
        parser.forbid_dtd = True
        parser.setContentHandler(found)
        unpacked = 0
        with archive.open(entry) as content:
            while block := content.read(BLOCK):
                unpacked += len(block)
                if unpacked > entry.file_size:  # the list of contents lied
                    raise Refused("bomb")
                parser.feed(block)
                yield found.take()
        parser.close()
        yield found.take()


class _Characters(ContentHandler):
    """Gathers characters inside some elements, paragraphs apart."""

    def __init__(self, inside: set[str]) -> None:
        super().__init__()
        self._inside = inside
        self._depth = 0
        self._pieces: list[str] = []

    def startElement(self, name: str, _attrs: Any) -> None:  # noqa: N802
        local = name.rpartition(":")[2]
        if local in PARAGRAPHS:
            self._pieces.append("\n")
        self._depth += local in self._inside

    def endElement(self, name: str) -> None:  # noqa: N802
        self._depth -= name.rpartition(":")[2] in self._inside

    def characters(self, content: str) -> None:
        if self._depth:
            self._pieces.append(content)

    def take(self) -> str:
        """Return what came since the last time."""
        text = "".join(self._pieces)
        self._pieces.clear()
        return text


def _of_text(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        head = file.read(LARGEST_TEXT)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield head.decode("utf-16", "replace")
        return
    try:
        yield head.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Old systems' Western text; each byte is some letter in it.
        yield head.decode("cp1252", "replace")
