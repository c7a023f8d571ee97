"""Applies the entries of the outbox to Qdrant: in order per collection, at least once, safely repeated."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
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
AT_ONCE = 4
"""Collections that a drain works on at the same time: one whose requests hang does not hold up the others."""

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
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def drain(self, ids: Iterable[int] | None = None, limit: int = 1000) -> Drained:
        """Applies what is due, at most `limit` entries of a collection.

        With ids, those and what waits before them in their collections, after any other dispatcher that is
        at it. Without, collections that another one is working on are left to it. Entries whose last attempt
        failed wait for their next one. Raises `DatabaseUnavailable`.
        """
        if ids is None:
            return await self._drain_due(limit)
        wanted = frozenset(ids)
        for owner in await self._collections_of(wanted):
            await self._drain_collection(owner, limit, up_to=max(wanted))
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

    async def _drain_collection(self, owner: int, limit: int, up_to: int | None = None) -> Drained:
        whole = Drained()
        async with self._turns[owner]:
            for _ in range(limit):
                step = await self._step(owner, up_to)
                whole = whole.plus(step)
                if not (step.applied or step.rejected):
                    break
        if self._changed and whole.changed and up_to is None:
            await self._changed(whole.changed)
        return whole

    async def _step(self, owner: int, up_to: int | None) -> Drained:
        """One entry, in one transaction; the lock on the collection's row keeps other dispatchers out."""
        async with self._database.session() as session:
            collection = await _lock(session, owner, wait=up_to is not None)
            entry = await _first(session, owner, up_to) if collection else None
            if collection is None or entry is None:
                return Drained()
            if not entry.due:
                return Drained(waiting=frozenset({entry.id}))
            try:
                await self._apply(session, collection, entry)
            except QdrantRefused as error:
                _log.error("entry %d of %s is rejected: %s", entry.id, collection, error)
                await _rejected(session, entry.id, str(error))
                return Drained(rejected={entry.id: str(error)})
            except QdrantUnavailable as error:
                _log.warning("entry %d of %s waits: %s", entry.id, collection, error)
                await _postponed(session, entry.id, str(error))
                return Drained(waiting=frozenset({entry.id}))
            await _applied(session, owner, entry)
            return Drained(applied=frozenset({entry.id}), changed=frozenset({collection}))

    async def _apply(self, session: AsyncSession, collection: str, entry: Row[Any]) -> None:
        if entry.operation == "upsert":
            await self._upsert(session, collection, entry)
        else:
            await self._delete(session, collection, entry)

    async def _upsert(self, session: AsyncSession, collection: str, entry: Row[Any]) -> None:
        payloads = await _payloads(session, entry)
        size = len(entry.point_ids)
        vectors = np.frombuffer(entry.vectors, dtype="<f4").reshape(size, -1)
        places = [place for place, name in enumerate(entry.point_ids) if name in payloads]
        if not places:
            return
        names = [entry.point_ids[place] for place in places]
        batch = api.Batch(
            ids=[api_id(name) for name in names],
            vectors=vectors[places].tolist(),
            payloads=[payloads[name] for name in names],
        )
        async with asking(self._request_seconds):
            await self._qdrant.upsert(collection, batch, wait=True)

    async def _delete(self, session: AsyncSession, collection: str, entry: Row[Any]) -> None:
        written_since = await _present(session, entry)
        gone: list[Any] = [api_id(name) for name in entry.point_ids if name not in written_since]
        if not gone:
            return
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


async def _first(session: AsyncSession, owner: int, up_to: int | None) -> Row[Any] | None:
    query = text(
        """
        SELECT id, collection_id, operation, point_ids, vectors, next_attempt_at <= clock_timestamp() AS due
        FROM outbox
        WHERE collection_id = :owner AND rejected_at IS NULL
          AND (CAST(:up_to AS bigint) IS NULL OR id <= :up_to)
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
        """
    )
    return (await session.execute(query, {"owner": owner, "up_to": up_to})).one_or_none()


async def _payloads(session: AsyncSession, entry: Row[Any]) -> dict[str, dict[str, Any]]:
    """Payloads of the points that this entry was the last to write."""
    query = text(
        """
        SELECT point_id, payload FROM vector_metadata
        WHERE collection_id = :owner AND point_id = ANY(CAST(:ids AS text[])) AND entry_id = :entry
        """
    )
    where = {"owner": entry.collection_id, "ids": entry.point_ids, "entry": entry.id}
    return {row.point_id: row.payload for row in await session.execute(query, where)}


async def _present(session: AsyncSession, entry: Row[Any]) -> set[str]:
    query = text(
        """
        SELECT point_id FROM vector_metadata
        WHERE collection_id = :owner AND point_id = ANY(CAST(:ids AS text[]))
        """
    )
    return set(await session.scalars(query, {"owner": entry.collection_id, "ids": entry.point_ids}))


async def _applied(session: AsyncSession, owner: int, entry: Row[Any]) -> None:
    """The entry goes; its points are confirmed, unless somebody wrote them again meanwhile.

    Rows are locked in the order in which writers lock them.
    """
    await session.execute(
        text(
            """
            WITH mine AS (
              SELECT id FROM vector_metadata
              WHERE collection_id = :owner AND point_id = ANY(CAST(:ids AS text[])) AND entry_id = :entry
              ORDER BY point_id FOR NO KEY UPDATE)
            UPDATE vector_metadata SET indexed_at = clock_timestamp() FROM mine
            WHERE vector_metadata.id = mine.id
            """
        ),
        {"owner": owner, "ids": entry.point_ids, "entry": entry.id},
    )
    await session.execute(text("DELETE FROM outbox WHERE id = :id"), {"id": entry.id})


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
