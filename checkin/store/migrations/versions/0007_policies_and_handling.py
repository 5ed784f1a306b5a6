"""Policies, codes, and how a case is handled: sign of life, help arrived, offered, resting, overdue, merged."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BY_TWO = "status <> 'closed' OR severity <> 'red' OR "
_TWO = "coalesce(closed_by <> close_asked_by, false)"
_MOMENTS = ("alarm_at", "alive_at", "arrived_at", "snoozed_until", "overdue_at")
_COUNTS = ("page_step", "checks")


def upgrade() -> None:
    for name in _MOMENTS:
        op.add_column("cases", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for name in _COUNTS:
        op.add_column("cases", sa.Column(name, sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("cases", sa.Column("offered_to", sa.Uuid(), nullable=True))
    op.add_column("cases", sa.Column("merged_into", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_cases_offered_to"), "cases", "people", ["offered_to"], ["id"])
    op.create_foreign_key(op.f("fk_cases_merged_into"), "cases", "cases", ["merged_into"], ["id"])
    op.drop_constraint(op.f("ck_cases_red_closed_by_two"), "cases")
    op.create_check_constraint(
        op.f("ck_cases_red_closed_by_two"), "cases", f"{_BY_TWO}merged_into IS NOT NULL OR {_TWO}"
    )
    op.create_check_constraint(
        op.f("ck_cases_merged"), "cases", "merged_into IS NULL OR (status = 'closed' AND merged_into <> id)"
    )
    op.create_check_constraint(op.f("ck_cases_offered"), "cases", "offered_to IS NULL OR status = 'taken'")
    op.create_check_constraint(op.f("ck_cases_red_never_rests"), "cases", "snoozed_until IS NULL OR severity <> 'red'")
    _join_strangers_cases()
    op.create_index(
        "uq_cases_stranger", "cases", ["phone_id"], unique=True,
        postgresql_where=sa.text("status <> 'closed' AND person_id IS NULL"),
    )  # fmt: skip
    op.create_index("ix_cases_alarm", "cases", ["alarm_at"], postgresql_where=sa.text("alarm_at IS NOT NULL"))
    op.create_table(
        "codes",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_codes_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_codes")),
    )
    op.create_index("ix_codes_case", "codes", ["case_id", "at"])
    op.create_table(
        "policies",
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("rule", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("severity IN ('red', 'amber', 'task')", name=op.f("ck_policies_severity")),
        sa.CheckConstraint("coalesce(jsonb_array_length(rule -> 'steps'), 0) > 0", name=op.f("ck_policies_steps")),
        sa.PrimaryKeyConstraint("severity", name=op.f("pk_policies")),
    )


def _join_strangers_cases() -> None:
    """Of two open cases of one unknown phone, which could be stored before, the later becomes part of the first."""
    op.execute(
        """
        WITH doubles AS (
            SELECT id, first_value(id) OVER (PARTITION BY phone_id ORDER BY opened_at, id) AS first FROM cases
            WHERE status <> 'closed' AND person_id IS NULL AND phone_id IS NOT NULL
        )
        UPDATE cases SET status = 'closed', closed_at = now(), merged_into = doubles.first
        FROM doubles WHERE doubles.id = cases.id AND doubles.first <> cases.id
        """
    )


def downgrade() -> None:
    op.drop_table("policies")
    op.drop_table("codes")
    op.drop_index("ix_cases_alarm", "cases")
    op.drop_index("uq_cases_stranger", "cases")
    for name in ("red_never_rests", "offered", "merged", "red_closed_by_two"):
        op.drop_constraint(op.f(f"ck_cases_{name}"), "cases")
    op.create_check_constraint(op.f("ck_cases_red_closed_by_two"), "cases", _BY_TWO + _TWO)
    for name in ("merged_into", "offered_to", *_COUNTS, *_MOMENTS):
        op.drop_column("cases", name)
