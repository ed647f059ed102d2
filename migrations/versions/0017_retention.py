"""retention, legal holds

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.db import BigId, UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "legal_holds",
        sa.Column("id", BigId, nullable=False),
        sa.Column("matter", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("person_id", BigId, nullable=True),
        sa.Column("channel_id", BigId, nullable=True),
        sa.Column("begins_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("created_by_id", BigId, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("released_at", UTCDateTime(), nullable=True),
        sa.Column("released_by_id", BigId, nullable=True),
        sa.Column("release_reason", sa.String(1000), nullable=False),
        _to("legal_holds", "person_id", "people"),
        _to("legal_holds", "channel_id", "channels"),
        _to("legal_holds", "created_by_id", "people"),
        _to("legal_holds", "released_by_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index("ix_legal_holds_person", "legal_holds", ["person_id"])
    op.create_index("ix_legal_holds_channel", "legal_holds", ["channel_id"])
    op.add_column("posts", sa.Column("emptied_at", UTCDateTime(), nullable=True))
    op.create_index(
        "ix_posts_deleted",
        "posts",
        ["channel_id", "deleted_at"],
        sqlite_where=sa.text("deleted_at IS NOT NULL"),
        postgresql_where=sa.text("deleted_at IS NOT NULL"),
    )
    op.add_column("channel_changes", sa.Column("post_ids", sa.JSON(), nullable=True))
    op.create_table(
        "channel_retentions",
        sa.Column("channel_id", BigId, nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by_id", BigId, nullable=True),
        _to("channel_retentions", "channel_id", "channels", ondelete="CASCADE"),
        _to("channel_retentions", "changed_by_id", "people"),
        sa.PrimaryKeyConstraint("channel_id", name=op.f("pk_channel_retentions")),
    )
    op.create_table(
        "retention_runs",
        sa.Column("id", BigId, nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_runs")),
    )
    state = op.create_table(
        "records_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records_state")),
    )
    op.bulk_insert(state, [{"id": 1, "holds": 0}])


def downgrade() -> None:
    op.drop_table("records_state")
    op.drop_table("retention_runs")
    op.drop_table("channel_retentions")
    op.drop_column("channel_changes", "post_ids")
    op.drop_index("ix_posts_deleted", table_name="posts")
    op.drop_column("posts", "emptied_at")
    op.drop_index("ix_legal_holds_channel", table_name="legal_holds")
    op.drop_index("ix_legal_holds_person", table_name="legal_holds")
    op.drop_table("legal_holds")


def _to(table: str, column: str, other: str, **more: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, **more)
