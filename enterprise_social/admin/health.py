"""Is it up, is it ready, how busy is it: `/healthz`, `/readyz` and `/metrics`.

All three answer without a sign-in, so they say nothing about the installation: a reason is one of
a few fixed sentences, never the text of an error. `/metrics` is for loopback and for whoever shows
METRICS_TOKEN.
"""

from __future__ import annotations

import hmac
import logging
import threading
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address

from flask import Blueprint, Flask, current_app, jsonify, request
from flask.wrappers import Response
from flask_babel import gettext as _
from sqlalchemy import text

from enterprise_social.accounts import identity
from enterprise_social.admin.metrics import Metrics
from enterprise_social.core.db import db
from enterprise_social.core.errors import Forbidden
from enterprise_social.core.shared import redis_client
from enterprise_social.search.engines import engine

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)
KEPT_SECONDS = 1.0
LONGEST_SECONDS = 2.0
NO_ANSWER = "no answer in time"
FORWARDING = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Server",
    "X-Real-IP",
)


def _database() -> str:
    with db.engine.connect() as connection:
        migrated = connection.execute(text("SELECT count(*) FROM alembic_version")).scalar()
    return "ok" if migrated else "not migrated"


def _index() -> str:
    status = engine().status(counted=False)
    if status.ready:
        return "ok"
    # Everything but search goes on while it is made anew, so nobody is to be sent away.
    return "being rebuilt" if status.rebuilding else "not usable"


def _redis() -> str:
    client = redis_client(current_app._get_current_object())  # type: ignore[attr-defined] # noqa: SLF001
    if client is None:
        return "not used"
    client.ping()
    return "ok"


CHECKS: Mapping[str, Callable[[], str]] = {
    "database": _database,
    "index": _index,
    "redis": _redis,
}
READY = {"ok", "not used", "being rebuilt"}


class Readiness:
    """Looks at what a request needs, at most once a second and never for more than two."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._looking: threading.Thread | None = None
        self._found: dict[str, str] = {}
        self._at = float("-inf")

    def look(self) -> dict[str, str]:
        """Return what was found by the name of each check."""
        with self._lock:
            if time.monotonic() - self._at > KEPT_SECONDS:
                self._found = self._look()
                self._at = time.monotonic()
            return self._found

    def _look(self) -> dict[str, str]:
        # A look that still hangs isn't joined by another: probes must not use up connections.
        if self._looking is not None and self._looking.is_alive():
            return dict.fromkeys(CHECKS, NO_ANSWER)
        found: dict[str, str] = {}
        self._looking = threading.Thread(target=self._run, args=(found,), daemon=True)
        self._looking.start()
        self._looking.join(LONGEST_SECONDS)
        return {name: found.get(name, NO_ANSWER) for name in CHECKS}

    def _run(self, found: dict[str, str]) -> None:
        with self._app.app_context():
            for name, check in CHECKS.items():
                try:
                    found[name] = check()
                except Exception as error:  # noqa: BLE001 - whatever it is, it is away
                    log.warning("not ready: %s: %s", name, type(error).__name__)
                    found[name] = "not reachable"


@blueprint.get("/healthz")
@identity.public
def healthz() -> Response:
    """Answer that the process is up."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
@identity.public
def readyz() -> Response:
    """Answer 200 where requests can be served, else 503 with the reason."""
    readiness: Readiness = current_app.extensions["readiness"]
    found = readiness.look()
    missing = [f"{name}: {state}" for name, state in found.items() if state not in READY]
    response = jsonify(status="not ready" if missing else "ready", checks=found)
    if missing:
        response = jsonify(status="not ready", reason=", ".join(missing), checks=found)
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return response


@blueprint.get("/metrics")
@identity.public
def metrics() -> Response:
    """Answer the measurements in Prometheus' text format 0.0.4. Raises Forbidden to strangers."""
    if not (_shows_token() or _is_loopback()):
        raise Forbidden(_("Measurements are given to this machine and to holders of the token."))
    found: Metrics = current_app.extensions["metrics"]
    return Response(found.text(), content_type=found.content_type)


def _shows_token() -> bool:
    wanted = current_app.config["METRICS_TOKEN"]
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    if not wanted or kind.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), wanted.encode())


def _is_loopback() -> bool:
    # Behind a proxy of this machine that nobody declared as trusted, all come from loopback.
    if not current_app.config["TRUSTED_PROXIES"] and any(map(request.headers.get, FORWARDING)):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def register(app: Flask) -> None:
    """Add the three addresses and begin to count."""
    app.extensions["readiness"] = Readiness(app)
    app.extensions["metrics"] = Metrics(app)
    app.register_blueprint(blueprint)
