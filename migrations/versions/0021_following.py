"""following people, hashtags and threads; storylines

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.db import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_post_hashtags_newest", ["tag", "created_at", "post_id"]),
    ("ix_post_hashtags_created", ["created_at", "tag"]),
)
PIECE = 10_000  # posts


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "person_follows",
        sa.Column("follower_id", big, nullable=False),
        sa.Column("followed_id", big, nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follower_id"],
            ["people.id"],
            name=op.f("fk_person_follows_follower_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["followed_id"],
            ["people.id"],
            name=op.f("fk_person_follows_followed_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("follower_id", "followed_id", name=op.f("pk_person_follows")),
    )
    op.create_index(
        "ix_person_follows_followed", "person_follows", ["followed_id", "since", "follower_id"]
    )
    op.create_index(
        "ix_person_follows_follower", "person_follows", ["follower_id", "since", "followed_id"]
    )
    op.create_table(
        "hashtag_follows",
        sa.Column("person_id", big, nullable=False),
        sa.Column("tag", sa.String(100), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_hashtag_follows_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "tag", name=op.f("pk_hashtag_follows")),
    )
    op.create_index("ix_hashtag_follows_tag", "hashtag_follows", ["tag", "person_id"])
    op.create_table(
        "storylines",
        sa.Column("person_id", big, autoincrement=False, nullable=False),
        sa.Column("channel_id", big, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_storylines_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name=op.f("fk_storylines_channel_id_channels"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_storylines")),
        sa.UniqueConstraint("channel_id", name=op.f("uq_storylines_channel_id")),
    )
    # When what a hashtag stands in was written: its page begins with the newest.
    op.add_column("post_hashtags", sa.Column("created_at", UTCDateTime(), nullable=True))
    # How far somebody has read a thread that they follow.
    op.add_column("thread_followings", sa.Column("read_at", UTCDateTime(), nullable=True))
    # The rest holds nobody up: in pieces, and with the indexes made beside those who write.
    with op.get_context().autocommit_block():
        if op.get_bind().dialect.name == "postgresql":
            op.execute("SET lock_timeout = 0")
        fill_in()
        for name, columns in INDEXES:
            op.drop_index(name, "post_hashtags", if_exists=True, postgresql_concurrently=True)
            op.create_index(name, "post_hashtags", columns, postgresql_concurrently=True)


def fill_in() -> None:
    last = op.get_bind().execute(sa.text("SELECT max(post_id) FROM post_hashtags")).scalar() or 0
    for first in range(0, last + 1, PIECE):
        op.get_bind().execute(
            sa.text(
                "UPDATE post_hashtags SET created_at ="
                " (SELECT posts.created_at FROM posts WHERE posts.id = post_hashtags.post_id)"
                " WHERE post_id >= :first AND post_id < :until AND created_at IS NULL"
            ),
            {"first": first, "until": first + PIECE},
        )


def downgrade() -> None:
    op.drop_column("thread_followings", "read_at")
    op.drop_index("ix_post_hashtags_created", table_name="post_hashtags")
    op.drop_index("ix_post_hashtags_newest", table_name="post_hashtags")
    op.drop_column("post_hashtags", "created_at")
    op.drop_table("storylines")
    op.drop_index("ix_hashtag_follows_tag", table_name="hashtag_follows")
    op.drop_table("hashtag_follows")
    op.drop_index("ix_person_follows_follower", table_name="person_follows")
    op.drop_index("ix_person_follows_followed", table_name="person_follows")
    op.drop_table("person_follows")
