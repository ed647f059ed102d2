"""identities of sign-on, provisioning

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.db import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "external_identities",
        sa.Column("id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("issuer", sa.String(300), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("last_used_at", UTCDateTime(), nullable=False),
        _of("external_identities", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identities")),
        sa.UniqueConstraint(
            "issuer", "subject", name=op.f("uq_external_identities_issuer_subject")
        ),
    )
    _index("external_identities", "person_id")
    op.create_table(
        "sign_on_sessions",
        sa.Column("session_id", big, autoincrement=False, nullable=False),
        sa.Column("identity_id", big, nullable=False),
        sa.Column("sid", sa.String(255), nullable=False),
        sa.Column("id_token", sa.Text(), nullable=False),
        _of("sign_on_sessions", "session_id", "sign_in_sessions"),
        _of("sign_on_sessions", "identity_id", "external_identities"),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sign_on_sessions")),
    )
    _index("sign_on_sessions", "identity_id")
    _index("sign_on_sessions", "sid")
    op.create_table(
        "scim_users",
        sa.Column("person_id", big, autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(255), nullable=True),
        sa.Column("user_name", sa.String(254), nullable=True),
        sa.Column("user_name_key", sa.String(254), nullable=True),
        sa.Column("given_name", sa.String(120), nullable=False),
        sa.Column("family_name", sa.String(120), nullable=False),
        sa.Column("deleted_at", UTCDateTime(), nullable=True),
        _of("scim_users", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_scim_users")),
        sa.UniqueConstraint("user_name_key", name=op.f("uq_scim_users_user_name_key")),
    )
    _index("scim_users", "external_id")
    op.create_table(
        "scim_values",
        sa.Column("person_id", big, autoincrement=False, nullable=False),
        sa.Column("attribute", sa.String(16), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.String(254), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=True),
        _of("scim_values", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", "attribute", "position", name=op.f("pk_scim_values")),
    )
    op.create_table(
        "scim_groups",
        sa.Column("group_id", big, autoincrement=False, nullable=False),
        sa.Column("external_id", sa.String(255), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        _of("scim_groups", "group_id", "groups"),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_scim_groups")),
    )
    _index("scim_groups", "external_id")


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def _index(table: str, column: str) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    for table in (
        "scim_groups",
        "scim_values",
        "scim_users",
        "sign_on_sessions",
        "external_identities",
    ):
        op.drop_table(table)
