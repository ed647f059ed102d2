"""The errors that actions and access raise; views turn them into pages or problem documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class AppError(Exception):
    """A refusal that a person or a program can act on.

    ``status`` is the HTTP status, ``kind`` the last part of the problem ``type`` (RFC 9457).
    """

    status = 500
    title = "Error"
    kind = "about:blank"

    def __init__(self, detail: str = "", *, kind: str | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        if kind is not None:
            self.kind = kind


class NotSignedIn(AppError):
    """Nobody is signed in."""

    status = 401
    title = "Not signed in"


class Forbidden(AppError):
    """The actor may know of the thing, but not do this to it."""

    status = 403
    title = "Not allowed"


class NotFound(AppError):
    """There is no such thing, or the viewer may not know that there is."""

    status = 404
    title = "Not found"


class Conflict(AppError):
    """The state of the thing stands against it."""

    status = 409
    title = "Conflict"


class Gone(AppError):
    """What was asked for no longer reaches back that far."""

    status = 410
    title = "Gone"

    def __init__(self, detail: str = "", *, extra: Mapping[str, object] | None = None) -> None:
        super().__init__(detail)
        self.extra = dict(extra or {})


class TooLarge(AppError):
    """More than the limit allows."""

    status = 413
    title = "Too large"


class Invalid(AppError):
    """Input that can't be taken; ``errors`` names each bad field with its messages."""

    status = 422
    title = "Invalid input"

    def __init__(
        self, detail: str = "", *, errors: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self.errors = {field: list(messages) for field, messages in (errors or {}).items()}
        first = next((messages[0] for messages in self.errors.values() if messages), "")
        super().__init__(detail or first)


class TooManyRequests(AppError):
    """A rate limit; ``retry_after`` is in seconds."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str = "", *, retry_after: int = 60) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(AppError):
    """Something that is needed is away for now."""

    status = 503
    title = "Not available right now"
