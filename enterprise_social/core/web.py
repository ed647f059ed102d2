"""What every answer has: a request id, security headers, and errors as a page or a problem."""

from __future__ import annotations

import logging
import secrets
import time
from typing import Any

from flask import Flask, g, jsonify, render_template, request
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_limiter.errors import RateLimitExceeded
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, ValidationError

from enterprise_social.core import outages
from enterprise_social.core.errors import (
    AppError,
    Conflict,
    Gone,
    Invalid,
    NotFound,
    TooManyRequests,
    Unavailable,
)

log = logging.getLogger(__name__)
csrf = CSRFProtect()
LARGEST_ID = 2**63 - 1
PROBLEMS = "https://enterprise-social.example/problems/"
WANTS_PROBLEMS = ("/api/", "/scim/", "/hooks/")
# Calls name the bad field themselves; a search never fails, whatever is searched for.
TAKES_ANY_TEXT = (*WANTS_PROBLEMS, "/search")


_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


class Identity(IntegerConverter):
    """Reads ids in addresses: what no database can hold as an id is no address of ours."""

    regex = r"\d{1,19}"

    def to_python(self, value: str) -> int:
        """Return the number; the route doesn't match where it is out of range."""
        number = int(value)
        if number > LARGEST_ID:
            raise ValidationError()
        return number


def nonce() -> str:
    """Return this answer's script nonce (CSP level 3)."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def local_path(address: str | None, default: str = "/") -> str:
    """Return ``address`` where it is a path of this site, else ``default``.

    Browsers read ``//host`` and ``/\\host`` as another site, and drop tabs and line breaks.
    """
    if not address or not address.startswith("/") or address[1:2] in ("/", "\\"):
        return default
    if any(ord(character) <= 32 or character == "\\" for character in address):
        return default
    return address


def problem(error: AppError) -> Response:
    """Answer with ``application/problem+json`` (RFC 9457)."""
    kind = error.kind if error.kind == "about:blank" else PROBLEMS + error.kind
    document: dict[str, Any] = {
        "type": kind,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
    }
    if isinstance(error, Invalid) and error.errors:
        document["errors"] = error.errors
    if isinstance(error, Gone):
        document.update(error.extra)
    response = jsonify(document)
    response.status_code = error.status
    response.content_type = "application/problem+json"
    return response


def answer(error: AppError) -> Response:
    """Answer an error in the form that the request can read."""
    wants_json = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if request.path.startswith(WANTS_PROBLEMS) or wants_json == "application/json":
        response = problem(error)
    else:
        try:
            page = render_template(
                "errors/error.html",
                error=error,
                code=error.status,
                request_id=g.get("request_id", ""),
                retry_after=getattr(error, "retry_after", None),
                bare=True,
                viewer=None,
            )
        except outages.DATABASE_AWAY as away:
            # The page's frame asked who looks at it. The second time it doesn't.
            if isinstance(error, Unavailable):
                raise
            return _database_away(away)
        response = Response(page, status=error.status, mimetype="text/html")
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unavailable):
        response.headers["Retry-After"] = "5"
    return response


def _http_error(error: HTTPException) -> Response:
    known = AppError(_sentence(error.code or 500))
    known.status = error.code or 500
    known.title = error.name
    if known.status in (301, 302, 303, 307, 308):
        return error.get_response()  # type: ignore[return-value]
    response = answer(known)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110, 15.5.6
    return response


def _sentence(status: int) -> str:
    return {
        400: _("The request could not be read."),
        404: _("There is nothing here, or you may not see it."),
        405: _("This can't be done here."),
        413: _("That is more than can be taken at once."),
        415: _("The request's content type is not one that can be read here."),
    }.get(status, _("The request could not be answered."))


def csrf_refused(_error: CSRFError) -> Response:
    """Answer a write that doesn't prove where it came from."""
    refused = AppError(_("This page is too old. Load it again and repeat what you did."))
    refused.status, refused.title, refused.kind = 400, "Missing or wrong CSRF token", "csrf"
    return answer(refused)


def _rate_limited(error: RateLimitExceeded) -> Response:
    seconds = max(1, int(error.limit.limit.get_expiry() / max(1, error.limit.limit.amount)))
    return answer(TooManyRequests(_("Too many requests. Wait a moment."), retry_after=seconds))


def _database_away(error: Exception) -> Response:
    outages.note(error)
    return answer(Unavailable(_("The database does not answer right now. Try again shortly.")))


def _twice(_error: IntegrityError) -> Response:
    """Answer where two requests wrote the same at the same moment: the first one won."""
    return answer(Conflict(_("Somebody wrote the same just now. Load the page and try again.")))


def _unstorable(_error: DataError | OverflowError) -> Response:
    """Answer where a database refused a value as such: NUL, or a number beyond its range."""
    return answer(Invalid(_("The input holds something that can't be stored.")))


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    broken = AppError(_("Something went wrong on our side. It has been logged."))
    broken.title = "Internal error"
    return answer(broken)


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get("X-Request-ID", "")
    sound = given.isascii() and given.isalnum() and 8 <= len(given) <= 64
    g.request_id = given if sound else secrets.token_hex(8)
    # No database takes NUL, so nothing can be found by it.
    if "\x00" in request.path:
        raise NotFound()
    if b"%00" in request.query_string and not request.path.startswith(TAKES_ANY_TEXT):
        raise Invalid(_("The address holds characters that can't be looked for."))


def _headers(response: Response) -> Response:
    wanted = {**_ALWAYS, "X-Request-ID": g.get("request_id", "")}
    if request.is_secure:
        wanted["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if response.mimetype == "text/html":
        wanted["Cache-Control"] = "no-store"
        wanted["Content-Security-Policy"] = _policy()
    elif not request.path.startswith("/static/"):
        wanted["Cache-Control"] = "no-store"
        wanted["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
    headers = response.headers
    given = set(map(str.lower, headers.keys()))
    headers.extend({name: wanted[name] for name in wanted if name.lower() not in given})
    return response


def _policy() -> str:
    script = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; media-src 'self'; manifest-src 'self'; "
        "worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types server"
    )


def register(app: Flask) -> None:
    """Add all of it to ``app``."""
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies
        )
    # First of all: what is refused has a request id and a line in the log as well.
    app.before_request(_begin)
    app.url_map.converters["int"] = Identity
    csrf.init_app(app)
    app.after_request(_headers)
    app.context_processor(lambda: {"nonce": nonce()})
    app.register_error_handler(AppError, answer)
    app.register_error_handler(CSRFError, csrf_refused)
    app.register_error_handler(RateLimitExceeded, _rate_limited)
    for away in outages.DATABASE_AWAY:
        app.register_error_handler(away, _database_away)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(IntegrityError, _twice)
    app.register_error_handler(OverflowError, _unstorable)  # SQLite's driver, for numbers
    app.register_error_handler(HTTPException, _http_error)
    if not app.config.get("PROPAGATE_EXCEPTIONS"):
        app.register_error_handler(Exception, _unexpected)
