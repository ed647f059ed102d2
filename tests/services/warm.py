"""What one application has worked out serves the next: it depends on the source alone.

Each test makes an application of its own, and a new one would compile every template, every SQL
statement and every route again. Only such results are handed on, never anything that a test wrote:
templates are kept by the hash of their text, statements by their structure, routes by their rule.
Nor does a test wait for the disk: none of them cuts the machine's power.
"""

from __future__ import annotations

import gc
import sqlite3
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import Dialect, Engine, event
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from enterprise_social.core.db import db

# Statements; more than the application has.
KEPT_STATEMENTS = 5000


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates in memory; for environments of the same options."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give a template the code that the same text had before."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key, bucket.checksum] = bucket.code


_pages, _fragments = CompiledTemplates(), CompiledTemplates()
_dialects: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}
_routes: dict[tuple[Any, ...], tuple[Any, ...]] = {}


def up(app: Flask) -> None:
    """Give a new application the compiled templates and statements of the ones before it."""
    app.jinja_env.bytecode_cache = _pages
    environment: Environment = app.extensions["fragments"]._environment
    environment.bytecode_cache = _fragments
    with app.app_context():
        _share_statements(db.engine)


def _share_statements(engine: Engine) -> None:
    # A compiled statement is kept by its dialect, which is no other for another database file.
    name = f"{engine.dialect.name}+{engine.dialect.driver}"
    if name not in _dialects:
        engine.connect().close()  # a dialect asks the first server that it meets what it can do
        _dialects[name] = (engine.dialect, LRUCache(KEPT_STATEMENTS))
    dialect, statements = _dialects[name]
    engine.dialect = engine.pool._dialect = dialect
    engine._compiled_cache = statements


def begin() -> None:
    """Prepare the process, before the first application is made."""
    _keep_routes()
    event.listen(Engine, "connect", _wait_for_no_disk)


def spare_the_collector() -> None:
    """Keep the garbage collector off what lives as long as the process; call after collecting."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _wait_for_no_disk(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def _keep_routes() -> None:
    compile_rule = Rule.compile

    def compiled(self: Rule) -> None:
        kinds = self.map.converters
        key = (self.rule, self.merge_slashes, self.subdomain, self.host, self.map.host_matching)
        kept = _routes.get(key)
        # A route with defaults is built from them too, and converters may be an application's own.
        if kept is None or self.defaults or kept[0] != kinds:
            compile_rule(self)
            if not self.defaults:
                parts = (self._parts, self._trace, self._converters, self.arguments)
                builders = (self._build.__func__, self._build_unknown.__func__)  # type: ignore[attr-defined]
                _routes[key] = (dict(kinds), parts, builders)
            return
        _kinds, parts, (build, build_unknown) = kept
        self._parts, self._trace, self._converters, self.arguments = parts
        self._build = build.__get__(self, None)
        self._build_unknown = build_unknown.__get__(self, None)

    Rule.compile = compiled  # type: ignore[method-assign]
