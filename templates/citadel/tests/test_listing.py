"""The table of collections has those that Qdrant has, described."""

import uuid
from collections.abc import AsyncIterator

import pytest
from qdrant_client import AsyncQdrantClient
from qdrant_client.http import models as api
from sqlalchemy import text

from citadel.engine import Database
from citadel.listing import Listing, list_collections
from citadel.qdrant import QdrantUnavailable
from citadel_testing import Qdrant

ONE = api.VectorParams(size=2, distance=api.Distance.DOT)


@pytest.fixture
async def qdrant(qdrant_server: Qdrant) -> AsyncIterator[AsyncQdrantClient]:
    client = qdrant_server.client()
    yield client
    await client.close()


@pytest.fixture
async def name(qdrant: AsyncQdrantClient) -> AsyncIterator[str]:
    """A collection of its own for each test."""
    made = f"listing-{uuid.uuid4()}"
    await qdrant.create_collection(made, vectors_config=ONE)
    yield made
    await qdrant.delete_collection(made)


async def rows(database: Database) -> list[tuple[str, int | None, str | None]]:
    async with database.session() as session:
        found = await session.execute(
            text("SELECT name, vector_size, distance FROM collections ORDER BY name")
        )
        return [(each.name, each.vector_size, each.distance) for each in found]


async def test_what_qdrant_has_is_listed_once_with_size_and_distance(
    database: Database, qdrant: AsyncQdrantClient, name: str
) -> None:
    for _ in range(2):
        assert await list_collections(database, qdrant, [name, "nowhere"]) == Listing((name,), ("nowhere",))
    assert await rows(database) == [(name, 2, "Dot")]


async def test_a_collection_that_was_made_anew_is_described_anew(
    database: Database, qdrant: AsyncQdrantClient, name: str
) -> None:
    await list_collections(database, qdrant, [name])
    await qdrant.delete_collection(name)
    cosine = api.VectorParams(size=3, distance=api.Distance.COSINE)
    await qdrant.create_collection(name, vectors_config=cosine)
    await list_collections(database, qdrant, [name])
    assert await rows(database) == [(name, 3, "Cosine")]


async def test_several_vectors_a_point_have_no_one_size(
    database: Database, qdrant: AsyncQdrantClient, name: str
) -> None:
    await qdrant.delete_collection(name)
    await qdrant.create_collection(name, vectors_config={"a": ONE, "b": ONE})
    await list_collections(database, qdrant, [name])
    assert await rows(database) == [(name, None, None)]


async def test_a_silent_qdrant_is_no_empty_one(database: Database) -> None:
    silent = AsyncQdrantClient(url="http://127.0.0.1:9", check_compatibility=False)
    with pytest.raises(QdrantUnavailable):
        await list_collections(database, silent, ["general"])
    assert await rows(database) == []
