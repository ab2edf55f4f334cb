"""Subscriptions that are paused or told in digests, and words that were said to mean something else"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as batch:
        batch.add_column(sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column("digest", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "amendments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=True),
        sa.Column("subscription_id", sa.Integer(), nullable=True),
        sa.Column("entity", sa.String(length=100), server_default="", nullable=False),
        sa.Column("phrase", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=300), server_default="", nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_amendments_chat_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_amendments"),
    )
    op.create_index("ix_amendments_state_id", "amendments", ["state", "id"])
    op.create_index("ix_amendments_chat_id", "amendments", ["chat_id"])
