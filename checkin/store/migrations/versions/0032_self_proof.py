"""The line proves itself: which moment of a plan was done last, and what the auditor has found."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plans", sa.Column("last_due_at", sa.DateTime(timezone=True)))
    op.create_index("ix_plans_last_due", "plans", ["last_due_at"])
    op.create_index(
        "ix_check_ins_unconfirmed", "check_ins", ["person_id"], postgresql_where=sa.text("status = 'unconfirmed'")
    )
    op.create_table(
        "findings",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("many", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("what", name=op.f("pk_findings")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_findings_case_id_cases"), ondelete="SET NULL"),
    )


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_index("ix_check_ins_unconfirmed", "check_ins")
    op.drop_index("ix_plans_last_due", "plans")
    op.drop_column("plans", "last_due_at")
