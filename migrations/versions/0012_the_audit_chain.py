"""the audit log's chain

Revision ID: 0012
Revises: 0011
"""

import json

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.audit.chain import entry_hash
from enterprise_social.core.db import BigId, UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEGINNING = "0" * 64
AT_ONCE = 1000
INDEXES = {"actor": "actor_id", "action": "action", "target": "target"}

ENTRIES = sa.table(
    "audit_entries",
    sa.column("id", BigId),
    sa.column("at", UTCDateTime()),
    sa.column("actor_id", BigId),
    sa.column("action", sa.String()),
    sa.column("target", sa.String()),
    sa.column("details", sa.Text()),
    sa.column("previous", sa.String()),
    sa.column("hash", sa.String()),
)

ON_SQLITE = (
    """CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """CREATE TRIGGER audit_entries_remain BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    # REPLACE deletes without asking the trigger above.
    """CREATE TRIGGER audit_entries_follow BEFORE INSERT ON audit_entries
    WHEN NEW.id <= (SELECT coalesce(max(id), 0) FROM audit_entries)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
)
ON_POSTGRESQL = (
    """CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$""",
    """CREATE FUNCTION audit_entries_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.id <= (SELECT coalesce(max(id), 0) FROM audit_entries) THEN
            RAISE EXCEPTION 'the audit log is append-only';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse()""",
    """CREATE TRIGGER audit_entries_remain BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()""",
    """CREATE TRIGGER audit_entries_follow BEFORE INSERT ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_in_order()""",
)


def upgrade() -> None:
    connection = op.get_bind()
    for name in ("previous", "hash"):
        op.add_column(
            "audit_entries", sa.Column(name, sa.String(64), nullable=False, server_default="")
        )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    number, last = _chain(connection)
    op.bulk_insert(head, [{"id": 1, "entry_id": number, "hash": last}])
    for name, column in INDEXES.items():
        op.create_index(f"ix_audit_entries_{name}", "audit_entries", [column, "id"])
    _tables_beside()
    for statement in ON_SQLITE if connection.dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in ("stay", "remain", "follow"):
        op.execute(f"DROP TRIGGER audit_entries_{name}" + ("" if sqlite else " ON audit_entries"))
    if not sqlite:
        op.execute("DROP FUNCTION audit_entries_refuse()")
        op.execute("DROP FUNCTION audit_entries_in_order()")
    op.drop_table("audit_checks")
    op.drop_table("audit_heads_given")
    for name in INDEXES:
        op.drop_index(f"ix_audit_entries_{name}", table_name="audit_entries")
    op.drop_table("audit_head")
    op.drop_column("audit_entries", "hash")
    op.drop_column("audit_entries", "previous")
    if not sqlite:
        # Entries had their numbers from the chain; now the table's own sequence goes on.
        op.execute(
            "SELECT setval(pg_get_serial_sequence('audit_entries', 'id'),"
            " (SELECT coalesce(max(id), 0) + 1 FROM audit_entries), false)"
        )


def _tables_beside() -> None:
    op.create_table(
        "audit_heads_given",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("entry_id", BigId, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_heads_given")),
    )
    op.create_table(
        "audit_checks",
        sa.Column("id", BigId, nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by_id", BigId, nullable=True),
        sa.Column("finished_at", UTCDateTime(), nullable=True),
        sa.Column("entries", BigId, nullable=False),
        sa.Column("head", sa.String(64), nullable=False),
        sa.Column("fault", BigId, nullable=True),
        sa.Column("how", sa.String(16), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_audit_checks_asked_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checks")),
    )


def _chain(connection: sa.Connection) -> tuple[int, str]:
    """Number what is there anew, without gaps, and chain it; return the last number and hash."""
    number, last, seen = 0, BEGINNING, 0
    columns = (ENTRIES.c.id, ENTRIES.c.at, ENTRIES.c.actor_id, ENTRIES.c.action, ENTRIES.c.target)
    # As it was written, whatever the database's type for JSON is.
    details = sa.cast(ENTRIES.c.details, sa.Text()).label("details")
    chained = (
        sa.update(ENTRIES)
        .where(ENTRIES.c.id == sa.bindparam("old"))
        .values({name: sa.bindparam(name) for name in ("id", "previous", "hash")})
    )
    while True:
        statement = sa.select(*columns, details).where(ENTRIES.c.id > seen)
        rows = connection.execute(statement.order_by(ENTRIES.c.id).limit(AT_ONCE)).all()
        if not rows:
            return number, last
        written = []
        for row in rows:
            number, previous = number + 1, last
            given = json.loads(row.details)
            last = entry_hash(number, row.at, row.actor_id, row.action, row.target, given, previous)
            written.append({"old": row.id, "id": number, "previous": previous, "hash": last})
        # A number is never above the old one, and all below that are taken care of.
        connection.execute(chained, written)
        seen = rows[-1].id
