"""A file's content as an answer over HTTP: ranges, caching, and nothing that runs in a browser.

RFC 9110, sections 13 and 14; Content Security Policy level 3, ``sandbox``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote

from flask.wrappers import Request, Response
from werkzeug.datastructures import Range

from enterprise_social.core.errors import NotFound
from enterprise_social.files import kinds
from enterprise_social.files.models import ARRIVING, File
from enterprise_social.files.storage import storage
from enterprise_social.people import photos

BLOCK = 256 * 1024
# Even what a browser shows may not run, load or send anything, and stands in an origin of its own.
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; media-src 'self'; img-src 'self'"
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Content:
    """What is to be sent, and how a browser is to take it."""

    key: str
    size: int | None
    etag: str
    mime: str
    name: str
    inline: bool


def of_file(file: File, *, download: bool = False) -> Content:
    """Describe a file's own content."""
    if file.state == ARRIVING:
        raise NotFound()
    inline = file.mime in kinds.INLINE and not download
    mime = file.mime
    if mime in kinds.TEXTS:
        mime = _TEXT
    elif file.mime not in kinds.INLINE and not mime.startswith("application/vnd."):
        # What a browser might run is not even called what it is.
        mime = kinds.UNKNOWN
    return Content(file.key, file.size, file.sha256, mime, file.name, inline)


def of_thumb(file: File, side: int) -> Content:
    """Describe a picture of a file. Raises NotFound where there is none of that size."""
    if side not in file.thumbs:
        raise NotFound()
    name = f"{file.name.rpartition('.')[0] or file.name}.webp"
    etag = f"{file.sha256}-{side}"
    return Content(file.thumb_key(side), None, etag, "image/webp", name, True)


def of_photo(person_id: int, token: str, part: int | str) -> Content:
    """Describe a size of somebody's photo, or ``photos.WHOLE`` of it."""
    key = photos.part_key(person_id, token, part)
    return Content(key, None, f"{token}-{part}", "image/webp", "photo.webp", True)


def answer(content: Content, request: Request) -> Response:
    """Answer with the content, with a part of it (206), or that it is unchanged (304).

    Rights have been asked. Kept by the reader's browser alone, which asks again each time.
    """
    response = Response(content_type=content.mime)
    response.set_etag(content.etag)
    headers = response.headers
    headers["Cache-Control"] = "private, no-cache"
    headers["Content-Security-Policy"] = POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Disposition"] = _disposition(content)
    if content.etag in request.if_none_match:
        response.status_code = 304
        return response
    start, length = 0, content.size
    if content.size is not None:
        headers["Accept-Ranges"] = "bytes"
        wanted = _wanted(content, request)
        if wanted is not None:
            span = wanted.range_for_length(content.size)
            if span is None:
                response.status_code = 416
                headers["Content-Range"] = f"bytes */{content.size}"
                return response
            start, length = span[0], span[1] - span[0]
            response.status_code = 206
            headers["Content-Range"] = f"bytes {span[0]}-{span[1] - 1}/{content.size}"
        headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return response
    try:
        stream = storage().open(content.key, start, length if content.size is not None else None)
    except FileNotFoundError:
        raise NotFound() from None
    response.response = _blocks(stream)
    response.call_on_close(stream.close)
    response.direct_passthrough = True
    return response


def _wanted(content: Content, request: Request) -> Range | None:
    """Return the one range that is asked for, if what the asker has a part of is this content."""
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return None
    if request.if_range is not None and request.if_range.etag != content.etag:
        return None if "If-Range" in request.headers else wanted
    return wanted


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while block := stream.read(BLOCK):
            yield block


def _disposition(content: Content) -> str:
    """Name the file for saving: RFC 6266, with RFC 8187 for what isn't ASCII."""
    kind = "inline" if content.inline else "attachment"
    plain = "".join(
        letter if " " <= letter <= "~" and letter not in '"\\%' else "_" for letter in content.name
    )
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(content.name, safe='')}"
