"""One meeting can be moved, held elsewhere or run by somebody else; who came; calendars at an address of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("meetings", sa.Column("by_hand", sa.Boolean, server_default=sa.text("false"), nullable=False))
    op.add_column("meetings", sa.Column("sequence", sa.SmallInteger, server_default=sa.text("0"), nullable=False))
    op.add_column("meetings", sa.Column("changed_at", _AT, server_default=sa.text("now()"), nullable=False))
    for name in ("moved", "by_hand"):
        op.add_column("occurrences", sa.Column(name, sa.Boolean, server_default=sa.text("false"), nullable=False))
    for name in ("version", "newcomers"):
        op.add_column("occurrences", sa.Column(name, sa.SmallInteger, server_default=sa.text("0"), nullable=False))
    for name in ("was_at", "next_due_at"):
        op.add_column("occurrences", sa.Column(name, _AT))
    for name in ("venue", "directions", "access"):
        op.add_column("occurrences", sa.Column(name, sa.Text))
    op.add_column("occurrences", sa.Column("runs_id", sa.Uuid))
    op.create_foreign_key(
        op.f("fk_occurrences_runs_id"), "occurrences", "people", ["runs_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_occurrences_due", "occurrences", ["next_due_at"], postgresql_where=sa.text("next_due_at IS NOT NULL")
    )
    _changes()
    _attendances()
    _calendars()


def _changes() -> None:
    op.create_table(
        "meeting_changes",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("occurrence_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.SmallInteger, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("by", sa.Uuid),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("was_at", _AT, nullable=False),
        sa.Column("now_at", _AT, nullable=False),
        sa.CheckConstraint(
            "kind IN ('moved', 'place', 'cancelled', 'restored', 'runs')", name=op.f("ck_meeting_changes_kind")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrences.id"], name=op.f("fk_meeting_changes_occurrence_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_meeting_changes_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_changes")),
    )
    op.create_index("ix_meeting_changes_occurrence", "meeting_changes", ["occurrence_id", "version"], unique=True)


def _attendances() -> None:
    op.create_table(
        "attendances",
        sa.Column("occurrence_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("came", sa.Boolean, nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("by", sa.Uuid),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrences.id"], name=op.f("fk_attendances_occurrence_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_attendances_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by"], ["people.id"], name=op.f("fk_attendances_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("occurrence_id", "person_id", name=op.f("pk_attendances")),
    )
    op.create_index(op.f("ix_attendances_person_id"), "attendances", ["person_id"])


def _calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column("group_id", sa.Uuid),
        sa.Column("made_at", _AT, nullable=False),
        sa.Column("made_by", sa.Uuid),
        sa.CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_calendars_whose")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calendars_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_calendars_group_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["made_by"], ["people.id"], name=op.f("fk_calendars_made_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendars")),
        sa.UniqueConstraint("person_id", name=op.f("uq_calendars_person_id")),
        sa.UniqueConstraint("group_id", name=op.f("uq_calendars_group_id")),
    )


def downgrade() -> None:
    for table in ("calendars", "attendances", "meeting_changes"):
        op.drop_table(table)
    op.drop_index("ix_occurrences_due", "occurrences")
    for name in ("moved", "by_hand", "version", "newcomers", "was_at", "next_due_at", "venue", "directions", "access",
                 "runs_id"):  # fmt: skip
        op.drop_column("occurrences", name)
    for name in ("by_hand", "sequence", "changed_at"):
        op.drop_column("meetings", name)
