"""What was asked for and not found, as counts; and tips that somebody said are not right."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tips", sa.Column("reported_at", sa.DateTime(timezone=True)))
    op.create_table(
        "missing_needs",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("need", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.CheckConstraint("asked > 0", name=op.f("ck_missing_needs_asked")),
        sa.PrimaryKeyConstraint("day", "need", "district", name=op.f("pk_missing_needs")),
    )


def downgrade() -> None:
    op.drop_table("missing_needs")
    op.drop_column("tips", "reported_at")
