"""the search index of PostgreSQL

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "post_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "changed_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column(
            "words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.Column(
            "stems", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False
        ),
        sa.Column(
            "facts",
            sa.Text().with_variant(postgresql.ARRAY(sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("generation", "post_id", name=op.f("pk_search_documents")),
    )
    with op.batch_alter_table("search_documents", schema=None) as batch_op:
        batch_op.create_index(
            "ix_search_documents_author", ["author_id", "created_at"], unique=False
        )
        batch_op.create_index(
            "ix_search_documents_facts", ["facts"], unique=False, postgresql_using="gin"
        )
        batch_op.create_index(
            "ix_search_documents_newest", ["generation", "created_at", "post_id"], unique=False
        )
        batch_op.create_index("ix_search_documents_root", ["root_id"], unique=False)
        batch_op.create_index(
            "ix_search_documents_stems", ["stems"], unique=False, postgresql_using="gin"
        )
        batch_op.create_index(
            "ix_search_documents_words", ["words"], unique=False, postgresql_using="gin"
        )

    op.create_table(
        "search_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_state")),
    )
    op.create_table(
        "search_words",
        sa.Column("word", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_words")),
    )


def downgrade() -> None:
    op.drop_table("search_words")
    op.drop_table("search_state")
    with op.batch_alter_table("search_documents", schema=None) as batch_op:
        batch_op.drop_index("ix_search_documents_words", postgresql_using="gin")
        batch_op.drop_index("ix_search_documents_stems", postgresql_using="gin")
        batch_op.drop_index("ix_search_documents_root")
        batch_op.drop_index("ix_search_documents_newest")
        batch_op.drop_index("ix_search_documents_facts", postgresql_using="gin")
        batch_op.drop_index("ix_search_documents_author")

    op.drop_table("search_documents")
