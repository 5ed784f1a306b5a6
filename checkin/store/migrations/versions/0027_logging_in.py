"""A log-in is a row: sessions, second factors, invitations, and what was being written when a log-in ran out."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_STAMP = sa.DateTime(timezone=True)


def _whose(*, primary_key: bool = False) -> list[sa.schema.SchemaItem]:
    return [sa.Column("person_id", sa.Uuid, primary_key=primary_key, nullable=False)]


def _staff(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_person_id"
    return sa.ForeignKeyConstraint(["person_id"], ["staff.person_id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.add_column("staff", sa.Column("ended_at", _STAMP))
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_whose(),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("mark", sa.Text, nullable=False),
        sa.Column("whole", sa.Boolean, nullable=False),
        sa.Column("began_at", _STAMP, nullable=False),
        sa.Column("seen_at", _STAMP, nullable=False),
        sa.Column("proved_at", _STAMP, nullable=False),
        sa.Column("ended_at", _STAMP),
        sa.Column("seen_by", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
        _staff("sessions"),
    )
    op.create_table(
        "factors",
        *_whose(primary_key=True),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("proposed", sa.LargeBinary),
        sa.Column("confirmed_at", _STAMP),
        sa.Column("last_step", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint("(secret IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_factors_confirmed")),
        _staff("factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_whose(),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("used_at", _STAMP),
        _staff("recovery_codes"),
    )
    op.create_table(
        "invitations",
        *_whose(primary_key=True),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("made_by", sa.Uuid),
        sa.Column("expires_at", _STAMP, nullable=False),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        _staff("invitations"),
    )
    op.create_table(
        "kept_forms",
        sa.Column("id", sa.Uuid, primary_key=True),
        *_whose(),
        sa.Column("at", _STAMP, nullable=False),
        sa.Column("expires_at", _STAMP, nullable=False),
        sa.Column("form", sa.LargeBinary, nullable=False),
        _staff("kept_forms"),
    )
    for table in ("sessions", "recovery_codes", "kept_forms"):
        op.create_index(f"ix_{table}_person_id", table, ["person_id"])


def downgrade() -> None:
    for table in ("kept_forms", "invitations", "recovery_codes", "factors", "sessions"):
        op.drop_table(table)
    op.drop_column("staff", "ended_at")
