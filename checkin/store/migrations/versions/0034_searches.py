"""What was found for somebody, calls put through to services, and groups that are tried."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("show_number", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_table(
        "searches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_searches_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_searches")),
        sa.UniqueConstraint("person_id", name=op.f("uq_searches_person_id")),
    )
    outcomes = "'asked', 'ringing', 'talked', 'busy', 'no_answer', 'failed'"
    op.create_table(
        "through_calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("service", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="asked", nullable=False),
        sa.Column("seconds", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("helped", sa.Text()),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(f"outcome IN ({outcomes})", name=op.f("ck_through_calls_outcome")),
        sa.CheckConstraint("helped IN ('yes', 'no', 'maybe')", name=op.f("ck_through_calls_helped")),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_through_calls_seconds")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_through_calls_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_through_calls")),
    )
    op.create_index("ix_through_calls_person", "through_calls", ["person_id", "at"])
    op.add_column("groups", sa.Column("about", sa.Text()))
    op.add_column("groups", sa.Column("expect", sa.Text()))
    op.drop_constraint(op.f("ck_memberships_role"), "memberships")
    op.create_check_constraint(
        op.f("ck_memberships_role"), "memberships", "role IN ('member', 'facilitator', 'cover', 'trying')"
    )
    op.create_table(
        "trials",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True)),
        sa.Column("status", sa.Text(), server_default="trying", nullable=False),
        sa.Column("put_off", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("greeted_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("status IN ('trying', 'yes', 'no', 'unsaid', 'left')", name=op.f("ck_trials_status")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_trials_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_trials_group_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
    )
    op.create_index(op.f("ix_trials_person_id"), "trials", ["person_id"])
    op.create_index(op.f("ix_trials_group_id"), "trials", ["group_id"])


def downgrade() -> None:
    op.drop_table("trials")
    op.execute("DELETE FROM memberships WHERE role = 'trying'")
    op.drop_constraint(op.f("ck_memberships_role"), "memberships")
    op.create_check_constraint(op.f("ck_memberships_role"), "memberships", "role IN ('member', 'facilitator', 'cover')")
    op.drop_column("groups", "expect")
    op.drop_column("groups", "about")
    op.drop_table("through_calls")
    op.drop_table("searches")
    op.drop_column("people", "show_number")
