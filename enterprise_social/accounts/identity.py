"""Who makes this request: the one place that turns a cookie or a token into a person.

Nothing is answered to somebody unknown unless its view says ``@public``. Views, the API and the
sockets of every room ask here; finding out costs one database query a request.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

from flask import Flask, current_app, flash, g, redirect, request, session
from flask.wrappers import Response
from flask_babel import gettext as _
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response as BaseResponse

from enterprise_social.accounts import actions, queries
from enterprise_social.accounts.errors import EnrolmentNeeded, ProofNeeded
from enterprise_social.accounts.factors import rules
from enterprise_social.accounts.models import SignInSession
from enterprise_social.accounts.secret_tokens import connection_id_of_token
from enterprise_social.core.clock import now
from enterprise_social.core.errors import Forbidden, NotSignedIn
from enterprise_social.core.limits import is_write
from enterprise_social.core.web import answer, csrf, local_path
from enterprise_social.people.models import Person

F = TypeVar("F", bound=Callable[..., Any])

API = "/api/"
PUBLIC_ENDPOINTS = {"assets.static"}
SESSION_KEY = "_user_id"  # where Flask-Login looks for the session token
# What a password, a code or a passkey proves is good for sensitive acts for so long.
PROOF_LASTS = timedelta(minutes=10)
# Where somebody is led who needs a second factor, and all that they get to see until then.
ENROLMENT = "/settings/security"
CONFIRMATION = "/confirmation"
BEFORE_ENROLMENT = ("own_factors", "own_passkeys", "confirmation")

login_manager = LoginManager()
# The token is checked against the database each time, which is more than a look at the address.
login_manager.session_protection = None


def public(view: F) -> F:
    """Let everybody use a view, signed in or not."""
    view.__dict__["is_public"] = True
    return view


def current_person() -> Person | None:
    """Return who makes this request, or None; also sets g.user_id, g.session_id, g.locale."""
    found: Person | None = current_user._get_current_object()  # noqa: SLF001
    return found if isinstance(found, Person) else None


def signed_in() -> Person:
    """Return who makes this request. Raises NotSignedIn."""
    person = current_person()
    if person is None:
        raise NotSignedIn(_("Sign in first."))
    return person


def person_of_session(token: str) -> Person | None:
    """Return who holds a session, active people only, and note it in ``g`` as this request's."""
    holder = queries.session_holder(token)
    if holder is None:
        return None
    g.session_id = holder.session_id
    g.seen_at = holder.last_seen_at
    g.proven_at, g.factor = holder.proven_at, holder.factor
    return _note(holder.person)


def person_of_token(bearer: str) -> Person | None:
    """Return for whom an access token acts, and note it and its scopes in ``g``."""
    holder = queries.token_holder(bearer)
    if holder is None:
        return None
    g.token_id = holder.token_id
    g.scopes = holder.scopes
    g.seen_at = holder.last_used_at
    return _note(holder.person)


def socket_identity(token: object) -> tuple[Person, int | None] | None:
    """Return who connects a socket and the id by which it is closed, looked up anew each time.

    ``token`` is an access token with the scope ``read``, or None for the session cookie. The id is
    the session's, or secret_tokens.connection_id_of_token of the token. None refuses the socket.
    """
    if token is None:
        person = person_of_session(str(session.get(SESSION_KEY, "")))
        connection_id = g.get("session_id")
    else:
        person = person_of_token(token) if isinstance(token, str) else None
        if person is None or "read" not in g.scopes:
            return None
        connection_id = connection_id_of_token(g.token_id)
    if person is None or (token is None and must_enrol(person)):
        return None
    touch()
    return person, connection_id


def require_scope(scope: str) -> None:
    """Raise Forbidden where a token without ``scope`` is used; people in a browser have all."""
    if not has_scope(scope):
        raise Forbidden(_("The token lacks the scope '%(scope)s'.", scope=scope))


def has_scope(scope: str) -> bool:
    """Tell whether this request may do what needs a scope: people in a browser may."""
    scopes: frozenset[str] | None = g.get("scopes")
    return scopes is None or scope in scopes


def require_csrf_unless_token() -> None:
    """Check the CSRF token of a write, unless an access token proves that no browser was misled.

    For blueprints that are exempt from the check of forms. Raises Flask-WTF's CSRFError.
    """
    by_token = g.get("token_id") is not None
    if is_write() and not by_token and current_app.config.get("WTF_CSRF_ENABLED", True):
        csrf.protect()


def large_form(largest: Callable[[], int]) -> Callable[[F], F]:
    """Let a page's form bring up to ``largest()`` bytes, from whoever is signed in.

    The check of forms in general reads the form first, whoever sent it; here it comes after.
    """

    def decorate(view: F) -> F:
        @wraps(view)
        def receive(*args: Any, **kwargs: Any) -> Any:
            signed_in()
            request.max_content_length = largest()
            require_csrf_unless_token()
            return view(*args, **kwargs)

        csrf.exempt(receive)
        return cast(F, receive)

    return decorate


