"""Applies the entries of the outbox to Qdrant: in order per collection, at least once, safely repeated.

Entries that follow each other are applied together. That is the same as one by one, because a point has one
last writer: it is in one upsert at most, and only in a deletion when it has none.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from qdrant_client import AsyncQdrantClient
from qdrant_client.http import models as api
from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from citadel.engine import Database, DatabaseUnavailable
from citadel.models import Collection
from citadel.qdrant import NoCollection, QdrantRefused, QdrantUnavailable, asking

FIRST_DELAY = 0.5
LONGEST_DELAY = 15.0
TOGETHER = 64
MOST_POINTS = 256
MOST_BYTES = 2**17
"""Entries, points and bytes of vectors that are applied together at most; one entry always is."""
REMEMBERED = 10_000
"""Entries that a dispatcher knows that it has applied."""
AT_ONCE = 4
"""Collections that a drain works on at the same time: one whose requests hang does not hold up the others."""

type Vector = np.ndarray[Any, np.dtype[np.float32]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drained:
    """What became of entries: in Qdrant now, refused for good (with Qdrant's answer), or waiting.

    `changed` are the names of the collections that some were applied to.
    """

    applied: frozenset[int] = frozenset()
    rejected: Mapping[int, str] = field(default_factory=dict)
    waiting: frozenset[int] = frozenset()
    changed: frozenset[str] = frozenset()

    def plus(self, other: "Drained") -> "Drained":
        return Drained(
            self.applied | other.applied,
            {**self.rejected, **other.rejected},
            self.waiting | other.waiting,
            self.changed | other.changed,
        )


Changed = Callable[[frozenset[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Step:
    """What became of some entries; whether one of several is refused, which has yet to be found."""

    drained: Drained = Drained()
    refused_together: bool = False


class Dispatcher:
    """Brings the outbox to Qdrant. Any number may run, in any number of processes.

    `changed` is told of the collections that late entries were applied to, those that nobody waits for with
    `drain(ids)`.
    """

    def __init__(
        self,
        database: Database,
        qdrant: AsyncQdrantClient,
        request_seconds: float = 30.0,
        poll_seconds: float = 1.0,
        changed: Changed | None = None,
    ) -> None:
        self._changed = changed
        self._database = database
        self._qdrant = qdrant
        self._request_seconds = request_seconds
        self._poll_seconds = poll_seconds
        self._recent: dict[int, None] = {}
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._connections = asyncio.Semaphore(max(1, database.pool_state().capacity // 2))
        """Each step keeps one while Qdrant works: while that hangs, half of the pool is left for others."""

    async def drain(self, ids: Iterable[int] | None = None, limit: int = 1000) -> Drained:
        """Applies what is due, at most `limit` entries of a collection.

        With ids, those and what waits before them in their collections, after any other dispatcher that is
        at it. Without, collections that another one is working on are left to it. Entries whose last attempt
        failed wait for their next one. Raises `DatabaseUnavailable`.
        """
        if ids is None:
            return await self._drain_due(limit)
        wanted = frozenset(ids)
        whole = Drained()
        for owner in await self._collections_of(wanted):
            whole = whole.plus(await self._drain_collection(owner, limit, wanted))
        if wanted <= whole.applied:
            return Drained(applied=wanted)
        return await self._outcome(wanted)

    async def run(self, stop: asyncio.Event) -> None:
        """Drains in the background until `stop` is set; survives whatever a drain raises."""
        while not stop.is_set():
            busy = False
            try:
                busy = bool((await self.drain()).applied)
            except DatabaseUnavailable as error:
                _log.warning("the outbox waits: %s", error)
            except Exception:
                _log.exception("the outbox could not be drained")
            if not busy:
                await self._pause(stop)

    async def _pause(self, stop: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await stop.wait()
        except TimeoutError:
            return

    async def _drain_due(self, limit: int) -> Drained:
        free = asyncio.Semaphore(AT_ONCE)

        async def one(owner: int) -> Drained:
            async with free:
                return await self._drain_collection(owner, limit)

        results = await asyncio.gather(*(one(owner) for owner in await self._due()), return_exceptions=True)
        whole = Drained()
        for result in results:
            if isinstance(result, BaseException):
                raise result
            whole = whole.plus(result)
        return whole

    async def _drain_collection(
        self, owner: int, limit: int, wanted: frozenset[int] | None = None
    ) -> Drained:
        whole = Drained()
        together = TOGETHER
        up_to = max(wanted) if wanted else None
        async with self._turns[owner]:
            if wanted and wanted <= self._recent.keys():
                return Drained(applied=wanted)
            while (left := limit - len(whole.applied) - len(whole.rejected)) > 0:
                async with self._connections:
                    step = await self._step(owner, up_to, min(together, left))
                whole = whole.plus(step.drained)
                if wanted and wanted <= whole.applied:
                    break
                if step.refused_together:
                    together = 1
                elif step.drained.rejected:
                    together = TOGETHER
                elif not step.drained.applied:
                    break
        if self._changed and whole.changed and up_to is None:
            await self._changed(whole.changed)
        return whole

    async def _step(self, owner: int, up_to: int | None, most: int) -> "_Step":
        """Some entries, in one transaction; the lock on the collection's row keeps other dispatchers out."""
        async with self._database.session() as session:
            collection = await _lock(session, owner, wait=up_to is not None)
            entries = await _first(session, owner, up_to, most) if collection else []
            if collection is None or not entries:
                return _Step()
            ids = frozenset(entry.id for entry in entries)
            if not entries[0].due:
                return _Step(Drained(waiting=ids))
            try:
                await self._apply(session, collection, entries)
            except QdrantRefused as error:
                if len(entries) > 1:
                    return _Step(refused_together=True)
                _log.error("entry %d of %s is rejected: %s", entries[0].id, collection, error)
                await _rejected(session, entries[0].id, str(error))
                return _Step(Drained(rejected={entries[0].id: str(error)}))
            except QdrantUnavailable as error:
                _log.warning("entry %d of %s waits: %s", entries[0].id, collection, error)
                await _postponed(session, entries[0].id, str(error))
                return _Step(Drained(waiting=ids))
            await _applied(session, owner, list(ids))
        self._remember(ids)
        return _Step(Drained(applied=ids, changed=frozenset({collection})))

    def _remember(self, applied: frozenset[int]) -> None:
        """So that requests that waited for their turn see without asking that others did their work."""
        self._recent.update(dict.fromkeys(applied))
        while len(self._recent) > REMEMBERED:
            del self._recent[next(iter(self._recent))]

    async def _apply(self, session: AsyncSession, collection: str, entries: Sequence[Row[Any]]) -> None:
        rows = await _rows(session, entries)
        mine = [
            (name, vector, rows[name].payload)
            for entry in entries
            for name, vector in _vectors(entry)
            if name in rows and rows[name].entry_id == entry.id
        ]
        gone: list[Any] = [
            api_id(name)
            for name in {name for entry in entries if entry.vectors is None for name in entry.point_ids}
            if name not in rows
        ]
        if mine:
            await self._upsert(collection, mine)
        if gone:
            await self._delete(collection, gone)

    async def _upsert(self, collection: str, points: Sequence[tuple[str, Vector, Any]]) -> None:
        names, vectors, payloads = zip(*points, strict=True)
        if len({vector.size for vector in vectors}) > 1:
            raise QdrantRefused("the vectors are not of one length")
        batch = api.Batch(
            ids=[api_id(name) for name in names], vectors=np.stack(vectors).tolist(), payloads=list(payloads)
        )
        async with asking(self._request_seconds):
            await self._qdrant.upsert(collection, batch, wait=True)

    async def _delete(self, collection: str, gone: list[Any]) -> None:
        try:
            async with asking(self._request_seconds):
                await self._qdrant.delete(collection, api.PointIdsList(points=gone), wait=True)
        except NoCollection:
            return

    async def _due(self) -> list[int]:
        async with self._database.session() as session:
            heads = await session.scalars(
                text(
                    """
                    SELECT collection_id FROM (
                      SELECT DISTINCT ON (collection_id) collection_id, id, next_attempt_at
                      FROM outbox WHERE rejected_at IS NULL ORDER BY collection_id, id) AS heads
                    WHERE next_attempt_at <= clock_timestamp() ORDER BY id
                    """
                )
            )
            return list(heads)

    async def _collections_of(self, ids: frozenset[int]) -> list[int]:
        if not ids:
            return []
        async with self._database.session() as session:
            owners = await session.scalars(
                text(
                    """
                    SELECT DISTINCT collection_id FROM outbox
                    WHERE id = ANY(CAST(:ids AS bigint[])) AND rejected_at IS NULL
                    """
                ),
                {"ids": list(ids)},
            )
            return list(owners)

    async def _outcome(self, ids: frozenset[int]) -> Drained:
        """An entry that is not there any more was applied, by whichever dispatcher."""
        async with self._database.session() as session:
            left = (
                await session.execute(
                    text(
                        """
                        SELECT id, rejected_at IS NOT NULL AS rejected, last_error FROM outbox
                        WHERE id = ANY(CAST(:ids AS bigint[]))
                        """
                    ),
                    {"ids": list(ids)},
                )
            ).all()
        rejected = {row.id: row.last_error for row in left if row.rejected}
        waiting = frozenset(row.id for row in left if not row.rejected)
        return Drained(ids - waiting - rejected.keys(), rejected, waiting)


def api_id(name: str) -> int | str:
    """An id as Qdrant's API wants it: numbers are numbers there."""
    return int(name) if name.isdigit() else name


async def _lock(session: AsyncSession, owner: int, *, wait: bool) -> str | None:
    """The collection's name; None when another dispatcher has it. Writers are not kept out by this lock."""
    row = select(Collection.name).where(Collection.id == owner)
    locked = row.with_for_update(key_share=True, skip_locked=not wait)
    return (await session.scalars(locked)).one_or_none()


async def _first(session: AsyncSession, owner: int, up_to: int | None, most: int) -> Sequence[Row[Any]]:
    query = text(
        """
        WITH heads AS (
          SELECT id, point_ids, vectors FROM outbox
          WHERE collection_id = :owner AND rejected_at IS NULL
            AND (CAST(:up_to AS bigint) IS NULL OR id <= :up_to)
          ORDER BY id LIMIT :most),
        sizes AS (
          SELECT id, row_number() OVER w AS place, sum(cardinality(point_ids)) OVER w AS points,
                 sum(coalesce(octet_length(vectors), 0)) OVER w AS bytes
          FROM heads WINDOW w AS (ORDER BY id))
        SELECT id, collection_id, point_ids, vectors, next_attempt_at <= clock_timestamp() AS due
        FROM outbox JOIN sizes USING (id)
        WHERE place = 1 OR (points <= :points AND bytes <= :bytes) ORDER BY id
        """
    )
    sizes = {"most": most, "points": MOST_POINTS, "bytes": MOST_BYTES}
    return (await session.execute(query, {"owner": owner, "up_to": up_to, **sizes})).all()


async def _rows(session: AsyncSession, entries: Sequence[Row[Any]]) -> dict[str, Row[Any]]:
    """What PostgreSQL has of the points of these entries now."""
    query = text(
        """
        SELECT point_id, entry_id, payload FROM vector_metadata
        WHERE collection_id = :owner AND point_id = ANY(CAST(:ids AS text[]))
        """
    )
    ids = [name for entry in entries for name in entry.point_ids]
    found = await session.execute(query, {"owner": entries[0].collection_id, "ids": ids})
    return {row.point_id: row for row in found}


def _vectors(entry: Row[Any]) -> Iterable[tuple[str, Vector]]:
    if entry.vectors is None:
        return ()
    vectors = np.frombuffer(entry.vectors, dtype="<f4").reshape(len(entry.point_ids), -1)
    return zip(entry.point_ids, vectors, strict=True)


async def _applied(session: AsyncSession, owner: int, entries: list[int]) -> None:
    """The entries go; their points are confirmed, unless somebody wrote them again meanwhile.

    Rows are locked in the order in which writers lock them.
    """
    await session.execute(
        text(
            """
            WITH mine AS (
              SELECT v.id FROM vector_metadata v
              WHERE v.collection_id = :owner AND v.entry_id = ANY(CAST(:entries AS bigint[]))
                AND v.point_id IN (
                  SELECT unnest(point_ids) FROM outbox WHERE id = ANY(CAST(:entries AS bigint[])))
              ORDER BY v.point_id FOR NO KEY UPDATE)
            UPDATE vector_metadata SET indexed_at = clock_timestamp() FROM mine
            WHERE vector_metadata.id = mine.id
            """
        ),
        {"owner": owner, "entries": entries},
    )
    await session.execute(
        text("DELETE FROM outbox WHERE id = ANY(CAST(:entries AS bigint[]))"), {"entries": entries}
    )


async def _rejected(session: AsyncSession, entry: int, error: str) -> None:
    await session.execute(
        text(
            """
            UPDATE outbox SET attempts = attempts + 1, last_error = :error, rejected_at = clock_timestamp()
            WHERE id = :id
            """
        ),
        {"id": entry, "error": error},
    )


async def _postponed(session: AsyncSession, entry: int, error: str) -> None:
    """The next attempt comes later each time, up to a cap, at a time that differs between collections."""
    await session.execute(
        text(
            """
            UPDATE outbox SET attempts = attempts + 1, last_error = :error,
              next_attempt_at = clock_timestamp() + make_interval(secs =>
                least(:longest, :first * power(2, least(attempts, 20))) * (0.75 + random() / 4))
            WHERE id = :id
            """
        ),
        {"id": entry, "error": error, "first": FIRST_DELAY, "longest": LONGEST_DELAY},
    )
