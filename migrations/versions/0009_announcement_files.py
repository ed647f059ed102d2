"""files of announcements

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "announcement_files",
        sa.Column("announcement_id", big, nullable=False),
        sa.Column("file_id", big, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_files_announcement_id_announcements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_announcement_files_file_id_files")
        ),
        sa.PrimaryKeyConstraint("announcement_id", "file_id", name=op.f("pk_announcement_files")),
        sa.UniqueConstraint("file_id", name=op.f("uq_announcement_files_file_id")),
    )


def downgrade() -> None:
    op.drop_table("announcement_files")