def must_enrol(person: Person) -> bool:
    """Tell whether this session opens nothing until its owner has set up a second factor."""
    return not g.get("factor") and rules.is_enforced(person)


def is_fresh() -> bool:
    """Tell whether whoever asks proved within the last minutes who they are."""
    proven_at = g.get("proven_at")
    return proven_at is not None and proven_at > now() - PROOF_LASTS


def require_fresh() -> None:
    """Raise ProofNeeded before a sensitive act of a browser, unless its proof is fresh.

    Pages lead to the question and back; the API answers 403 of the kind ``proof-needed``. Access
    tokens aren't asked: nobody could answer, and their scopes say what they are for.
    """
    if g.get("token_id") is None and not is_fresh():
        raise ProofNeeded(_("Confirm that it is you, then do this again."))


def start_session(sign_in_session: SignInSession, token: str) -> None:
    """Give the browser its session; whatever the cookie held before is gone (fixation)."""
    session.clear()
    session.permanent = sign_in_session.remembered
    session[SESSION_KEY] = token


def renew_session(token: str) -> None:
    """Give the browser another token of its session; forms in its other tabs stay good."""
    session[SESSION_KEY] = token


def end_session() -> None:
    """Take the session from the browser."""
    session.clear()


def touch() -> None:
    """Note that the session or token is in use, at most every few minutes.

    Called by requests that may write and by sockets that connect; a GET never writes.
    """
    if "seen_at" not in g or not actions.is_stale(g.pop("seen_at")):
        return
    if g.get("token_id") is not None:
        actions.touch_access_token(g.token_id)
    elif g.get("session_id") is not None:
        actions.touch_session(g.session_id)


def _note(person: Person) -> Person:
    g.user_id = person.id
    g.locale = person.locale
    return person


def _bearer() -> str | None:
    """Return the access token of a request to the API; elsewhere none counts."""
    if not request.path.startswith(API):
        return None
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


@login_manager.user_loader
def _load_by_cookie(token: str) -> Person | None:
    # Whoever shows a token acts by it alone, with its scopes, whatever cookie comes along.
    if _bearer() is not None or g.get("unanswered"):
        return None
    # The page that says that the database is away asks again who looks at it.
    g.unanswered = True
    person = person_of_session(token)
    g.unanswered = False
    return person


@login_manager.request_loader
def _load_by_header(_request: Any) -> Person | None:
    bearer = _bearer()
    return None if bearer is None else person_of_token(bearer)


def _demand() -> BaseResponse | None:
    """Refuse what somebody unknown may not use; the deny is the default."""
    if request.endpoint is None or request.endpoint in PUBLIC_ENDPOINTS:
        return None
    person = current_person()
    view = current_app.view_functions.get(request.endpoint)
    if person is None:
        if getattr(view, "is_public", False) and _bearer() is None:
            return None
        return _refuse()
    if g.get("token_id") is not None:
        require_scope("write" if is_write() else "read")
    elif must_enrol(person) and not _is_before_enrolment(view):
        return _lead_to_enrolment()
    if is_write():
        touch()
    return None


def _is_before_enrolment(view: Any) -> bool:
    return request.blueprint in BEFORE_ENROLMENT or getattr(view, "is_public", False)


def _lead_to_enrolment() -> BaseResponse:
    if _by_program() and not _by_shell():
        raise EnrolmentNeeded(_("Set up a second factor on your security page first."))
    return redirect(ENROLMENT, 303)


def _ask_for_proof(error: ProofNeeded) -> BaseResponse:
    """Lead people to the question and then back to the page that they were on."""
    if _by_program() and not _by_shell():
        return answer(error)
    target = request.full_path.rstrip("?")
    if request.method != "GET":
        flash(error.detail)
        came_from = urlsplit(request.referrer or "")
        target = local_path(came_from.path if came_from.netloc == request.host else "", ENROLMENT)
    return redirect(f"{CONFIRMATION}?next={quote(target, safe='/')}", 303)


def _by_shell() -> bool:
    """Tell whether a page's own script asks for another page, and follows where it is led."""
    return "X-Shell" in request.headers


def _by_program() -> bool:
    by_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    wants = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return by_script or request.path.startswith(API) or wants == "application/json"


def _refuse() -> BaseResponse:
    """Send people to the sign-in page, and tell programs and scripts with status 401."""
    if _by_program():
        raise NotSignedIn(_("Sign in first."))
    target = request.full_path.rstrip("?") if request.method == "GET" else "/"
    suffix = "" if target == "/" else f"?next={quote(target, safe='/')}"
    return redirect(f"/login{suffix}", 303)


def _challenge(response: Response) -> Response:
    if response.status_code == 401:
        response.headers.setdefault("WWW-Authenticate", 'Bearer realm="api"')  # RFC 6750, 3
    return response


def register(app: Flask) -> None:
    """Make ``app`` know who asks, and refuse whom it doesn't know."""
    login_manager.init_app(app)
    app.register_error_handler(ProofNeeded, _ask_for_proof)
    app.before_request(_demand)
    app.after_request(_challenge)
