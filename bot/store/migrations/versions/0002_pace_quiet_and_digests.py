"""Pace, quiet hours, digests, and the books of what was held back"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTIAL = (
    (
        "ix_deliveries_ready",
        "state = 'pending' AND NOT held",
        ["lane", "priority", "id", "chat_id", "state", "held"],
    ),
    ("ix_deliveries_held", "state = 'pending' AND held", ["lane", "not_before"]),
    ("ix_deliveries_sending", "state = 'sending'", ["lane"]),
    ("ix_deliveries_expiring", "state = 'pending'", ["lane", "expires_at"]),
    ("ix_deliveries_owed", "state = 'pending'", ["chat_id", "kind", "id"]),
    ("ix_deliveries_folded", "state = 'folded'", ["folded_into"]),
    ("ix_deliveries_failed", "state = 'failed'", ["id"]),
)


def upgrade() -> None:
    op.add_column("chats", sa.Column("manner", sa.JSON(), nullable=True))
    op.add_column("chats", sa.Column("digested_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("subscriptions", sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_subscriptions_rule_key", table_name="subscriptions")
    op.create_index("ix_subscriptions_rule_key_chat_id", "subscriptions", ["rule_key", "chat_id"])
    _deliveries()
    _tables()
    # A row that waited for its time, or for its chat, is now held until then.
    op.execute(
        "UPDATE deliveries SET held = (1 = 1) WHERE state = 'pending' AND (not_before IS NOT NULL "
        "OR chat_id IN (SELECT id FROM chats WHERE state = 'paused'))"
    )


def _deliveries() -> None:
    for column in (
        sa.Column("held", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("gather", sa.String(length=10), server_default="", nullable=False),
        sa.Column("folded_into", sa.Integer(), nullable=True),
        sa.Column("lost_answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("deliveries", column)
    op.drop_index("ix_deliveries_open", table_name="deliveries")
    for name, where, columns in PARTIAL:
        condition = sa.text(where)
        op.create_index(name, "deliveries", columns, sqlite_where=condition, postgresql_where=condition)
    op.create_index("ix_deliveries_updated_at_state", "deliveries", ["updated_at", "state"])


def _tables() -> None:
    op.create_table(
        "holdbacks",
        _key("chat_id", "chats.id", "fk_holdbacks_chat_id"),
        _key("story_id", "stories.id", "fk_holdbacks_story_id"),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "story_id", name="pk_holdbacks"),
    )
    op.create_index("ix_holdbacks_story_id", "holdbacks", ["story_id"])
    op.create_index("ix_holdbacks_at", "holdbacks", ["at"])
    op.create_table(
        "story_mutes",
        _key("chat_id", "chats.id", "fk_story_mutes_chat_id"),
        _key("story_id", "stories.id", "fk_story_mutes_story_id"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("chat_id", "story_id", name="pk_story_mutes"),
    )
    op.create_index("ix_story_mutes_story_id", "story_mutes", ["story_id"])
    op.create_table(
        "lanes",
        sa.Column("lane", sa.String(length=100), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("lane", name="pk_lanes"),
    )
    op.create_table(
        "job_slots",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_job_slots"),
    )
    op.create_table(
        "alarms",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_alarms"),
    )


def _key(name: str, target: str, constraint: str) -> sa.Column[int]:
    reference = sa.ForeignKey(target, name=constraint, ondelete="CASCADE")
    return sa.Column(name, sa.Integer(), reference, nullable=False)
