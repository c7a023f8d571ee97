"""The two stores side by side, in batches: what differs, and its repair.

What looks different is looked at twice, because writes go on meanwhile; a repair takes its second look under
a lock that keeps writers and dispatchers out of the collection for that batch. Both may run at any time, and
twice.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from qdrant_client import AsyncQdrantClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from citadel.differences import SECONDS, Payload, judge, points_of, put_right, rows_of
from citadel.engine import Database
from citadel.listing import describe, description_of
from citadel.outbox import Dispatcher, collection_id, pending
from citadel.qdrant import asking
from citadel.report import CollectionReport, Differences, State, SyncReport

__all__ = ["CollectionReport", "Differences", "SyncReport", "compare", "repair"]

BATCH = 1000
LOCKED = 100
"""How many points a repair looks at in one transaction: writers wait for no longer than that takes."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A collection: its row, if PostgreSQL has one, and whether Qdrant has it (by this name or alias)."""

    name: str
    owner: int | None
    there: bool

    @property
    def state(self) -> State:
        if self.owner is None:
            return "only_in_qdrant"
        return "both" if self.there else "only_in_postgres"


async def compare(database: Database, qdrant: AsyncQdrantClient) -> SyncReport:
    """What differs. Changes nothing. Raises `DatabaseUnavailable`, `QdrantUnavailable`."""
    async with database.session() as session:
        report = SyncReport("plan", await pending(session))
    for place in await _places(database, qdrant):
        report.collections.append(await _Walk(database, qdrant, place, repairing=False).whole())
    return report


async def repair(database: Database, qdrant: AsyncQdrantClient) -> SyncReport:
    """Applies what waits in the outbox, then puts right what differs; a second run finds nothing."""
    drained = await Dispatcher(database, qdrant).drain(limit=1_000_000)
    walked = []
    for place in await _places(database, qdrant):
        walked.append(await _Walk(database, qdrant, await _adopted(database, place), repairing=True).whole())
        walked[-1].state = place.state
    async with database.session() as session:
        return SyncReport("repair", await pending(session), len(drained.applied), walked)


async def _places(database: Database, qdrant: AsyncQdrantClient) -> list[_Place]:
    """Both sides' collections by name; one that PostgreSQL knows by an alias is not listed a second time."""
    async with asking(SECONDS):
        there = {each.name for each in (await qdrant.get_collections()).collections}
        aliases = {each.alias_name: each.collection_name for each in (await qdrant.get_aliases()).aliases}
    async with database.session() as session:
        rows = await session.execute(text("SELECT name, id FROM collections"))
        owners: dict[str, int] = {row.name: row.id for row in rows}
    known = {aliases[name] for name in owners.keys() & aliases.keys()}
    names = sorted(owners.keys() | (there - known))
    return [_Place(name, owners.get(name), name in there or name in aliases) for name in names]


async def _adopted(database: Database, place: _Place) -> _Place:
    if place.owner is not None:
        return place
    async with database.session() as session:
        return _Place(place.name, await collection_id(session, place.name), place.there)


