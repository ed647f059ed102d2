"""word rules and channel rules

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.db import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "channels", sa.Column("rules", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    op.add_column(
        "channels",
        sa.Column("guests_allowed", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_index("ix_channels_maker", "channels", ["created_by_id", "created_at"])
    _held()
    _words()


def _held() -> None:
    op.create_table(
        "held_posts",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel_id", BIG, nullable=False),
        sa.Column("author_id", BIG, nullable=False),
        sa.Column("parent_id", BIG, nullable=True),
        sa.Column("edits_id", BIG, nullable=True),
        sa.Column("post_id", BIG, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=True),
        sa.Column("also_in_channel", sa.Boolean(), nullable=False),
        sa.Column("quoted_post_id", BIG, nullable=True),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("rule_ids", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", BIG, nullable=True),
        sa.Column("note", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name=op.f("fk_held_posts_channel_id_channels"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_held_posts_author_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_posts")),
        sa.UniqueConstraint(
            "author_id", "client_id", name=op.f("uq_held_posts_author_id_client_id")
        ),
    )
    op.create_index("ix_held_posts_channel", "held_posts", ["channel_id", "state", "id"])
    op.create_index("ix_held_posts_author", "held_posts", ["author_id", "state", "id"])
    op.create_table(
        "held_files",
        sa.Column("held_id", BIG, nullable=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["held_id"],
            ["held_posts.id"],
            name=op.f("fk_held_files_held_id_held_posts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_held_files_file_id_files")
        ),
        sa.PrimaryKeyConstraint("held_id", "file_id", name=op.f("pk_held_files")),
        sa.UniqueConstraint("file_id", name=op.f("uq_held_files_file_id")),
    )


def _words() -> None:
    op.create_table(
        "word_rules",
        sa.Column("id", BIG, nullable=False),
        sa.Column("channel_id", BIG, nullable=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("accents", sa.Boolean(), nullable=False),
        sa.Column("effect", sa.String(16), nullable=False),
        sa.Column("message", sa.String(300), nullable=False),
        sa.Column("replacement", sa.String(200), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hit_count", sa.Integer(), nullable=False),
        sa.Column("last_hit_at", UTCDateTime(), nullable=True),
        sa.Column("created_by_id", BIG, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name=op.f("fk_word_rules_channel_id_channels"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_word_rules_created_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_rules")),
    )
    op.create_index("ix_word_rules_channel", "word_rules", ["channel_id", "state", "id"])
    op.create_table(
        "word_hits",
        sa.Column("id", BIG, nullable=False),
        sa.Column("rule_id", BIG, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("effect", sa.String(16), nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("channel_id", BIG, nullable=True),
        sa.Column("target", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["word_rules.id"],
            name=op.f("fk_word_hits_rule_id_word_rules"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_hits")),
    )
    op.create_index("ix_word_hits_rule", "word_hits", ["rule_id", "id"])
    op.create_index("ix_word_hits_at", "word_hits", ["at"])


def downgrade() -> None:
    op.drop_table("word_hits")
    op.drop_table("word_rules")
    op.drop_table("held_files")
    op.drop_table("held_posts")
    op.drop_index("ix_channels_maker", "channels")
    op.drop_column("channels", "guests_allowed")
    op.drop_column("channels", "rules")
