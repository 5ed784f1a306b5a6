"""How often the same text came from a telephone, and when it was answered of late."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("phones", sa.Column("manners", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("phones", "manners")
