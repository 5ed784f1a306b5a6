"""Whatever was held back, and whoever was not asked, is kept with its reason."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.SmallInteger, server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "why", name="pk_holds"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_holds_message_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_holds_person_id", ondelete="CASCADE"),
    )
    op.create_index("ix_holds_person", "holds", ["person_id", "at"])
    op.create_index("ix_holds_at", "holds", ["at"])
    op.create_index(
        "ix_messages_not_sent", "messages", ["at"], postgresql_where=sa.text("status IN ('dropped', 'failed')")
    )
    op.add_column("check_ins", sa.Column("why", sa.Text))
    op.create_check_constraint("left_out", "check_ins", "(coalesce(how, '') = 'left_out') = (why IS NOT NULL)")
    op.create_check_constraint("no_answer", "check_ins", "why IS NULL OR answer IS NULL")
    op.create_index("ix_check_ins_left_out", "check_ins", ["due_at"], postgresql_where=sa.text("why IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_check_ins_left_out", "check_ins")
    op.drop_constraint(op.f("ck_check_ins_no_answer"), "check_ins")
    op.drop_constraint(op.f("ck_check_ins_left_out"), "check_ins")
    op.drop_column("check_ins", "why")
    op.drop_index("ix_messages_not_sent", "messages")
    op.drop_table("holds")
