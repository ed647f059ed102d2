"""exports, erasing, who was in a channel when

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.db import BigId, UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# As SQLAlchemy keeps times on SQLite.
_NOW_ON_SQLITE = "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


def upgrade() -> None:
    _exports()
    _erasures()
    op.create_table(
        "membership_spans",
        sa.Column("id", BigId, nullable=False),
        sa.Column("channel_id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_spans")),
    )
    op.create_index("ix_membership_spans_channel", "membership_spans", ["channel_id", "person_id"])
    op.create_index("ix_membership_spans_person", "membership_spans", ["person_id"])
    op.execute(
        "INSERT INTO membership_spans (channel_id, person_id, began_at)"
        " SELECT channel_id, person_id, joined_at FROM memberships"
    )
    for statement in _triggers():
        op.execute(statement)


def _exports() -> None:
    op.create_table(
        "data_exports",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("requested_by_id", BigId, nullable=False),
        sa.Column("requested_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("decided_by_id", BigId, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("refusal", sa.String(500), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("done", BigId, nullable=False),
        sa.Column("total", BigId, nullable=False),
        sa.Column("problem", sa.String(300), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("storage_key", sa.String(120), nullable=False),
        sa.Column("size", BigId, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        _to_people("data_exports", "requested_by_id"),
        _to_people("data_exports", "decided_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_exports")),
    )
    op.create_index("ix_data_exports_kind", "data_exports", ["kind", "id"])
    op.create_index("ix_data_exports_requested_by", "data_exports", ["requested_by_id", "id"])


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", BigId, nullable=False),
        sa.Column("person_id", BigId, nullable=False),
        sa.Column("asked_by_id", BigId, nullable=True),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("removes_posts", sa.Boolean(), nullable=False),
        sa.Column("traces", sa.String(2000), nullable=False),
        sa.Column("done_steps", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        _to_people("erasures", "person_id"),
        _to_people("erasures", "asked_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("person_id", name=op.f("uq_erasures_person_id")),
    )


def _to_people(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_people")
    return sa.ForeignKeyConstraint([column], ["people.id"], name=name)


def _triggers() -> list[str]:
    """Whoever comes or goes, by whichever statement, is noted by the database."""
    came = (
        "INSERT INTO membership_spans (channel_id, person_id, began_at)"
        " VALUES (NEW.channel_id, NEW.person_id, NEW.joined_at);"
    )
    went = (
        "UPDATE membership_spans SET ended_at = {now} WHERE channel_id = OLD.channel_id"
        " AND person_id = OLD.person_id AND ended_at IS NULL;"
    )
    if op.get_bind().dialect.name == "sqlite":
        went = went.format(now=_NOW_ON_SQLITE)
        head = "CREATE TRIGGER membership_{name} AFTER {what} ON memberships BEGIN {body} END"
        return [
            head.format(name="began", what="INSERT", body=came),
            head.format(name="ended", what="DELETE", body=went),
        ]
    function = (
        "CREATE FUNCTION membership_{name}() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN {body} RETURN NULL; END $$"
    )
    trigger = (
        "CREATE TRIGGER membership_{name} AFTER {what} ON memberships"
        " FOR EACH ROW EXECUTE FUNCTION membership_{name}()"
    )
    return [
        function.format(name="began", body=came),
        trigger.format(name="began", what="INSERT"),
        function.format(name="ended", body=went.format(now="clock_timestamp()")),
        trigger.format(name="ended", what="DELETE"),
    ]


def downgrade() -> None:
    for name in ("began", "ended"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER membership_{name}")
        else:
            op.execute(f"DROP TRIGGER membership_{name} ON memberships")
            op.execute(f"DROP FUNCTION membership_{name}()")
    for table in ("membership_spans", "erasures", "data_exports"):
        op.drop_table(table)
