"""A person may have a PIN that is asked for before anything private is said in a call."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("pin", sa.LargeBinary()))
    op.add_column("people", sa.Column("pin_wrong", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("people", sa.Column("pin_wrong_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    for column in ("pin_wrong_at", "pin_wrong", "pin"):
        op.drop_column("people", column)
