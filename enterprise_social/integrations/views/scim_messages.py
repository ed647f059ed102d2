"""Messages of SCIM: reading them, and answering in its form (RFC 7644, 3.1, 3.12 and 3.14)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from enterprise_social.integrations.scim import schemas
from enterprise_social.integrations.scim.errors import ScimError, bad_syntax, is_keepable
from enterprise_social.integrations.scim.resources import is_among

CONTENT_TYPE = "application/scim+json"
READABLE = (CONTENT_TYPE, "application/json", "")


def answer(document: Mapping[str, Any], status: int = 200) -> Response:
    """Answer with a document."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, content_type=CONTENT_TYPE)


def answer_resource(document: Mapping[str, Any], status: int, version: str, place: str) -> Response:
    """Answer with a resource and its version; with its version alone where that is known."""
    headers = {"ETag": version, "Location": place}
    if request.method == "GET" and is_among(version, request.headers.get("If-None-Match", "")):
        return Response(status=304, headers=headers)
    response = answer(document, status)
    response.headers.update(headers)
    return response


def answer_error(status: int, detail: str, scim_type: str = "") -> Response:
    """Answer with a refusal."""
    found: dict[str, Any] = {"schemas": [schemas.ERROR], "status": str(status), "detail": detail}
    if scim_type:
        found["scimType"] = scim_type
    response = answer(found, status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="scim"'  # RFC 6750, 3
    return response


def body() -> Any:
    """Return the object that the request brings. Raises ScimError."""
    if request.mimetype not in READABLE:
        raise ScimError(415, f"Messages are {CONTENT_TYPE}.")
    try:
        found = json.loads(request.get_data(cache=False))
        written = json.dumps(found, ensure_ascii=False)
    except (ValueError, RecursionError):
        raise bad_syntax("The message is no JSON.") from None
    if not is_keepable(written) or "\\u0000" in written:
        raise bad_syntax("The message holds something that can't be kept.")
    if not isinstance(found, dict):
        raise bad_syntax("The message is no JSON object.")
    return found


def search_request() -> dict[str, Any]:
    """Return what a search asks for (RFC 7644, 3.4.3). Raises ScimError."""
    found: dict[str, Any] = body()
    if schemas.SEARCH not in (found.get("schemas") or ()):
        raise bad_syntax(f"The message must be a {schemas.SEARCH}.")
    return found


def if_match() -> str:
    """Return which version the client means to change, or nothing for any."""
    return request.headers.get("If-Match", "")
