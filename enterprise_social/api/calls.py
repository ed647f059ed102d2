"""One registration a call: its route, its description and its view stand together.

``@call`` makes the route, reads the request strictly and writes the answer; the OpenAPI document
is made of the same registrations, so no route can exist without its description.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Blueprint, Flask, request
from flask.wrappers import Response
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from enterprise_social.accounts import identity
from enterprise_social.api import wire
from enterprise_social.api.fields import NO_BODY, Body, Content, Field, Text, Whole
from enterprise_social.core import limits
from enterprise_social.core.errors import Conflict
from enterprise_social.core.paging import LARGEST_PAGE
from enterprise_social.core.web import csrf, problem
from enterprise_social.files.actions.uploads import WrongOffset
from enterprise_social.posts.actions.writing import ConfirmMentionAll

BASE = "/api/v1"
DEFAULT_PAGE = 50
LONGEST_CURSOR = 1000
MOST_TRIES = 8
PAGING: Mapping[str, Field] = {
    "limit": Whole(1, LARGEST_PAGE, "How many items at most.", default=DEFAULT_PAGE),
    "cursor": Text(LONGEST_CURSOR, summary="`next_cursor` of the page before."),
}

blueprint = Blueprint("api", __name__, url_prefix=BASE)
csrf.exempt(blueprint)

View = Callable[..., Any]


@dataclass(frozen=True)
class Call:
    """A call as it is registered.

    ``answer`` names the schema of a success (``[Post]`` for a list of them, empty for none),
    ``refusals`` the error statuses beside those that every call has.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    description: str
    status: int
    answer: str
    also: Mapping[int, str]
    query: Mapping[str, Field]
    body: Body
    refusals: Mapping[int, str]
    public: bool
    paged: bool
    content: Content | None

    @property
    def scope(self) -> str:
        """The scope that a token needs."""
        return "read" if self.method == "GET" else "write"


CALLS: list[Call] = []
# Endpoints that take more than JSON, with the number of bytes that they take.
_LARGEST: dict[str, Callable[[], int]] = {}


def call(
    method: str,
    path: str,
    summary: str,
    *,
    answer: str = "",
    status: int | None = None,
    also: Mapping[int, str] | None = None,
    query: Mapping[str, Field] | None = None,
    body: Body = NO_BODY,
    refusals: Mapping[int, str] | None = None,
    public: bool = False,
    paged: bool = False,
    limit: str = "",
    content: Content | None = None,
) -> Callable[[View], View]:
    """Register the decorated function as the view of ``method`` and ``path``.

    The view is given whoever asks (but not where ``public``), the ids of the path, the query's
    parameters that were sent and, with a ``body``, its fields as ``given``; with a ``content`` it
    reads the request itself. It returns a document, a ``wire.Answer``, a response, or None for 204.
    """

    def register_call(view: View) -> View:
        parameters = {**(query or {}), **(PAGING if paged else {})}
        described = Call(
            method=method,
            path=path,
            name=view.__name__,
            tag=view.__module__.rsplit(".", 1)[-1],
            summary=summary,
            description=" ".join((view.__doc__ or "").split()),
            status=status or (200 if answer else 204),
            answer=answer,
            also=also or {},
            query=parameters,
            body=body,
            refusals=refusals or {},
            public=public,
            paged=paged,
            content=content,
        )
        CALLS.append(described)
        if content is not None:
            _LARGEST[f"{blueprint.name}.{view.__name__}"] = content.largest
        handler = _limited(method, limit)(_handler(described, view))
        if public:
            handler = identity.public(handler)
        rule = path.replace("{", "<").replace("}", ">")
        blueprint.add_url_rule(rule, view.__name__, handler, methods=[method])
        return view

    return register_call


def _handler(described: Call, view: View) -> View:
    takes_body = described.method != "GET" and described.content is None

    @wraps(view)
    def handle(**path: str) -> Response:
        arguments: dict[str, Any] = {
            name: wire.path_value(name, text) for name, text in path.items()
        }
        arguments.update(wire.read_query(described.query))
        if described.paged:
            arguments.setdefault("limit", DEFAULT_PAGE)
            arguments.setdefault("cursor", None)
        if takes_body:
            given = wire.read_body(described.body)
            if described.body is not NO_BODY:
                arguments["given"] = given
        asker = () if described.public else (identity.signed_in(),)
        return wire.respond(_settled(lambda: view(*asker, **arguments)), described.status)

    return handle


def _settled(write: Callable[[], Any]) -> Any:
    """Call until no other request wrote the same at the same moment; each try sees more of it."""
    for _attempt in range(MOST_TRIES):
        try:
            return write()
        except IntegrityError:
            continue
    raise Conflict(_("Others are writing the same just now. Try again."))


def _limited(method: str, limit: str) -> Callable[[View], View]:
    """Count a call with the others of its sort, by person."""
    if limit:
        return limits.limiter.limit(limit, key_func=limits.who)
    if method == "GET":
        return limits.limiter.shared_limit(limits.READS, scope="api-reads")
    return limits.limiter.shared_limit(limits.WRITES, scope="api-writes")


@blueprint.before_request
def _check_origin() -> None:
    largest = _LARGEST.get(request.endpoint or "")
    request.max_content_length = largest() if largest is not None else wire.LARGEST_BODY
    # Without a session there is nothing that a foreign page could misuse.
    if identity.current_person() is not None:
        identity.require_csrf_unless_token()


@blueprint.errorhandler(ConfirmMentionAll)
def _ask_first(error: ConfirmMentionAll) -> Response:
    response = problem(error)
    document = {**(response.get_json() or {}), "count": error.count}
    response.set_data(wire.dump(document))
    return response


@blueprint.errorhandler(WrongOffset)
def _say_where(error: WrongOffset) -> Response:
    response = problem(error)
    document = {**(response.get_json() or {}), "received": error.received}
    response.set_data(wire.dump(document))
    return response


def register(app: Flask) -> None:
    """Add the calls to ``app``."""
    app.register_blueprint(blueprint)
