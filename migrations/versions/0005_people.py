"""people: profiles, fields, skills, groups, the directory, lists of people

Revision ID: 0005
Revises: 0004
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _by_code_point(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "directory_words",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("word", _by_code_point(60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_words")),
        sa.UniqueConstraint("word", name=op.f("uq_directory_words_word")),
    )
    op.create_table(
        "hidden_fields",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_hidden_fields")),
    )
    op.create_table(
        "profile_fields",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("hint", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("editor", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_fields")),
        sa.UniqueConstraint("key", name=op.f("uq_profile_fields_key")),
    )
    op.create_table(
        "directory_postings",
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("word", _by_code_point(60), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "source",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_directory_postings_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "kind", "word", "person_id", "source", name=op.f("pk_directory_postings")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_directory_postings_person", "directory_postings", ["person_id", "word"], unique=False
    )
    op.create_table(
        "directory_spellings",
        sa.Column("key", _by_code_point(8), nullable=False),
        sa.Column("word_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["word_id"],
            ["directory_words.id"],
            name=op.f("fk_directory_spellings_word_id_directory_words"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key", "word_id", name=op.f("pk_directory_spellings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_directory_spellings_word", "directory_spellings", ["word_id"], unique=False)
    op.create_table(
        "groups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("purpose", sa.String(length=250), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("rule_text", sa.String(length=2000), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=True),
        sa.Column("callers", sa.String(length=16), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_groups_created_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("slug", name=op.f("uq_groups_slug")),
    )
    op.create_index("ix_groups_name", "groups", ["name", "id"], unique=False)
    op.create_table(
        "people_imports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "confirmed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("done_rows", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["people.id"],
            name=op.f("fk_people_imports_confirmed_by_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_people_imports_created_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_imports")),
    )
    op.create_index(op.f("ix_people_imports_state"), "people_imports", ["state"], unique=False)
    op.create_table(
        "people_import_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "import_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["people_imports.id"],
            name=op.f("fk_people_import_lines_import_id_people_imports"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_people_import_lines_person_id_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import_lines")),
    )
    op.create_index(
        "ix_people_import_lines_kind",
        "people_import_lines",
        ["import_id", "kind", "id"],
        unique=False,
    )
    op.create_index(
        "ix_people_import_lines_line", "people_import_lines", ["import_id", "line"], unique=False
    )
    op.create_index(
        "ix_people_import_lines_state",
        "people_import_lines",
        ["import_id", "state", "depth", "id"],
        unique=False,
    )
    op.create_table(
        "person_photos",
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("crop", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_person_photos_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_photos")),
        sa.UniqueConstraint("token", name=op.f("uq_person_photos_token")),
    )
    op.create_table(
        "profile_changes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["people.id"], name=op.f("fk_profile_changes_actor_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_profile_changes_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_changes")),
    )
    op.create_index(
        "ix_profile_changes_person", "profile_changes", ["person_id", "id"], unique=False
    )
    op.create_table(
        "profile_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("organisation", sa.String(length=160), nullable=False),
        sa.Column("from_month", sa.String(length=7), nullable=True),
        sa.Column("until_month", sa.String(length=7), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_profile_entries_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile_entries")),
    )
    op.create_index(
        op.f("ix_profile_entries_person_id"), "profile_entries", ["person_id"], unique=False
    )
    op.create_table(
        "profile_values",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("field_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("named_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["profile_fields.id"],
            name=op.f("fk_profile_values_field_id_profile_fields"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["named_id"], ["people.id"], name=op.f("fk_profile_values_named_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_profile_values_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "field_id", name=op.f("pk_profile_values")),
    )
    op.create_index(
        "ix_profile_values_field", "profile_values", ["field_id", "person_id"], unique=False
    )
    op.create_table(
        "profiles",
        sa.Column(
            "person_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("about_html", sa.Text(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("works_on", sa.JSON(), nullable=False),
        sa.Column("works_from", sa.Integer(), nullable=True),
        sa.Column("works_until", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_profiles_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_profiles")),
    )
    op.create_table(
        "skills",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("people_count", sa.Integer(), nullable=False),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_skills_created_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["skills.id"], name=op.f("fk_skills_merged_into_id_skills")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skills")),
        sa.UniqueConstraint("key", name=op.f("uq_skills_key")),
    )
    op.create_index(op.f("ix_skills_merged_into_id"), "skills", ["merged_into_id"], unique=False)
    op.create_table(
        "channel_groups",
        sa.Column(
            "channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["people.id"], name=op.f("fk_channel_groups_added_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name=op.f("fk_channel_groups_channel_id_channels"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_channel_groups_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", "group_id", name=op.f("pk_channel_groups")),
    )
    op.create_index(
        op.f("ix_channel_groups_group_id"), "channel_groups", ["group_id"], unique=False
    )
    op.create_table(
        "channel_kept_out",
        sa.Column(
            "channel_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_id"],
            ["channels.id"],
            name=op.f("fk_channel_kept_out_channel_id_channels"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_channel_kept_out_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("channel_id", "person_id", name=op.f("pk_channel_kept_out")),
    )
    op.create_table(
        "endorsements",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "endorser_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("praise", sa.String(length=280), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["endorser_id"],
            ["people.id"],
            name=op.f("fk_endorsements_endorser_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_endorsements_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills.id"],
            name=op.f("fk_endorsements_skill_id_skills"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "skill_id", "endorser_id", name=op.f("pk_endorsements")
        ),
    )
    op.create_index(
        op.f("ix_endorsements_endorser_id"), "endorsements", ["endorser_id"], unique=False
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_group_members_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_group_members_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "person_id", name=op.f("pk_group_members")),
    )
    op.create_index(
        "ix_group_members_person", "group_members", ["person_id", "group_id"], unique=False
    )
    op.create_table(
        "person_skills",
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("skill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("endorsement_count", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_person_skills_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["skill_id"],
            ["skills.id"],
            name=op.f("fk_person_skills_skill_id_skills"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "skill_id", name=op.f("pk_person_skills")),
    )
    op.create_index(
        "ix_person_skills_skill", "person_skills", ["skill_id", "person_id"], unique=False
    )
    op.add_column(
        "memberships",
        sa.Column("by_group", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "mentions",
        sa.Column("group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
    )
    op.add_column("people", sa.Column("employee_number", sa.String(length=40), nullable=True))
    op.add_column("people", sa.Column("started_on", sa.Date(), nullable=True))
    op.add_column(
        "people", sa.Column("photo", sa.String(length=32), server_default="", nullable=False)
    )
    op.create_index("ix_people_department", "people", ["department", "name", "id"], unique=False)
    op.create_index("ix_people_location", "people", ["location", "name", "id"], unique=False)
    op.create_index(
        "ix_people_listed_department",
        "people",
        ["department", "location", "is_bot"],
        unique=False,
        sqlite_where=sa.text("deactivated_at IS NULL"),
        postgresql_where=sa.text("deactivated_at IS NULL"),
    )
    op.create_index("ix_people_newest", "people", ["created_at", "id"], unique=False)
    op.create_index("ix_people_employee_number", "people", ["employee_number"], unique=True)
    op.create_index(
        "ix_people_former",
        "people",
        ["id"],
        unique=False,
        sqlite_where=sa.text("deactivated_at IS NOT NULL"),
        postgresql_where=sa.text("deactivated_at IS NOT NULL"),
    )
    op.add_column(
        "posts",
        sa.Column("mention_group_ids", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
    )
    _have_everyone_indexed()


def _have_everyone_indexed() -> None:
    """Leave a job for the worker: who was here before is to be found in the directory."""
    if op.get_bind().execute(sa.text("SELECT id FROM people LIMIT 1")).first() is None:
        return
    moment = sa.DateTime(timezone=True)
    jobs = sa.table(
        "outbox_jobs",
        *(sa.column(name) for name in ("listener", "event", "payload", "attempts")),
        sa.column("run_at", moment),
    )
    now = datetime.now(UTC)
    if op.get_bind().dialect.name == "sqlite":
        now = now.replace(tzinfo=None)
    job = {
        "listener": "people.listeners.the_directory_is_filled",
        "event": "people.DirectoryMissing",
        "payload": '{"after": 0}',
        "attempts": 0,
        "run_at": now,
    }
    op.bulk_insert(jobs, [job])


def downgrade() -> None:
    op.drop_column("posts", "mention_group_ids")
    op.drop_index("ix_people_former")
    op.drop_index("ix_people_employee_number")
    op.drop_index("ix_people_newest")
    op.drop_index("ix_people_listed_department")
    op.drop_index("ix_people_location")
    op.drop_index("ix_people_department")
    op.drop_column("people", "photo")
    op.drop_column("people", "started_on")
    op.drop_column("people", "employee_number")
    op.drop_column("mentions", "group_id")
    op.drop_column("memberships", "by_group")
    op.drop_index("ix_person_skills_skill")
    op.drop_table("person_skills")
    op.drop_index("ix_group_members_person")
    op.drop_table("group_members")
    op.drop_index(op.f("ix_endorsements_endorser_id"))
    op.drop_table("endorsements")
    op.drop_table("channel_kept_out")
    op.drop_index(op.f("ix_channel_groups_group_id"))
    op.drop_table("channel_groups")
    op.drop_index(op.f("ix_skills_merged_into_id"))
    op.drop_table("skills")
    op.drop_table("profiles")
    op.drop_index("ix_profile_values_field")
    op.drop_table("profile_values")
    op.drop_index(op.f("ix_profile_entries_person_id"))
    op.drop_table("profile_entries")
    op.drop_index("ix_profile_changes_person")
    op.drop_table("profile_changes")
    op.drop_table("person_photos")
    op.drop_table("people_import_lines")
    op.drop_index(op.f("ix_people_imports_state"))
    op.drop_table("people_imports")
    op.drop_index("ix_groups_name")
    op.drop_table("groups")
    op.drop_index("ix_directory_spellings_word")
    op.drop_table("directory_spellings")
    op.drop_index("ix_directory_postings_person")
    op.drop_table("directory_postings")
    op.drop_table("profile_fields")
    op.drop_table("hidden_fields")
    op.drop_table("directory_words")
