"""Organisations are found by their names, misspelt too."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Where PostgreSQL cannot tell what is alike, nothing looks for it either.
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")):
        op.create_index(
            "ix_directory_organisations_name",
            "directory_organisations",
            ["name"],
            unique=False,
            postgresql_using="gin",
            postgresql_ops={"name": "gin_trgm_ops"},
        )


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS ix_directory_organisations_name")
