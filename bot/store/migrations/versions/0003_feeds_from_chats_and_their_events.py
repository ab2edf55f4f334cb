"""Feeds that were added in a chat, where feeds moved to, and what happened to them"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("origin", sa.String(length=10), server_default="config", nullable=False),
        sa.Column("stopped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("moved_to", sa.String(length=2048), nullable=True),
        sa.Column("proxy", sa.String(length=2048), nullable=True),
        sa.Column("backup", sa.String(length=2048), nullable=True),
        sa.Column("silent_after", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("feeds", column)
    reference = sa.ForeignKey("feeds.id", name="fk_feed_events_feed_id", ondelete="CASCADE")
    op.create_table(
        "feed_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), reference, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(length=500), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_events"),
    )
    op.create_index("ix_feed_events_feed_id_kind_at", "feed_events", ["feed_id", "kind", "at"])
    op.create_index("ix_feed_events_at", "feed_events", ["at"])
