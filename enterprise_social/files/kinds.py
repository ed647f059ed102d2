"""What a file is, by its content; the name only tells plain texts from each other.

Signatures after the formats' own specifications and the WHATWG MIME Sniffing standard (section 6).
"""

from __future__ import annotations

import codecs
import re
import zipfile
from typing import BinaryIO

from enterprise_social.files.names import ending

UNKNOWN = "application/octet-stream"
HEAD = 4096

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"\x7fELF", "application/x-executable"),
    (0, b"MZ", "application/x-executable"),
    (257, b"ustar", "application/x-tar"),
)
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"mif1": "image/heic",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
DOCX = _OFFICE["word/"]
ODT = "application/vnd.oasis.opendocument.text"
_TEXTS = {"csv": "text/csv", "md": "text/markdown", "markdown": "text/markdown"}
# Anything that a browser might take for a document with scripts, wherever it stands in the text.
_MARKUP = re.compile(
    rb"<(?:!doctype|\?xml|html|head|body|script|svg|iframe|object|embed|img|a|style|link|meta|math)"
    rb"[\s>/!]",
    re.IGNORECASE,
)

#: Shown by browsers where they are; everything else is only ever a download.
IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"}
AUDIO = {"audio/mpeg", "audio/flac", "audio/ogg", "audio/wav", "audio/mp4"}
VIDEO = {"video/webm", "video/mp4"}
PDF = "application/pdf"
INLINE = IMAGES | AUDIO | VIDEO | {PDF}
TEXTS = {"text/plain", *_TEXTS.values()}
DOCUMENTS = {PDF, DOCX, ODT, *TEXTS}


def kind_of(content: BinaryIO, name: str) -> str:
    """Return the media type of a seekable content; it is left at its beginning."""
    content.seek(0)
    head = content.read(HEAD)
    content.seek(0)
    found = _binary(head)
    if found == "application/zip":
        found = _of_archive(content)
        content.seek(0)
    return found or _text(head, name)


def _binary(head: bytes) -> str:
    for offset, signature, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return kind
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return "application/zip"
    # The sync word of an MPEG audio frame, layer III (ISO/IEC 11172-3, 2.4.1.3).
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    return ""


def _of_archive(content: BinaryIO) -> str:
    """Tell office documents from other archives by their list of names; nothing is unpacked."""
    try:
        with zipfile.ZipFile(content) as archive:
            names = archive.namelist()
            if "mimetype" in names and archive.getinfo("mimetype").file_size <= 100:
                given = archive.read("mimetype").decode("ascii", "replace")
                if given.startswith("application/vnd.oasis.opendocument."):
                    return given if re.fullmatch(r"[a-z.\-/]{1,90}", given) else "application/zip"
            if "[Content_Types].xml" in names:
                for folder, kind in _OFFICE.items():
                    if any(name.startswith(folder) for name in names):
                        return kind
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        pass
    return "application/zip"


def _text(head: bytes, name: str) -> str:
    if not head:
        return "text/plain"
    if b"\x00" in head and not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UNKNOWN
    if _MARKUP.search(head) and ending(name) not in ("md", "markdown", "csv", "txt", "log"):
        if re.search(rb"<svg[\s>]", head, re.IGNORECASE):
            return "image/svg+xml"
        return "application/xml" if head.lstrip()[:5] == b"<?xml" else "text/html"
    try:
        # The last character may be cut in two.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and _controls(head):
            return UNKNOWN
    return _TEXTS.get(ending(name), "text/plain")


def _controls(head: bytes) -> bool:
    return any(byte < 9 or 13 < byte < 27 for byte in head)
