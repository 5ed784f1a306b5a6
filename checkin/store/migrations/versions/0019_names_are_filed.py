"""Names are filed under keyed hashes, so that staff find somebody without anything being opened."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "name_marks",
        sa.Column("mark", sa.LargeBinary, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("mark", "person_id", name="pk_name_marks"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_name_marks_person_id_people", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_name_marks_person_id", "name_marks", ["person_id"])


def downgrade() -> None:
    op.drop_table("name_marks")
