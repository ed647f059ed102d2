"""What all resources have: their place, their version, their lists."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app

from enterprise_social.integrations.scim.errors import ScimError, other_version
from enterprise_social.integrations.scim.schemas import LIST

LARGEST_ID = 2**63 - 1
_TAG = re.compile(r'(?:W/)?"[^"]*"')


def location(kind: str, identity: object) -> str:
    """Return the address of a resource of ``Users`` or ``Groups``."""
    return f"{current_app.config['BASE_URL']}/scim/v2/{kind}/{identity}"


def id_of(text: Any) -> int | None:
    """Return the id that a client names, or None where it can't be one."""
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str) or not text.isascii() or not text.isdigit():
        return None
    return int(text) if len(text) < 20 and int(text) <= LARGEST_ID else None


def hashed(document: Mapping[str, Any]) -> str:
    """Return the version of a resource by what it says of itself (RFC 7644, 3.14)."""
    said = {name: each for name, each in document.items() if name not in ("meta", "groups")}
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode())
    return f'W/"{digest.hexdigest()[:20]}"'


def is_among(version: str, header: str) -> bool:
    """Tell whether a version is one of an ``If-Match``, compared weakly."""
    tags = _TAG.findall(header)
    return header.strip() == "*" or version.removeprefix("W/") in [
        each.removeprefix("W/") for each in tags
    ]


def check_version(version: str, if_match: str) -> None:
    """Raise ScimError where a change is to another version than the present one."""
    if if_match and not is_among(version, if_match):
        raise other_version()


def not_found(identity: object) -> ScimError:
    """Return the refusal of a resource that isn't there, or not for provisioning."""
    return ScimError(404, f"There is no resource {str(identity)[:40]}.")


def list_response(total: int, start: int, resources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a page of resources."""
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": list(resources),
    }
