"""the organisation's settings, rights granted one by one, sanctions, hidden posts

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.clock import now
from enterprise_social.core.db import UTCDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SANCTIONS = ("suspended_until", "muted_until", "erased_at")


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "organisation_settings",
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("changed_by_id", big, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_organisation_settings")),
    )
    op.create_table(
        "rights",
        sa.Column("person_id", big, nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("granted_by_id", big, nullable=True),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_rights_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["granted_by_id"], ["people.id"], name=op.f("fk_rights_granted_by_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", "name", name=op.f("pk_rights")),
    )
    for column in SANCTIONS:
        op.add_column("people", sa.Column(column, UTCDateTime(), nullable=True))
    op.add_column(
        "invitations",
        sa.Column("channel_ids", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    )
    op.add_column("posts", sa.Column("hidden_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    _close_accounts()
    op.drop_column("posts", "hidden_at")
    op.drop_column("invitations", "channel_ids")
    for column in reversed(SANCTIONS):
        op.drop_column("people", column)
    op.drop_table("rights")
    op.drop_table("organisation_settings")


def _close_accounts() -> None:
    """Keep out whom the version before would let in as colleagues: guests, and who is suspended."""
    people = sa.table(
        "people",
        sa.column("role", sa.String()),
        sa.column("suspended_until", UTCDateTime()),
        sa.column("deactivated_at", UTCDateTime()),
    )
    moment = now()
    kept_out = sa.or_(people.c.role == "guest", people.c.suspended_until > moment)
    op.execute(
        people.update()
        .where(kept_out, people.c.deactivated_at.is_(None))
        .values(deactivated_at=moment)
    )
