"""The API's description: for programs as OpenAPI, for people as a page."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import render_template, request
from flask.wrappers import Response

from enterprise_social.api import wire
from enterprise_social.api.calls import call
from enterprise_social.api.openapi import document


@cache
def _written() -> bytes:
    return wire.dump(document())


@call(
    "GET",
    "/openapi.json",
    "Read this description",
    status=200,
    public=True,
)
def get_openapi() -> Response:
    """As an OpenAPI 3.1 document."""
    response = Response(_written(), mimetype="application/json")
    response.add_etag()
    response.cache_control.no_cache = True
    response.make_conditional(request)
    return response


@call("GET", "/docs", "Read this description as a page", status=200, public=True)
def get_docs() -> Response:
    """As HTML, for people."""
    described = document()
    page = render_template("api/docs.html", api=described, groups=_groups(described))
    return Response(page, mimetype="text/html")


def _groups(described: dict[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {
        tag["name"]: {"name": tag["name"], "title": tag["x-title"], "calls": []}
        for tag in described["tags"]
    }
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            call = {"method": method.upper(), "path": path, **operation}
            groups[operation["tags"][0]]["calls"].append(call)
    return list(groups.values())
