"""What platforms bring by themselves is kept until it was handled"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("lane", sa.String(length=100), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("handled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("lane", "number", name="pk_inbox"),
    )
    waits = sa.text("handled_at IS NULL")
    op.create_index(
        "ix_inbox_waiting", "inbox", ["lane", "number"], sqlite_where=waits, postgresql_where=waits
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])
