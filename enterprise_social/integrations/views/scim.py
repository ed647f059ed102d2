"""SCIM 2.0 over HTTP (RFC 7644), for whoever shows the token of the setting SCIM_TOKEN."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, current_app, request

from enterprise_social.accounts import identity
from enterprise_social.core import limits
from enterprise_social.core.errors import AppError, NotFound
from enterprise_social.core.web import csrf
from enterprise_social.integrations.actions import scim_groups, scim_users
from enterprise_social.integrations.scim import groups, schemas, users
from enterprise_social.integrations.scim.errors import ScimError
from enterprise_social.integrations.scim.listing import read_listing, read_wanted, shown
from enterprise_social.integrations.scim.patching import read_operations
from enterprise_social.integrations.scim.resources import location
from enterprise_social.integrations.views.scim_discovery import add_discovery
from enterprise_social.integrations.views.scim_messages import (
    answer,
    answer_error,
    answer_resource,
    body,
    if_match,
    search_request,
)

blueprint = Blueprint("scim", __name__, url_prefix="/scim/v2")
csrf.exempt(blueprint)
add_discovery(blueprint)
PREFIX = "/scim/"
CALLS = "1200/minute"


@blueprint.before_request
def demand_token() -> None:
    """Answer nobody who doesn't show the token; without one in the settings, nobody at all."""
    token = current_app.config["SCIM_TOKEN"]
    if not token:
        raise NotFound()
    kind, _space, shown = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(shown.strip().encode("utf-8", "surrogatepass"), token.encode())
    if kind.lower() != "bearer" or not same:
        raise ScimError(401, "The token of provisioning is needed.")


@blueprint.errorhandler(AppError)
def refuse(error: AppError) -> Response:
    """Answer with SCIM's own form of errors."""
    return answer_error(error.status, error.detail, getattr(error, "scim_type", ""))


@blueprint.after_app_request
def speak_scim(response: Response) -> Response:
    """Give errors that came about elsewhere, such as by the address, the form of SCIM's."""
    if request.path.startswith(PREFIX) and response.mimetype == "application/problem+json":
        problem = response.get_json()
        made = answer_error(response.status_code, str(problem.get("detail", "")))
        for name in ("Allow", "Retry-After"):
            if name in response.headers:
                made.headers[name] = response.headers[name]
        return made
    return response


@blueprint.get("/Users")
@identity.public
@limits.limiter.limit(CALLS)
def list_users() -> Response:
    """List users."""
    return answer(users.page(read_listing(request.args, schemas.USER)))


@blueprint.post("/Users/.search")
@identity.public
@limits.limiter.limit(CALLS)
def search_users() -> Response:
    """List users as a message asks for them."""
    return answer(users.page(read_listing(search_request(), schemas.USER)))


@blueprint.post("/Users")
@identity.public
@limits.limiter.limit(CALLS)
def create_user() -> Response:
    """Create a user."""
    return _user(str(scim_users.create_user(body())), 201)


@blueprint.get("/Users/<resource_id>")
@identity.public
@limits.limiter.limit(CALLS)
def show_user(resource_id: str) -> Response:
    """Show a user."""
    return _user(resource_id)


@blueprint.put("/Users/<resource_id>")
@identity.public
@limits.limiter.limit(CALLS)
def replace_user(resource_id: str) -> Response:
    """Set what is asserted of a user."""
    scim_users.replace_user(resource_id, body(), if_match())
    return _user(resource_id)


@blueprint.patch("/Users/<resource_id>")
@identity.public
@limits.limiter.limit(CALLS)
def patch_user(resource_id: str) -> Response:
    """Change a user by operations."""
    operations = read_operations(body(), schemas.USER)
    scim_users.patch_user(resource_id, operations, if_match())
    return _user(resource_id)


@blueprint.delete("/Users/<resource_id>")
@identity.public
@limits.limiter.limit(CALLS)
def delete_user(resource_id: str) -> Response:
    """Deactivate a user, who is gone for the client."""
    scim_users.delete_user(resource_id, if_match())
    return Response(status=204)


@blueprint.get("/Groups")
@identity.public
@limits.limiter.limit(CALLS)
def list_groups() -> Response:
    """List groups."""
    return answer(groups.page(read_listing(request.args, schemas.GROUP)))


@blueprint.post("/Groups/.search")
@identity.public
@limits.limiter.limit(CALLS)
def search_groups() -> Response:
    """List groups as a message asks for them."""
    return answer(groups.page(read_listing(search_request(), schemas.GROUP)))


@blueprint.post("/Groups")
@identity.public
@limits.limiter.limit(CALLS)
def create_group() -> Response:
    """Create a group."""
    return _group(str(scim_groups.create_scim_group(body())), 201)


@blueprint.get("/Groups/<resource_id>")
@identity.public
@limits.limiter.limit(CALLS)
def show_group(resource_id: str) -> Response:
    """Show a group."""
    return _group(resource_id)


@blueprint.put("/Groups/<resource_id>")
@identity.public
@limits.limiter.limit(CALLS)
def replace_group(resource_id: str) -> Response:
    """Set what is asserted of a group."""
    scim_groups.replace_scim_group(resource_id, body(), if_match())
    return _group(resource_id)


@blueprint.patch("/Groups/<resource_id>")
@identity.public
@limits.limiter.limit(CALLS)
def patch_group(resource_id: str) -> Response:
    """Change a group by operations; who wants to read it names the attributes (RFC 7644, 3.5.2)."""
    operations = read_operations(body(), schemas.GROUP)
    scim_groups.patch_scim_group(resource_id, operations, if_match())
    if request.args.get("attributes"):
        return _group(resource_id)
    version = groups.group_of(resource_id).version
    return Response(status=204, headers={"ETag": version})


@blueprint.delete("/Groups/<resource_id>")
@identity.public
@limits.limiter.limit(CALLS)
def delete_group(resource_id: str) -> Response:
    """Archive a group, which is gone for the client."""
    scim_groups.delete_scim_group(resource_id, if_match())
    return Response(status=204)


@blueprint.post("/.search")
@blueprint.post("/Bulk")
@blueprint.route("/Me", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@identity.public
def not_done() -> Response:
    """Say that this part of SCIM isn't done here: /ServiceProviderConfig says so, too."""
    raise ScimError(501, "This is not supported.")


def _user(resource_id: str, status: int = 200) -> Response:
    wanted = read_wanted(request.args, schemas.USER)
    document = users.document_of(users.user_of(resource_id))
    meta = document["meta"]
    return answer_resource(shown(document, wanted), status, meta["version"], meta["location"])


def _group(resource_id: str, status: int = 200) -> Response:
    wanted = read_wanted(request.args, schemas.GROUP)
    found = groups.group_of(resource_id)
    place = location("Groups", found.group.id)
    return answer_resource(groups.document_of(found, wanted), status, found.version, place)
