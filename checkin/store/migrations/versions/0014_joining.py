"""People join a group by its code, and are asked first."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("groups", sa.Column("join_code", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_groups_join_code"), "groups", ["join_code"])
    op.add_column("memberships", sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "people",
        sa.Column("invited_to", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "people", sa.Column("own", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.drop_constraint(op.f("ck_people_status"), "people")
    op.create_check_constraint(
        op.f("ck_people_status"), "people", "status IN ('invited', 'active', 'suspended', 'ended')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_people_status"), "people")
    op.create_check_constraint(op.f("ck_people_status"), "people", "status IN ('active', 'suspended', 'ended')")
    op.drop_column("people", "own")
    op.drop_column("people", "invited_to")
    op.drop_column("memberships", "joined_at")
    op.drop_constraint(op.f("uq_groups_join_code"), "groups")
    op.drop_column("groups", "join_code")
