"""Tips: what helped a member, offered to others, and who has heard which."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tips",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("topics", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("status", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("status IN ('waiting', 'approved', 'declined')", name=op.f("ck_tips_status")),
        sa.CheckConstraint("(status = 'waiting') = (decided_at IS NULL)", name=op.f("ck_tips_decided")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tips_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decided_by"], ["people.id"], name=op.f("fk_tips_decided_by"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tips")),
    )
    op.create_index("ix_tips_waiting", "tips", ["at"], postgresql_where=sa.text("status = 'waiting'"))
    op.create_index(op.f("ix_tips_person_id"), "tips", ["person_id"])
    op.create_table(
        "tip_hearings",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_tip_hearings_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tips.id"], name=op.f("fk_tip_hearings_tip_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "tip_id", name=op.f("pk_tip_hearings")),
    )
    op.create_index(op.f("ix_tip_hearings_tip_id"), "tip_hearings", ["tip_id"])


def downgrade() -> None:
    op.drop_table("tip_hearings")
    op.drop_table("tips")
