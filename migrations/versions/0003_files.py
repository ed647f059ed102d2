"""Files, uploads on their way, and the files of posts

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", big, nullable=False),
        sa.Column("owner_id", big, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", big, nullable=False),
        sa.Column("mime", sa.String(100), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("alt", sa.String(1000), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("thumbs", sa.JSON(), nullable=False),
        sa.Column("problem", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("import_key", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name="fk_files_owner_id_people"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("import_key", name="uq_files_import_key"),
    )
    op.create_index("ix_files_owner", "files", ["owner_id", "id"])
    op.create_table(
        "file_uploads",
        sa.Column("id", big, nullable=False),
        sa.Column("owner_id", big, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("size", big, nullable=False),
        sa.Column("alt", sa.String(1000), nullable=False),
        sa.Column("received", big, nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("file_id", big, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["people.id"], name="fk_file_uploads_owner_id_people"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_file_uploads_file_id_files"),
        sa.PrimaryKeyConstraint("id", name="pk_file_uploads"),
    )
    op.create_index("ix_file_uploads_owner_id", "file_uploads", ["owner_id"])
    op.create_table(
        "post_files",
        sa.Column("post_id", big, nullable=False),
        sa.Column("file_id", big, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_files_post_id_posts", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_post_files_file_id_files"),
        sa.PrimaryKeyConstraint("post_id", "file_id", name="pk_post_files"),
        sa.UniqueConstraint("file_id", name="uq_post_files_file_id"),
    )
    op.add_column(
        "posts", sa.Column("file_count", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    # Not as a batch: SQLite would drop the table that replies and mentions hang on.
    op.execute("ALTER TABLE posts DROP COLUMN file_count")
    op.drop_table("post_files")
    op.drop_table("file_uploads")
    op.drop_table("files")
