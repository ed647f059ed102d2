"""What a client may ask of us, and of what form (RFC 7644, 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, request

from enterprise_social.accounts import identity
from enterprise_social.integrations.scim import schemas
from enterprise_social.integrations.scim.errors import ScimError
from enterprise_social.integrations.scim.resources import list_response, not_found
from enterprise_social.integrations.views.scim_messages import answer


def add_discovery(blueprint: Blueprint) -> None:
    """Add these routes to the blueprint of SCIM, which asks for the token."""
    for rule, view in (
        ("/ServiceProviderConfig", service_provider_config),
        ("/ResourceTypes", resource_types),
        ("/ResourceTypes/<name>", resource_type),
        ("/Schemas", all_schemas),
        ("/Schemas/<name>", schema),
    ):
        blueprint.get(rule)(identity.public(view))


def service_provider_config() -> Response:
    """Say what of SCIM is done here."""
    place = {"resourceType": "ServiceProviderConfig", "location": _place("ServiceProviderConfig")}
    return answer({**schemas.service_provider_config(), "meta": place})


def resource_types() -> Response:
    """List the kinds of resources."""
    return _all(schemas.resource_types(), "ResourceType")


def resource_type(name: str) -> Response:
    """Describe one kind."""
    return answer(_one(schemas.resource_types(), name, "ResourceType"))


def all_schemas() -> Response:
    """List the schemas."""
    return _all(schemas.schemas(), "Schema")


def schema(name: str) -> Response:
    """Describe one schema."""
    return answer(_one(schemas.schemas(), name, "Schema"))


def _all(found: list[dict[str, Any]], kind: str) -> Response:
    if "filter" in request.args:
        raise ScimError(403, "These can't be filtered.")
    return answer(list_response(len(found), 1, [_placed(each, kind) for each in found]))


def _one(found: list[dict[str, Any]], name: str, kind: str) -> dict[str, Any]:
    hit = next((each for each in found if each["id"].lower() == name.lower()), None)
    if hit is None:
        raise not_found(name)
    return _placed(hit, kind)


def _placed(found: Mapping[str, Any], kind: str) -> dict[str, Any]:
    place = {"resourceType": kind, "location": _place(f"{kind}s", found["id"])}
    return {**found, "meta": place}


def _place(*parts: str) -> str:
    return "/".join([f"{current_app.config['BASE_URL']}/scim/v2", *parts])