class _Walk:
    """Through one collection: every point is looked at, then every row."""

    def __init__(
        self, database: Database, qdrant: AsyncQdrantClient, place: _Place, *, repairing: bool
    ) -> None:
        self._database = database
        self._qdrant = qdrant
        self._place = place
        self._repairing = repairing
        self._report = CollectionReport(place.name, place.state, None, None, 0)

    async def whole(self) -> CollectionReport:
        await self._count()
        owner = self._place.owner
        if owner is None:
            self._report.found = Differences(points_without_row=self._report.points or 0)
            return self._report
        started = await self._clock()
        async for points in self._points():
            await self._look(owner, list(points), points)
        async for ids in self._rows(owner):
            await self._look(owner, ids, None)
        if self._repairing:
            await self._finish(owner, started)
        return self._report

    async def _count(self) -> None:
        if self._place.there:
            async with asking(SECONDS):
                self._report.points = (await self._qdrant.count(self._place.name, exact=True)).count
        if self._place.owner is None:
            return
        query = text(
            """
            SELECT (SELECT count(*) FROM vector_metadata WHERE collection_id = :owner) AS vectors,
                   (SELECT count(DISTINCT point) FROM outbox, unnest(point_ids) AS point
                    WHERE collection_id = :owner AND rejected_at IS NULL) AS waiting
            """
        )
        async with self._database.session() as session:
            row = (await session.execute(query, {"owner": self._place.owner})).one()
        self._report.vectors, self._report.waiting = row.vectors, row.waiting

    async def _points(self) -> AsyncIterator[dict[str, Payload]]:
        """All points with their payloads, a batch at a time."""
        offset: Any = None
        while self._place.there:
            async with asking(SECONDS):
                page, offset = await self._qdrant.scroll(
                    self._place.name, limit=BATCH, offset=offset, with_payload=True, with_vectors=False
                )
            yield {str(point.id): point.payload or {} for point in page}
            if offset is None:
                return

    async def _rows(self, owner: int) -> AsyncIterator[list[str]]:
        """The ids of all rows, a batch at a time."""
        query = text(
            """
            SELECT point_id FROM vector_metadata WHERE collection_id = :owner AND point_id > :after
            ORDER BY point_id LIMIT :batch
            """
        )
        after = ""
        while True:
            async with self._database.session() as session:
                ids = list(await session.scalars(query, {"owner": owner, "after": after, "batch": BATCH}))
            if not ids:
                return
            yield ids
            after = ids[-1]

    async def _look(self, owner: int, ids: list[str], points: Mapping[str, Payload] | None) -> None:
        """At points that were read, or else at rows; what is suspect is looked at again."""
        of_points = points is not None
        async with self._database.session() as session:
            rows = await rows_of(session, owner, ids)
        first = judge(rows, await self._payloads(ids) if points is None else points)
        for suspects in batched(first.part(of_points=of_points).ids, LOCKED):
            found = await self._look_again(owner, suspects, of_points=of_points)
            self._report.found = self._report.found.plus(found)
            if self._repairing:
                self._report.repaired = self._report.repaired.plus(found)

    async def _look_again(self, owner: int, suspects: Sequence[str], *, of_points: bool) -> Differences:
        async with self._database.session() as session:
            if self._repairing:
                await _keep_out(session, owner)
            rows = await rows_of(session, owner, suspects)
            judged = judge(rows, await self._payloads(suspects)).part(of_points=of_points)
            if self._repairing:
                await put_right(session, self._qdrant, owner, self._place.name, judged)
        return judged.counts

    async def _payloads(self, ids: Sequence[str]) -> dict[str, Payload]:
        return await points_of(self._qdrant, self._place.name, ids) if self._place.there else {}

    async def _clock(self) -> datetime:
        async with self._database.session() as session:
            now: datetime = (await session.execute(text("SELECT now()"))).scalar_one()
            return now

    async def _finish(self, owner: int, started: datetime) -> None:
        """Entries that were refused before the walk are settled by it; a row that stands for nothing goes."""
        name = self._place.name
        description = await description_of(self._qdrant, name) if self._place.there else None
        async with self._database.session() as session:
            await _keep_out(session, owner)
            await session.execute(
                text("DELETE FROM outbox WHERE collection_id = :owner AND rejected_at < :started"),
                {"owner": owner, "started": started},
            )
            await describe(session, owner, description)
            if not self._place.there:
                self._report.kept = await _dropped(session, owner)


async def _keep_out(session: AsyncSession, owner: int) -> None:
    """Until the transaction ends nobody writes to the collection or dispatches for it."""
    await session.execute(text("SELECT FROM collections WHERE id = :owner FOR UPDATE"), {"owner": owner})


async def _dropped(session: AsyncSession, owner: int) -> str | None:
    """Removes the row of a collection that Qdrant does not have; tells why where it has to stay."""
    query = text(
        """
        SELECT EXISTS (SELECT FROM outbox WHERE collection_id = :owner) AS waited_for,
               EXISTS (SELECT FROM libraries WHERE collection_id = :owner) AS used
        """
    )
    row = (await session.execute(query, {"owner": owner})).one()
    if row.waited_for:
        return "writes wait for this collection: create it in Qdrant"
    if row.used:
        return "libraries use this collection: create it in Qdrant"
    await session.execute(text("DELETE FROM collections WHERE id = :owner"), {"owner": owner})
    return None
