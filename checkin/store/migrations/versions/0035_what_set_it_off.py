"""What set off what is owed and what is still to come, as the logs call it."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("trace", sa.Uuid()))
    op.add_column("timers", sa.Column("trace", sa.Uuid()))


def downgrade() -> None:
    op.drop_column("timers", "trace")
    op.drop_column("messages", "trace")
