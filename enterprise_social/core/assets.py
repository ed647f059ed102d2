"""Static files by address with a content hash, so that browsers may keep them for a year."""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, request
from markupsafe import Markup

SPRITE = "icons/lucide.svg"
SOCKET_CLIENT = "vendor/socket.io-client/socket.io.esm.min.js"
COMPRESSIBLE = {".js", ".mjs", ".css", ".svg", ".json", ".map", ".txt"}
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True)
class Asset:
    """One static file as it is served."""

    body: bytes
    compressed: bytes | None
    digest: str
    mimetype: str


class Assets:
    """The files under one folder, read once each; in debug mode read again when they change."""

    def __init__(self, folder: Path, watch: bool) -> None:
        self.folder = folder.resolve()
        self._watch = watch
        self._cache: dict[str, tuple[float, Asset]] = {}
        self._import_map: Markup | None = None

    def get(self, path: str) -> Asset | None:
        """Return the file at ``path`` under the folder, or None."""
        known = self._cache.get(path)
        if known and not self._watch:
            return known[1]
        try:
            file = (self.folder / path).resolve()
            if not file.is_relative_to(self.folder) or not file.is_file():
                return None
            changed = file.stat().st_mtime
        except (OSError, ValueError):
            return None  # a name that no file can have: with NUL, or longer than any
        if known and known[0] == changed:
            return known[1]
        asset = self._read(file)
        self._cache[path] = (changed, asset)
        return asset

    def url(self, path: str) -> str:
        """Return a file's address with its hash; LookupError where there is no such file."""
        asset = self.get(path)
        if asset is None:
            raise LookupError(f"no static file {path}")
        return f"/static/{path}?v={asset.digest}"

    def import_map(self) -> Markup:
        """Return the JSON import map that gives every module its hashed address."""
        if self._import_map is None or self._watch:
            scripts = sorted((self.folder / "js").glob("**/*.js"))
            paths = [file.relative_to(self.folder).as_posix() for file in scripts]
            imports = {f"es/{path.removeprefix('js/')}": self.url(path) for path in paths}
            imports["socket.io-client"] = self.url(SOCKET_CLIENT)
            # Paths of our own files: nothing in it can end the script element.
            self._import_map = Markup(json.dumps({"imports": imports}))  # noqa: S704
        return self._import_map

    @staticmethod
    def _read(file: Path) -> Asset:
        body = file.read_bytes()
        compressed = None
        if file.suffix in COMPRESSIBLE and len(body) > 500:
            compressed = gzip.compress(body, 9, mtime=0)
        return Asset(
            body=body,
            compressed=compressed,
            digest=hashlib.sha256(body).hexdigest()[:12],
            mimetype=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        )


class Icons:
    """The sprite's icons as SVG elements, each made once."""

    def __init__(self, store: Assets) -> None:
        self._store = store
        self._made: dict[tuple[str, str], Markup] = {}

    def __call__(self, name: str, classes: str = "") -> Markup:
        """Return the icon ``name`` with further CSS classes."""
        found = self._made.get((name, classes))
        if found is None:
            found = self._made[name, classes] = Markup(
                '<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>'
            ).format(f"i {classes}".strip(), self._store.url(SPRITE), name)
        return found


blueprint = Blueprint("assets", __name__)


@blueprint.get("/static/<path:path>")
def static(path: str) -> Response:
    """Serve one file; for a year where the address carries its present hash."""
    asset = assets().get(path)
    if asset is None:
        abort(404)
    compressed = asset.compressed is not None and request.accept_encodings["gzip"] > 0
    response = Response(asset.compressed if compressed else asset.body, mimetype=asset.mimetype)
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(asset.digest + ("-gz" if compressed else ""))
    if request.args.get("v") == asset.digest:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response


def assets() -> Assets:
    """Return the current application's static files."""
    found: Assets = current_app.extensions["assets"]
    return found


def register(app: Flask, folder: Path) -> None:
    """Serve ``folder`` under /static and give templates ``asset()`` and ``import_map()``."""
    store = Assets(folder, watch=app.debug or app.config.get("TESTING", False))
    app.extensions["assets"] = store
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(
        asset=store.url, import_map=store.import_map, sprite_icon=Icons(store)
    )
