"""indexes for large installations

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Table, name, columns, and what is in it.
INDEXES = (
    ("channels", "ix_channels_name", ["name", "id"], None),
    ("people", "ix_people_role", ["role", "name", "id"], None),
    ("notifications", "ix_notifications_group", ["group_key"], None),
    ("notifications", "ix_notifications_new", ["person_id", "updated_at", "id"], "read_at IS NULL"),
    ("outbox_jobs", "ix_outbox_jobs_failed", ["id"], "failed_at IS NOT NULL"),
    ("search_documents", "ix_search_documents_channel", ["channel_id", "created_at"], None),
)
# What was written lately stands in a list that every search reads through: it is kept short.
GIN = ("ix_search_documents_words", "ix_search_documents_stems", "ix_search_documents_facts")


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    # Outside of a transaction, so that nobody waits while an index is made.
    with op.get_context().autocommit_block():
        if on_postgresql:
            # It waits for transactions that began before, and holds nobody up meanwhile.
            op.execute("SET lock_timeout = 0")
        for table, name, columns, where in INDEXES:
            condition = sa.text(where) if where else None
            # What an attempt left behind that was broken off is of no use.
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                table,
                columns,
                postgresql_concurrently=True,
                postgresql_where=condition,
                sqlite_where=condition,
            )
        if on_postgresql:
            for name in GIN:
                op.execute(f"ALTER INDEX {name} SET (gin_pending_list_limit = 512)")


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    with op.get_context().autocommit_block():
        if on_postgresql:
            for name in GIN:
                op.execute(f"ALTER INDEX {name} RESET (gin_pending_list_limit)")
        for table, name, _columns, _where in reversed(INDEXES):
            op.drop_index(name, table_name=table, postgresql_concurrently=True)
