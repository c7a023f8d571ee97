"""Do the models fit the database? They equal its tables, and take a record of each kind."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from citadel import keys
from citadel.engine import Database, sync_engine
from citadel.models import (
    ApiKey,
    Base,
    Chunk,
    Collection,
    Document,
    EmbeddingJob,
    Library,
    OutboxEntry,
    User,
    VectorMetadata,
)
from citadel.settings import DatabaseSettings

MOST_SHOWN = 5


class SelftestFailed(Exception):
    """The models and the database do not fit. Nothing was left in it."""


@dataclass(frozen=True, slots=True)
class Tested:
    """Tables that equal their models, and those a record of which was written, read, changed and removed."""

    compared: int
    records: tuple[str, ...]


class _Undone(Exception):
    """Takes everything back that a test has written."""


async def selftest(settings: DatabaseSettings) -> Tested:
    """Raises `SelftestFailed`, `DatabaseUnavailable`."""
    different = differences(settings)
    if different:
        more = f" and {len(different) - MOST_SHOWN} more" if len(different) > MOST_SHOWN else ""
        raise SelftestFailed(f"models and tables differ: {', '.join(different[:MOST_SHOWN])}{more}")
    database = Database(settings, "citadel-selftest")
    records: list[str] = []
    try:
        async with database.session() as session:
            records += await _each_kind(session)
            raise _Undone
    except _Undone:
        return Tested(len(Base.metadata.tables), tuple(records))
    finally:
        await database.close()


def differences(settings: DatabaseSettings) -> list[str]:
    """What a migration to the models would change. Tables that have no model are somebody else's."""
    engine = sync_engine(settings, "citadel-selftest")
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"include_object": _ours})
            return [_named(each) for each in compare_metadata(context, Base.metadata)]
    finally:
        engine.dispose()


def _ours(_thing: Any, _name: str | None, kind: str, reflected: bool, model: Any) -> bool:
    return not (kind == "table" and reflected and model is None)


def _named(difference: Any) -> str:
    """`add_index uq_users_email` of a tuple that begins so; several of a column come as a list."""
    what, *rest = difference[0] if isinstance(difference, list) else difference
    names = [each if isinstance(each, str) else getattr(each, "name", None) for each in rest]
    return " ".join([what, *(name for name in names if name)])


async def _each_kind(session: AsyncSession) -> list[str]:
    """One record of each table; then each is read anew, and what may be changed is changed."""
    mark = f"selftest {uuid.uuid4()}"
    user = User(username=mark, email=f"{uuid.uuid4()}@selftest.invalid")
    collection = Collection(name=mark, vector_size=3, distance="Cosine")
    session.add_all([user, collection])
    await session.flush()
    point = str(uuid.uuid4())
    library = Library(collection_id=collection.id, name=mark, model=mark)
    session.add(library)
    await session.flush()
    document = Document(library_id=library.id, title=mark)
    session.add(document)
    await session.flush()
    issued = await keys.issue(session, mark, ["read"])
    rows: Sequence[Base] = [
        Chunk(document_id=document.id, chunk_index=0, text=mark, point_id=point),
        VectorMetadata(collection_id=collection.id, point_id=point, payload={"mark": mark}),
        EmbeddingJob(collection_id=collection.id, model=mark),
        OutboxEntry(collection_id=collection.id, operation="delete", point_ids=[point]),
    ]
    session.add_all(rows)
    await session.flush()
    key = (await session.execute(select(ApiKey).where(ApiKey.id == issued.id))).scalar_one()
    written: list[Base] = [user, collection, library, document, key, *rows]
    for row in written:
        await session.refresh(row)
    user.active = False
    library.meta = {"mark": mark}
    await session.flush()
    active = (await session.execute(select(User.active).where(User.id == user.id))).scalar_one()
    meta = (await session.execute(select(Library.meta).where(Library.id == library.id))).scalar_one()
    if active or meta != {"mark": mark}:
        raise SelftestFailed("what was changed is not what was read")
    for row in reversed(written):
        await session.delete(row)
    await session.flush()
    return [row.__tablename__ for row in written]
