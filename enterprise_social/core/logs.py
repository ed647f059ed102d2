"""Structured logs: one JSON object a line, with the request's id and no secrets."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, has_request_context, request
from flask.wrappers import Response

access_log = logging.getLogger("enterprise_social.access")

# Anything that could open a door: tokens in addresses and headers, passwords in texts.
_SECRETS = re.compile(
    r"(?i)((?:token|password|secret|authorization|cookie|bearer)[\"']?\s*[=:]?\s*[\"']?)"
    r"([^\s\"'&,;]{6,})"
)
_LINK = re.compile(
    r"(/(?:a|setup|unsubscribe|invitations|password-resets?|reset|hooks|farewell|finish)/)[\w.~-]{8,}"
)
_STANDARD = set(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {"message", "asctime"}


def redact(text: str) -> str:
    """Take secrets out of a line."""
    return _LINK.sub(r"\1…", _SECRETS.sub(r"\1…", text))


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {
            "at": moment.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if has_request_context():
            line["request_id"] = g.get("request_id")
        extra = {key: value for key, value in record.__dict__.items() if key not in _STANDARD}
        line.update(extra)
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def _log_access(response: Response) -> Response:
    if request.path.startswith("/static/") and response.status_code < 400:
        return response
    access_log.info(
        "request",
        extra={
            "method": request.method,
            "path": redact(request.path),
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.started) * 1000, 1),
            "user_id": g.get("user_id"),
        },
    )
    return response


def register(app: Flask) -> None:
    """Log to standard error as JSON, and each request once."""
    root = logging.getLogger()
    if not app.config.get("TESTING"):
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(JsonFormatter())
        root.handlers[:] = [handler]
        root.setLevel(app.config["LOG_LEVEL"])
        for noisy in ("engineio", "socketio", "geventwebsocket", "werkzeug", "alembic"):
            logging.getLogger(noisy).setLevel(logging.WARNING)
    app.after_request(_log_access)
