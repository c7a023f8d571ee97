"""Writes to Qdrant that cannot be lost: noted in the transaction that they belong to, applied afterwards.

A point is applied only while the entry is the last that wrote it (`vector_metadata.entry_id`), and removed
only while PostgreSQL has no row for it. So entries may be applied twice, late or after a crash: Qdrant ends
as PostgreSQL has it.
"""

import asyncio
import itertools
import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from citadel.dispatcher import Dispatcher, Drained, Vector
from citadel.models import OutboxEntry

__all__ = [
    "Dispatcher",
    "Drained",
    "Pending",
    "Point",
    "PointRefused",
    "collection_id",
    "enqueue_delete",
    "enqueue_upsert",
    "known_collection",
    "pending",
    "point_id",
    "retry",
]

MOST_POINTS = 256
MOST_FLOATS = 32_768
MOST_PAYLOAD = 4 * 2**20
"""Points, floats and characters of payload that one entry holds at most: it is one request to Qdrant."""
MOST_DELETED = 1000

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_NUMBER = re.compile(r"[0-9]{1,20}")
_LARGEST_NUMBER = 2**64 - 1


class PointRefused(ValueError):
    """An id, vector or payload that Qdrant or PostgreSQL could not keep."""


@dataclass(frozen=True, slots=True)
class Point:
    """A vector with its id (a UUID, or an unsigned number as text) and payload."""

    id: str
    vector: Sequence[float]
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pending:
    """What waits for Qdrant, since when, and what Qdrant has refused."""

    waiting: int
    rejected: int
    oldest_seconds: float | None


@dataclass(frozen=True, slots=True)
class _Ready:
    id: str
    vector: Vector
    payload: str


def point_id(given: str) -> str:
    """The one way to write an id. Raises `PointRefused` for what is no id of Qdrant."""
    if _NUMBER.fullmatch(given) and int(given) <= _LARGEST_NUMBER:
        return str(int(given))
    try:
        return str(uuid.UUID(given))
    except ValueError:
        raise PointRefused("the id of a point is a UUID or an unsigned number") from None


async def known_collection(session: AsyncSession, name: str) -> int | None:
    """The row of a collection, if there is one; it stays until the transaction ends."""
    select = text("SELECT id FROM collections WHERE name = :name FOR KEY SHARE")
    found: int | None = (await session.execute(select, {"name": name})).scalar_one_or_none()
    return found


async def collection_id(session: AsyncSession, name: str) -> int:
    """The row of a collection, made where there is none; it stays until the transaction ends."""
    made = text("INSERT INTO collections (name) VALUES (:name) ON CONFLICT DO NOTHING")
    while (found := await known_collection(session, name)) is None:
        await session.execute(made, {"name": name})
    return found


async def enqueue_upsert(session: AsyncSession, collection: str, points: Sequence[Point]) -> list[int]:
    """Notes points for Qdrant, and their rows, in the caller's transaction. Returns the entries' ids.

    Raises `PointRefused` before anything is written.
    """
    ready = await asyncio.to_thread(_ready, points)
    if not ready:
        return []
    owner = await collection_id(session, collection)
    return [await _upsert_entry(session, owner, batch) for batch in _batches(ready)]


async def enqueue_delete(session: AsyncSession, collection: str, ids: Iterable[str]) -> list[int]:
    """Notes that points go and removes their rows, in the caller's transaction. Returns the entries' ids."""
    unique = sorted({point_id(each) for each in ids})
    if not unique:
        return []
    owner = await collection_id(session, collection)
    batches = itertools.batched(unique, MOST_DELETED)
    return [await _delete_entry(session, owner, list(batch)) for batch in batches]


async def pending(session: AsyncSession) -> Pending:
    """How much waits in the outbox."""
    row = (
        await session.execute(
            text(
                """
                SELECT count(*) FILTER (WHERE rejected_at IS NULL),
                       count(*) FILTER (WHERE rejected_at IS NOT NULL),
                       extract(epoch FROM clock_timestamp()
                         - min(created_at) FILTER (WHERE rejected_at IS NULL))
                FROM outbox
                """
            )
        )
    ).one()
    return Pending(row[0], row[1], None if row[2] is None else max(0.0, float(row[2])))


