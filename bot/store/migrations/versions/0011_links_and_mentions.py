"""Chats that are managed from private chats, and the roles that a subscription mentions"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("subscriptions") as batch:
        batch.add_column(sa.Column("mention", sa.String(length=100), server_default="", nullable=False))
    op.create_table(
        "chat_links",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name="fk_chat_links_chat_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["target_id"], ["chats.id"], name="fk_chat_links_target_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", name="pk_chat_links"),
    )
    op.create_index("ix_chat_links_target_id", "chat_links", ["target_id"])
