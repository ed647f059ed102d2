"""reports, decisions and appeals

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from enterprise_social.core.db import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = (
    "moderation_cases",
    "moderation_decisions",
    "moderation_events",
    "moderation_reports",
    "moderation_appeals",
    "moderation_sanctions",
)


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "moderation_cases",
        sa.Column("id", big, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("target_kind", sa.String(16), nullable=False),
        sa.Column("target_id", big, nullable=False),
        sa.Column("channel_id", big, nullable=True),
        sa.Column("post_id", big, nullable=True),
        sa.Column("author_id", big, nullable=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("context_ids", sa.JSON(), nullable=False),
        sa.Column("report_count", sa.Integer(), nullable=False),
        sa.Column("opened_by_id", big, nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("assignee_id", big, nullable=True),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["people.id"], name=op.f("fk_moderation_cases_assignee_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_moderation_cases_author_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["people.id"], name=op.f("fk_moderation_cases_opened_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_cases")),
    )
    op.create_index("ix_moderation_cases_author", "moderation_cases", ["author_id", "opened_at"])
    op.create_index(
        "ix_moderation_cases_channel",
        "moderation_cases",
        ["channel_id", "state", "opened_at", "id"],
    )
    op.create_index("ix_moderation_cases_decided", "moderation_cases", ["decided_at"])
    op.create_index("ix_moderation_cases_post", "moderation_cases", ["post_id"])
    op.create_index("ix_moderation_cases_state", "moderation_cases", ["state", "opened_at", "id"])
    op.create_index(
        "uq_moderation_cases_open",
        "moderation_cases",
        ["target_kind", "target_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "moderation_decisions",
        sa.Column("id", big, nullable=False),
        sa.Column("case_id", big, nullable=False),
        sa.Column("decider_id", big, nullable=True),
        sa.Column("act", sa.String(16), nullable=False),
        sa.Column("sanction", sa.String(16), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("message", sa.String(1000), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("undone_at", UTCDateTime(), nullable=True),
        sa.Column("undone_by_id", big, nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_cases.id"],
            name=op.f("fk_moderation_decisions_case_id_moderation_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decider_id"], ["people.id"], name=op.f("fk_moderation_decisions_decider_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"],
            ["people.id"],
            name=op.f("fk_moderation_decisions_undone_by_id_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_decisions")),
    )
    op.create_index("ix_moderation_decisions_at", "moderation_decisions", ["at"])
    op.create_index(op.f("ix_moderation_decisions_case_id"), "moderation_decisions", ["case_id"])
    op.create_table(
        "moderation_events",
        sa.Column("id", big, nullable=False),
        sa.Column("case_id", big, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", big, nullable=True),
        sa.Column("what", sa.String(16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_moderation_events_actor_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_cases.id"],
            name=op.f("fk_moderation_events_case_id_moderation_cases"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_events")),
    )
    op.create_index(op.f("ix_moderation_events_case_id"), "moderation_events", ["case_id"])
    op.create_table(
        "moderation_reports",
        sa.Column("id", big, nullable=False),
        sa.Column("case_id", big, nullable=False),
        sa.Column("reporter_id", big, nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["moderation_cases.id"],
            name=op.f("fk_moderation_reports_case_id_moderation_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reporter_id"], ["people.id"], name=op.f("fk_moderation_reports_reporter_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_reports")),
        sa.UniqueConstraint(
            "case_id", "reporter_id", name=op.f("uq_moderation_reports_case_id_reporter_id")
        ),
    )
    op.create_index(op.f("ix_moderation_reports_case_id"), "moderation_reports", ["case_id"])
    op.create_index(
        "ix_moderation_reports_reporter", "moderation_reports", ["reporter_id", "at", "id"]
    )
    op.create_table(
        "moderation_appeals",
        sa.Column("id", big, nullable=False),
        sa.Column("decision_id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("judge_id", big, nullable=True),
        sa.Column("judged_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["moderation_decisions.id"],
            name=op.f("fk_moderation_appeals_decision_id_moderation_decisions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["people.id"], name=op.f("fk_moderation_appeals_judge_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_moderation_appeals_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_appeals")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_moderation_appeals_decision_id")),
    )
    op.create_index(op.f("ix_moderation_appeals_person_id"), "moderation_appeals", ["person_id"])
    op.create_table(
        "moderation_sanctions",
        sa.Column("id", big, nullable=False),
        sa.Column("decision_id", big, nullable=False),
        sa.Column("person_id", big, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("channel_id", big, nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["moderation_decisions.id"],
            name=op.f("fk_moderation_sanctions_decision_id_moderation_decisions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_moderation_sanctions_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moderation_sanctions")),
    )
    op.create_index(
        op.f("ix_moderation_sanctions_decision_id"), "moderation_sanctions", ["decision_id"]
    )
    op.create_index(
        "ix_moderation_sanctions_person", "moderation_sanctions", ["person_id", "kind", "until"]
    )
    op.add_column("posts", sa.Column("locked_at", UTCDateTime(), nullable=True))
    op.add_column("notifications", sa.Column("case_id", big, nullable=True))


def downgrade() -> None:
    op.drop_column("notifications", "case_id")
    op.drop_column("posts", "locked_at")
    for table in reversed(TABLES):
        op.drop_table(table)
