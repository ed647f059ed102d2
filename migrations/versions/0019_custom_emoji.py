"""the organisation's own emoji

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.db import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "custom_emoji",
        sa.Column("id", big, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("token", sa.String(32), nullable=False),
        sa.Column("created_by_id", big, nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("retired_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_custom_emoji_created_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_emoji")),
        sa.UniqueConstraint("name", name=op.f("uq_custom_emoji_name")),
        sa.UniqueConstraint("token", name=op.f("uq_custom_emoji_token")),
    )


def downgrade() -> None:
    op.drop_table("custom_emoji")
