"""Full-text search: which items are indexed, and the index itself, which each database has its own of"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIRTUAL TABLE item_search USING fts5(title, body, language, tokenize = 'ascii')",
    "INSERT INTO item_search(item_search, rank) VALUES ('rank', 'bm25(4.0, 1.0, 0.0)')",
    "CREATE TRIGGER searched_gone AFTER DELETE ON searched BEGIN "
    "DELETE FROM item_search WHERE rowid = old.item_id; END",
)
POSTGRES = (
    "CREATE TABLE item_vectors (item_id INTEGER PRIMARY KEY REFERENCES searched (item_id) ON DELETE CASCADE, "
    "words TSVECTOR NOT NULL)",
    "CREATE INDEX item_vectors_words ON item_vectors USING gin (words)",
)


def upgrade() -> None:
    op.create_table(
        "searched",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name="fk_searched_item_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", name="pk_searched"),
    )
    edited = sa.text("edited_at IS NOT NULL")
    op.create_index("ix_items_edited", "items", ["edited_at"], sqlite_where=edited, postgresql_where=edited)
    own = SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRES
    for statement in own:
        op.execute(statement)
