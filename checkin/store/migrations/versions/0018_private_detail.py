"""What was heard, and who said it, is sealed on a case's timeline as well: only codes stay in the open."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_events", sa.Column("private", sa.LargeBinary))


def downgrade() -> None:
    op.drop_column("case_events", "private")
