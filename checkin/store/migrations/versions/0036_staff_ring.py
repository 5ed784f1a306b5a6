"""Staff ring somebody from a case, through the line."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("relay_calls", "pair_id", nullable=True)
    op.add_column("relay_calls", sa.Column("case_id", sa.Uuid))
    op.create_foreign_key(
        op.f("fk_relay_calls_case_id"), "relay_calls", "cases", ["case_id"], ["id"], ondelete="CASCADE"
    )
    op.create_index(op.f("ix_relay_calls_case_id"), "relay_calls", ["case_id"])
    op.create_check_constraint(
        op.f("ck_relay_calls_one_subject"), "relay_calls", "(pair_id IS NULL) <> (case_id IS NULL)"
    )
