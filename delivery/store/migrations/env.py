"""Alembic's entry: one chain of migrations for the tables of both packages."""

from alembic import context

from delivery.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    user_module_prefix="columns.",
)
context.run_migrations()
