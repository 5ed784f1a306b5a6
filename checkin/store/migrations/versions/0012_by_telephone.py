"""How a person is treated on the telephone: a code word, missed calls that count, and the text relay service."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_FLAGS = ("missed_call_ok", "text_relay")


def upgrade() -> None:
    op.add_column("people", sa.Column("code_word", sa.LargeBinary()))
    for flag in _FLAGS:
        op.add_column("people", sa.Column(flag, sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    for column in (*_FLAGS, "code_word"):
        op.drop_column("people", column)
