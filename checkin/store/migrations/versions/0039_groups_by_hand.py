"""Groups that staff look after in the console."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("groups", sa.Column("by_hand", sa.Boolean, nullable=False, server_default=sa.text("false")))
