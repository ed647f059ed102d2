"""comments on announcements, and files of their templates

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("announcements", sa.Column("comments", sa.Boolean(), nullable=True))
    op.create_table(
        "announcement_threads",
        sa.Column("announcement_id", big, nullable=False),
        sa.Column("channel_id", big, nullable=False),
        sa.Column("root_id", big, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_threads_announcement_id_announcements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name=op.f("fk_announcement_threads_channel_id_channels"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["root_id"],
            ["posts.id"],
            name=op.f("fk_announcement_threads_root_id_posts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("announcement_id", name=op.f("pk_announcement_threads")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_announcement_threads_channel_id")),
        sa.UniqueConstraint("root_id", name=op.f("uq_announcement_threads_root_id")),
    )
    op.create_table(
        "announcement_template_files",
        sa.Column("template_id", big, nullable=False),
        sa.Column("file_id", big, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["announcement_templates.id"],
            name=op.f("fk_announcement_template_files_template_id_announcement_templates"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["files.id"],
            name=op.f("fk_announcement_template_files_file_id_files"),
        ),
        sa.PrimaryKeyConstraint(
            "template_id", "file_id", name=op.f("pk_announcement_template_files")
        ),
        sa.UniqueConstraint("file_id", name=op.f("uq_announcement_template_files_file_id")),
    )


def downgrade() -> None:
    # What was said stays with those who took part.
    op.execute(
        "UPDATE channels SET kind = 'private', archived_at = coalesce(archived_at, created_at)"
        " WHERE kind = 'comments'"
    )
    op.drop_table("announcement_template_files")
    op.drop_table("announcement_threads")
    op.drop_column("announcements", "comments")
