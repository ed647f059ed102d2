"""The service worker, at the root so that it is in charge of every page."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from enterprise_social.accounts import identity
from enterprise_social.core.assets import assets

blueprint = Blueprint("push", __name__)
SCRIPT = "js/push/service-worker.js"
# It shows notifications and opens pages; the only thing it asks for is an icon.
POLICY = "default-src 'none'; img-src 'self'; frame-ancestors 'none'"


@blueprint.get("/service-worker.js")
@identity.public
def service_worker() -> Response:
    """Serve it; browsers look for a newer one at each visit."""
    found = assets().get(SCRIPT)
    if found is None:
        abort(404)
    headers = {
        "Cache-Control": "no-cache",
        "Service-Worker-Allowed": "/",
        "Content-Security-Policy": POLICY,
    }
    return Response(found.body, mimetype="text/javascript", headers=headers)
