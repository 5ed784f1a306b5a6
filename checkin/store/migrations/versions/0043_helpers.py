"""Who runs a group and who covers, chosen by staff: a file leaves that alone."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("groups", sa.Column("helpers_by_hand", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    op.drop_column("groups", "helpers_by_hand")
