"""The table of collections: a row for each that Qdrant has, with size and distance. What is in them is not looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from qdrant_client import AsyncQdrantClient
from qdrant_client.http import models as api
from sqlalchemy import text

from citadel.engine import Database
from citadel.outbox import collection_id
from citadel.qdrant import NoCollection, asking

SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Listing:
    """Names that are in the table now, and those that Qdrant does not have, which are not put there."""

    listed: tuple[str, ...]
    missing: tuple[str, ...]


async def list_collections(database: Database, qdrant: AsyncQdrantClient, names: Sequence[str]) -> Listing:
    """Puts these collections, or aliases, into the table where Qdrant has them."""
    listed = [name for name in names if await _list(database, qdrant, name)]
    return Listing(tuple(listed), tuple(name for name in names if name not in listed))


async def _list(database: Database, qdrant: AsyncQdrantClient, name: str) -> bool:
    try:
        async with asking(SECONDS):
            info = await qdrant.get_collection(name)
    except NoCollection:
        return False
    vectors = info.config.params.vectors
    known = vectors if isinstance(vectors, api.VectorParams) else None
    async with database.session() as session:
        await session.execute(
            text(_DESCRIBE),
            {
                "id": await collection_id(session, name),
                "size": known.size if known else None,
                "distance": known.distance.value if known else None,
            },
        )
    return True


_DESCRIBE = """
UPDATE collections SET vector_size = :size, distance = :distance, updated_at = now()
WHERE id = :id AND (vector_size, distance) IS DISTINCT FROM (:size, :distance)
"""
