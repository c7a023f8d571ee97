"""The table of collections: which Qdrant has, with size and distance. What is in them is not looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from qdrant_client import AsyncQdrantClient
from qdrant_client.http import models as api
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from citadel.engine import Database
from citadel.outbox import collection_id
from citadel.qdrant import NoCollection, asking

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Description:
    """What the table tells of a collection."""

    size: int
    distance: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Names that are in the table now, and those that Qdrant does not have, which are not put there."""

    listed: tuple[str, ...]
    missing: tuple[str, ...]


async def list_collections(database: Database, qdrant: AsyncQdrantClient, names: Sequence[str]) -> Listing:
    """Puts these collections, or aliases, into the table where Qdrant has them."""
    listed = [name for name in names if await _listed(database, qdrant, name)]
    return Listing(tuple(listed), tuple(name for name in names if name not in listed))


async def _listed(database: Database, qdrant: AsyncQdrantClient, name: str) -> bool:
    try:
        description = await description_of(qdrant, name)
    except NoCollection:
        return False
    async with database.session() as session:
        await describe(session, await collection_id(session, name), description)
    return True


async def description_of(qdrant: AsyncQdrantClient, name: str) -> Description | None:
    """None for a collection with several vectors a point. Raises `NoCollection`, `QdrantUnavailable`."""
    async with asking(SECONDS):
        vectors = (await qdrant.get_collection(name)).config.params.vectors
    return (
        Description(vectors.size, vectors.distance.value) if isinstance(vectors, api.VectorParams) else None
    )


async def describe(session: AsyncSession, owner: int, description: Description | None) -> None:
    """Writes down what is known, where that is not so yet."""
    if description is None:
        return
    values = {"owner": owner, "size": description.size, "distance": description.distance}
    await session.execute(text(_DESCRIBE), values)


_DESCRIBE = """
UPDATE collections SET vector_size = :size, distance = :distance, updated_at = now()
WHERE id = :owner AND (vector_size, distance) IS DISTINCT FROM (:size, :distance)
"""
