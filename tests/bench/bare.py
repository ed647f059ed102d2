"""The yardstick: what this stack does with no features, rights or safety.

One insert, one commit and one emit a post, a plain page of 50 posts, a stock search; the same
server, the same database settings.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_socketio import SocketIO, emit, join_room
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Index, event, func, insert, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from whoosh import fields, index
from whoosh.qparser import QueryParser

from tests.bench.words import Texts

PAGE = """<!doctype html><title>{{ channel }}</title><h1>Channel {{ channel }}</h1>
{% for post in posts %}<article><b>{{ post.author }}</b> <time>{{ post.at }}</time>
<p>{{ post.body }}</p></article>
{% endfor %}"""
CHANNELS = 10


class Base(DeclarativeBase):
    """The tables."""


db = SQLAlchemy(model_class=Base)
socketio = SocketIO()
writers = threading.Lock()


class Post(Base):
    """A post."""

    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[int]
    author: Mapped[str]
    at: Mapped[float]
    body: Mapped[str]
    __table_args__ = (Index("ix_posts_channel", "channel", "id"),)


@event.listens_for(Engine, "connect")
def _connected(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA cache_size=-8000")


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def create_app(data_dir: Path) -> Flask:
    """Make the application on a filled folder."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{data_dir / 'bare.db'}"
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": 16,
        "max_overflow": 64,
        "connect_args": {"check_same_thread": False},
    }
    db.init_app(app)
    socketio.init_app(app, async_mode=os.environ.get("BARE_ASYNC_MODE", "threading"))
    folder = data_dir / "index"
    searched = index.open_dir(str(folder)) if folder.exists() else None

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/posts/<int:channel>")
    def post(channel: int) -> ResponseReturnValue:
        body = request.get_json()["body"]
        with writers:
            row = Post(channel=channel, author="somebody", at=0.0, body=body)
            db.session.add(row)
            db.session.commit()
        document = {"id": row.id, "channel": channel, "author": "somebody", "body": body}
        socketio.emit("post", document, to=f"channel{channel}")
        return jsonify(document), 201

    @app.get("/channels/<int:channel>")
    def show(channel: int) -> str:
        statement = select(Post).where(Post.channel == channel).order_by(Post.id.desc()).limit(50)
        posts = db.session.execute(statement).scalars().all()
        return render_template_string(PAGE, channel=channel, posts=posts[::-1])

    @app.get("/search")
    def search() -> ResponseReturnValue:
        if searched is None:
            return jsonify(items=[]), 503
        with searched.searcher() as searcher:
            query = QueryParser("body", searched.schema).parse(request.args["q"])
            ids = [int(hit["id"]) for hit in searcher.search(query, limit=20)]
        rows = db.session.execute(select(Post).where(Post.id.in_(ids))).scalars()
        return jsonify(items=[{"id": row.id, "body": row.body} for row in rows])

    return app


@socketio.on("connect")
def _joined(_auth: Any = None) -> None:
    join_room("channel1")
    emit("ready", {"channels": [1]})


def fill(data_dir: Path, posts: int) -> None:
    """Write the posts and their index."""
    data_dir.mkdir(parents=True)
    app, texts = create_app(data_dir), Texts()
    rows = [
        {"channel": n % CHANNELS + 1, "author": "somebody", "at": n, "body": texts.plain(n)}
        for n in range(posts)
    ]
    with app.app_context():
        db.create_all()
        db.session.execute(insert(Post), rows)
        db.session.commit()
        count = db.session.execute(select(func.count(Post.id))).scalar_one()
        db.session.remove()
        db.engine.dispose()
    (data_dir / "index").mkdir()
    schema = fields.Schema(id=fields.STORED, body=fields.TEXT)
    writer = index.create_in(str(data_dir / "index"), schema).writer(limitmb=256)
    for number, row in enumerate(rows):
        writer.add_document(id=number + 1, body=row["body"])
    writer.commit()
    json.dump({"posts": count}, sys.stdout)


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]))
elif "BARE_DATA_DIR" in os.environ:
    app = create_app(Path(os.environ["BARE_DATA_DIR"]))
