"""reactions, and how many of each a post has

Revision ID: 0020
Revises: 0019
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.db import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

POSTS = sa.table("posts", sa.column("id"), sa.column("import_data"))
KEPT = sa.cast(POSTS.c.import_data, sa.Text).like('%"reactions"%')
JOBS = sa.table(
    "outbox_jobs",
    sa.column("listener", sa.String),
    sa.column("event", sa.String),
    sa.column("payload", sa.Text),
    sa.column("run_at", UTCDateTime),
    sa.column("attempts", sa.Integer),
)


def upgrade() -> None:
    # Looked for before anything is locked: it goes through all posts.
    found = op.get_bind().execute(sa.select(POSTS.c.id).where(KEPT).limit(1)).first()
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "reactions",
        sa.Column("id", big, nullable=False),
        sa.Column("post_id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("emoji", sa.String(80), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_reactions_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_reactions_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reactions")),
        sa.UniqueConstraint(
            "post_id", "person_id", "emoji", name=op.f("uq_reactions_post_id_person_id_emoji")
        ),
    )
    op.create_index("ix_reactions_emoji", "reactions", ["post_id", "emoji", "id"])
    op.create_index("ix_reactions_person", "reactions", ["person_id", "id"])
    op.create_table(
        "emoji_habits",
        sa.Column("person_id", big, autoincrement=False, nullable=False),
        sa.Column("tone", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_emoji_habits_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_emoji_habits")),
    )
    # With a constant default neither database writes the rows that are there anew.
    op.add_column(
        "posts",
        sa.Column("reaction_counts", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    )
    # What imports kept of reactions becomes reactions in pieces, once the worker runs.
    if found is not None:
        op.bulk_insert(
            JOBS,
            [
                {
                    "listener": "integrations.listeners.bring_reactions_in",
                    "event": "integrations.ReactionsWait",
                    "payload": '{"after_id": 0}',
                    "run_at": datetime.now(UTC),
                    "attempts": 0,
                }
            ],
        )


def downgrade() -> None:
    op.drop_column("posts", "reaction_counts")
    op.drop_table("emoji_habits")
    op.drop_table("reactions")
