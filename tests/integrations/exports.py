"""Makes small Slack exports to import."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

WORKSPACE = "T01"


def user(identifier: str, name: str, **fields: Any) -> dict[str, Any]:
    """A row of users.json; ``email=None`` leaves the address out."""
    profile = {"real_name": fields.pop("real_name", name.title())}
    email = fields.pop("email", f"{name}@example.com")
    if email is not None:
        profile["email"] = email
    profile.update(fields.pop("profile", {}))
    return {"id": identifier, "team_id": WORKSPACE, "name": name, "profile": profile, **fields}


def message(ts: str, author: str | None, text: str, **fields: Any) -> dict[str, Any]:
    """A message of a day file."""
    row = {"type": "message", "ts": ts, "text": text, **fields}
    if author is not None:
        row["user"] = author
    return row


@dataclass
class SmallExport:
    """An export in memory, written as a folder or a zip file."""

    users: list[dict[str, Any]] = field(default_factory=list)
    channels: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    dms: list[dict[str, Any]] = field(default_factory=list)
    mpims: list[dict[str, Any]] = field(default_factory=list)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)

    def say(self, folder: str, *messages: dict[str, Any]) -> SmallExport:
        """Add messages to a conversation's folder."""
        self.messages.setdefault(folder, []).extend(messages)
        return self

    def files(self) -> dict[str, bytes]:
        """The files by name; ``raw`` ones replace or join the others."""
        found: dict[str, Any] = {"users.json": self.users, "channels.json": self.channels}
        for name in ("groups", "dms", "mpims"):
            if rows := getattr(self, name):
                found[f"{name}.json"] = rows
        for folder, messages in self.messages.items():
            for one in messages:
                moment = datetime.fromtimestamp(float(one["ts"]), UTC)
                found.setdefault(f"{folder}/{moment:%Y-%m-%d}.json", []).append(one)
        return {name: json.dumps(rows).encode() for name, rows in found.items()} | self.raw

    def folder(self, path: Path) -> Path:
        """Write it as a folder."""
        for name, content in self.files().items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
        return path

    def zip(self, path: Path, prefix: str = "") -> Path:
        """Write it as a zip file, its names behind ``prefix``."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in self.files().items():
                packed.writestr(prefix + name, content)
        return path


def team() -> SmallExport:
    """Two people, Ana and Bo, in one public channel, without messages."""
    return SmallExport(
        users=[user("U1", "ana"), user("U2", "bo")],
        channels=[{"id": "C1", "name": "plans", "created": 1700000000, "members": ["U1", "U2"]}],
    )
