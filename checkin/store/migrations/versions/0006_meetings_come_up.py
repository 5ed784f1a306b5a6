"""Meetings come up: who is reminded of which, what they say about coming, and which are cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "meetings", sa.Column("reminders", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("meetings", sa.Column("next_due_at", sa.DateTime(timezone=True)))
    op.create_index("ix_meetings_due", "meetings", ["next_due_at"], postgresql_where=sa.text("next_due_at IS NOT NULL"))
    op.create_table(
        "occurrences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), server_default="planned", nullable=False),
        sa.CheckConstraint("status IN ('planned', 'cancelled')", name=op.f("ck_occurrences_status")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_occurrences_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrences")),
        sa.UniqueConstraint("meeting_id", "day", name=op.f("uq_occurrences_meeting_id_day")),
    )
    for name, columns, key in (
        (
            "reminders",
            [sa.Column("days_before", sa.SmallInteger(), autoincrement=False, nullable=False)],
            ["days_before"],
        ),
        (
            "rsvps",
            [
                sa.Column("answer", sa.Text()),
                sa.Column("messages", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
                sa.CheckConstraint("answer IN ('yes', 'no', 'maybe')", name=op.f("ck_rsvps_answer")),
            ],
            [],
        ),
    ):
        op.create_table(
            name,
            sa.Column("occurrence_id", sa.Uuid(), nullable=False),
            sa.Column("person_id", sa.Uuid(), nullable=False),
            *columns,
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["occurrence_id"], ["occurrences.id"], name=op.f(f"fk_{name}_occurrence_id"), ondelete="CASCADE"
            ),
            sa.ForeignKeyConstraint(
                ["person_id"], ["people.id"], name=op.f(f"fk_{name}_person_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("occurrence_id", "person_id", *key, name=op.f(f"pk_{name}")),
        )
        op.create_index(op.f(f"ix_{name}_person_id"), name, ["person_id"])


def downgrade() -> None:
    for name in ("rsvps", "reminders", "occurrences"):
        op.drop_table(name)
    op.drop_index("ix_meetings_due", "meetings")
    op.drop_column("meetings", "next_due_at")
    op.drop_column("meetings", "reminders")
