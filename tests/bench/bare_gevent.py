"""What the production stack does with no features, rights or safety: the yardstick of efficiency.

One gevent process of gunicorn with Flask, Flask-SQLAlchemy on PostgreSQL, Flask-Login and
Flask-SocketIO, as one writes it after their manuals. A post: Flask-Login reads the signed cookie
and loads the person (one query); the JSON is parsed; one insert, one commit; the row as JSON is
emitted to the channel's room and is the answer. ``/emit`` only emits the bytes that it gets.
No CSRF check, no membership, no rendering of text, no search, no log, no second process.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_socketio import SocketIO, emit, join_room
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, Text, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ROOM = "channel1"


class Base(DeclarativeBase):
    """The tables."""


db = SQLAlchemy(model_class=Base)
socketio = SocketIO()
manager = LoginManager()


class Person(UserMixin, Base):
    """Somebody who signs in."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str]
    email: Mapped[str]


class Post(Base):
    """A post."""

    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    channel_id: Mapped[int] = mapped_column(BigInteger)
    author_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("people.id"))
    body: Mapped[str] = mapped_column(Text)
    client_id: Mapped[str | None]
    created_at: Mapped[Any] = mapped_column(DateTime(timezone=True), server_default=func.now())
    __table_args__ = (Index("ix_posts_channel", "channel_id", "id"),)


@manager.user_loader
def _person(person_id: str) -> Person | None:
    return db.session.get(Person, int(person_id))


@socketio.on("connect")
def _joined(_auth: Any = None) -> None:
    join_room(ROOM)
    emit("ready", {"channels": [1]})


def create_app(database_url: str) -> Flask:
    """Make the application; its tables and people are made as well."""
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "only-for-measuring-on-one-machine"
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 10, "max_overflow": 20}
    db.init_app(app)
    manager.init_app(app)
    socketio.init_app(app, async_mode="gevent")
    with app.app_context():
        db.create_all()
        if db.session.get(Person, 1) is None:
            for number in range(1, 21):
                db.session.add(
                    Person(id=number, name=f"P {number}", email=f"p{number}@example.com")
                )
            db.session.commit()

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/login/<int:person_id>")
    def login(person_id: int) -> ResponseReturnValue:
        login_user(db.session.get(Person, person_id))
        return jsonify(ok=True)

    @app.post("/posts/<int:channel_id>")
    @login_required
    def post(channel_id: int) -> ResponseReturnValue:
        given = request.get_json()
        row = Post(
            channel_id=channel_id,
            author_id=current_user.id,
            body=given["body"],
            client_id=given.get("client_id"),
        )
        db.session.add(row)
        db.session.commit()
        document = {
            "id": row.id,
            "channel_id": row.channel_id,
            "author": {"id": current_user.id, "name": current_user.name},
            "body": row.body,
            "created_at": row.created_at.isoformat(),
        }
        socketio.emit("post", document, to=f"channel{channel_id}")
        return jsonify(document), 201

    @app.post("/emit")
    def send() -> ResponseReturnValue:
        socketio.emit("live", request.get_json(), to=ROOM)
        return jsonify(ok=True), 201

    return app


if "BARE_DATABASE_URL" in os.environ:
    app = create_app(os.environ["BARE_DATABASE_URL"])
