"""Runs migrations, for `citadel.migrate` on its connection, for Alembic's own commands on one made here."""

from logging.config import fileConfig
from pathlib import Path

from alembic import context
from sqlalchemy import Connection

from citadel.engine import sync_engine
from citadel.migrate import lock
from citadel.models import Base
from citadel.settings import DatabaseSettings


def run(connection: Connection) -> None:
    """The lock comes before the current revision is read, in the transaction that changes the schema."""
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        lock(connection)
        context.run_migrations()


def run_from(file: str | None) -> None:
    if file is None:
        raise ValueError("Alembic needs alembic.ini")
    fileConfig(file, disable_existing_loggers=False)
    settings = DatabaseSettings.load(Path(file).resolve().parent)
    engine = sync_engine(settings, "citadel-migrations", limited=False)
    try:
        with engine.connect() as connection:
            run(connection)
    finally:
        engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    run_from(context.config.config_file_name)
