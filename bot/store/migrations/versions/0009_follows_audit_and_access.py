"""Stories that chats follow, who changed what, and which chats are served"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "story_follows",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("told", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name="fk_story_follows_chat_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["story_id"], ["stories.id"], name="fk_story_follows_story_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "story_id", name="pk_story_follows"),
    )
    op.create_index("ix_story_follows_story_id", "story_follows", ["story_id"])
    op.create_index("ix_story_follows_until", "story_follows", ["until"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("lane", sa.String(length=100), nullable=False),
        sa.Column("chat", sa.String(length=100), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=500), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_lane_chat_id", "audit", ["lane", "chat", "id"])
    op.create_index("ix_audit_who", "audit", ["who"])
    op.create_table(
        "chat_access",
        sa.Column("platform", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=100), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("platform", "chat", name="pk_chat_access"),
    )
