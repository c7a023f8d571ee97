"""The client of the documents, for scripts and for the shell. The gateway uses `citadel.engine` instead."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from sqlalchemy import Pool, select
from sqlalchemy.orm import Session

from citadel.engine import sync_engine
from citadel.models import Collection
from citadel.settings import DatabaseSettings
from schemas.database_schemas import CollectionRecord


class DatabaseClient:
    """PostgreSQL with a pool of connections; nothing is connected before it is needed."""

    def __init__(self, settings: DatabaseSettings | None = None) -> None:
        self._engine = sync_engine(settings or DatabaseSettings.load(), "citadel-client")

    @property
    def pool(self) -> Pool:
        """The pool; `pool.status()` describes it."""
        return self._engine.pool

    @contextmanager
    def get_connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection whose transaction is committed at the end, and rolled back on an error."""
        pooled = self._engine.raw_connection()
        try:
            yield cast("psycopg.Connection[Any]", pooled.driver_connection)
            pooled.commit()
        finally:
            pooled.close()

    def get_collections(self) -> list[CollectionRecord]:
        """The collections that PostgreSQL knows of, by name."""
        with Session(self._engine) as session:
            rows = session.scalars(select(Collection).order_by(Collection.name))
            return [CollectionRecord.model_validate(row) for row in rows]

    def close(self) -> None:
        self._engine.dispose()