async def retry(session: AsyncSession) -> int:
    """Refused entries are due again. Returns how many."""
    again = text(
        """
        UPDATE outbox SET rejected_at = NULL, attempts = 0, next_attempt_at = now()
        WHERE rejected_at IS NOT NULL RETURNING id
        """
    )
    return len((await session.execute(again)).all())


def _ready(points: Sequence[Point]) -> list[_Ready]:
    """Checked, each id once (the last one counts), in the order in which rows are locked."""
    unique = {point_id(point.id): point for point in points}
    ready = [_Ready(name, _vector(unique[name]), _payload(unique[name])) for name in sorted(unique)]
    if len({point.vector.size for point in ready}) > 1:
        raise PointRefused("the vectors are not of one length")
    return ready


def _vector(point: Point) -> Vector:
    try:
        with np.errstate(over="ignore"):
            vector = np.asarray(point.vector, dtype="<f4")
    except (TypeError, ValueError, OverflowError):
        raise PointRefused("a vector is a list of numbers") from None
    if vector.ndim != 1 or not vector.size:
        raise PointRefused("a vector is a list of numbers")
    if not np.isfinite(vector).all():
        raise PointRefused("a vector holds a number that is not finite, or too large")
    return vector


def _payload(point: Point) -> str:
    try:
        written = json.dumps(dict(point.payload), allow_nan=False, ensure_ascii=False)
        written.encode()
    except (TypeError, ValueError):
        raise PointRefused("a payload is an object of JSON") from None
    if _NUL.search(written):
        raise PointRefused("a payload holds a character that cannot be kept")
    return written


def _batches(points: Sequence[_Ready]) -> Iterator[list[_Ready]]:
    most = max(1, min(MOST_POINTS, MOST_FLOATS // len(points[0].vector)))
    batch: list[_Ready] = []
    size = 0
    for point in points:
        if batch and (len(batch) >= most or size + len(point.payload) > MOST_PAYLOAD):
            yield batch
            batch, size = [], 0
        batch.append(point)
        size += len(point.payload)
    yield batch


async def _upsert_entry(session: AsyncSession, owner: int, batch: Sequence[_Ready]) -> int:
    ids = [point.id for point in batch]
    vectors = np.stack([point.vector for point in batch]).tobytes()
    entry = await _entry(session, owner, "upsert", ids, vectors)
    await session.execute(
        text(
            """
            INSERT INTO vector_metadata AS v (collection_id, point_id, payload, entry_id)
            SELECT :owner, id, payload::jsonb, :entry
            FROM unnest(CAST(:ids AS text[]), CAST(:payloads AS text[])) AS given (id, payload)
            ON CONFLICT (collection_id, point_id) DO UPDATE
            SET payload = excluded.payload, entry_id = excluded.entry_id,
                indexed_at = NULL, updated_at = now()
            """
        ),
        {"owner": owner, "entry": entry, "ids": ids, "payloads": [point.payload for point in batch]},
    )
    return entry


async def _delete_entry(session: AsyncSession, owner: int, ids: list[str]) -> int:
    entry = await _entry(session, owner, "delete", ids, None)
    await session.execute(
        text(
            """
            WITH gone AS (
              SELECT id FROM vector_metadata
              WHERE collection_id = :owner AND point_id = ANY(CAST(:ids AS text[]))
              ORDER BY point_id FOR UPDATE)
            DELETE FROM vector_metadata USING gone WHERE vector_metadata.id = gone.id
            """
        ),
        {"owner": owner, "ids": ids},
    )
    return entry


async def _entry(
    session: AsyncSession, owner: int, operation: str, ids: list[str], vectors: bytes | None
) -> int:
    values = {"collection_id": owner, "operation": operation, "point_ids": ids, "vectors": vectors}
    made: int = (
        await session.execute(insert(OutboxEntry).values(values).returning(OutboxEntry.id))
    ).scalar_one()
    return made
