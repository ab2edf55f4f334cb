"""How Alembic finds the tables and the connection. Driven by `Database.migrate`, or by `alembic` by hand."""

from alembic import context

from bot.store.schema import comparable, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=comparable,
    render_as_batch=True,  # SQLite cannot alter a table in place
    transaction_per_migration=True,  # where no transaction is open already, as it is on SQLite
)
with context.begin_transaction():
    context.run_migrations()
