"""The two stores side by side, in batches: what differs, and its repair.

What looks different is looked at twice, because writes go on meanwhile; a repair takes its second look under
a lock that keeps writers and dispatchers out of the collection for that batch. Both may run at any time, and
twice.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import batched
from typing import Any

from qdrant_client import AsyncQdrantClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from citadel.differences import SECONDS, Payload, judge, points_of, put_right, rows_of
from citadel.engine import Database
from citadel.listing import describe, description_of
from citadel.outbox import Dispatcher, collection_id, pending, retry
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
    aside: bool = False

    @property
    def state(self) -> State:
        if self.owner is None:
            return "aside" if self.aside else "only_in_qdrant"
        return "both" if self.there else "only_in_postgres"


async def compare(database: Database, qdrant: AsyncQdrantClient, aside: str | None = None) -> SyncReport:
    """What differs. Changes nothing. Raises `DatabaseUnavailable`, `QdrantUnavailable`.

    Collections of Qdrant alone whose whole name matches the pattern `aside` are no difference, unless an
    alias serves them.
    """
    async with database.session() as session:
        report = SyncReport("plan", await pending(session))
    for place in await _places(database, qdrant, aside):
        report.collections.append(await _Walk(database, qdrant, place, repairing=False).whole())
    return report


async def repair(database: Database, qdrant: AsyncQdrantClient, aside: str | None = None) -> SyncReport:
    """Applies what waits in the outbox, what was refused too, then puts right what differs.

    A second run finds nothing.
    """
    async with database.session() as session:
        await retry(session)
    drained = await Dispatcher(database, qdrant).drain(limit=1_000_000)
    walked = []
    for place in await _places(database, qdrant, aside):
        adopted = await _adopted(database, place)
        walked.append(await _Walk(database, qdrant, adopted, repairing=True).whole())
        walked[-1].state = place.state
    async with database.session() as session:
        return SyncReport("repair", await pending(session), len(drained.applied), walked)


async def _places(database: Database, qdrant: AsyncQdrantClient, aside: str | None) -> list[_Place]:
    """Both sides' collections by name; one that PostgreSQL knows by an alias is not listed a second time."""
    async with asking(SECONDS):
        there = {each.name for each in (await qdrant.get_collections()).collections}
        aliases = {each.alias_name: each.collection_name for each in (await qdrant.get_aliases()).aliases}
    async with database.session() as session:
        rows = await session.execute(text("SELECT name, id FROM collections"))
        owners: dict[str, int] = {row.name: row.id for row in rows}
    known = {aliases[name] for name in owners.keys() & aliases.keys()}
    served = set(aliases.values())
    return [
        _Place(
            name,
            owners.get(name),
            there=name in there or name in aliases,
            aside=aside is not None
            and name not in served
            and re.fullmatch(aside, name, re.DOTALL) is not None,
        )
        for name in sorted(owners.keys() | (there - known))
    ]


async def _adopted(database: Database, place: _Place) -> _Place:
    if place.state != "only_in_qdrant":
        return place
    async with database.session() as session:
        return replace(place, owner=await collection_id(session, place.name))


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
        self._refused: set[int] = set()

    async def whole(self) -> CollectionReport:
        await self._count()
        owner = self._place.owner
        if owner is None:
            unlisted = 0 if self._place.aside else self._report.points or 0
            self._report.found = Differences(points_without_row=unlisted)
            return self._report
        started = await self._clock()
        async for points in self._points():
            await self._look(owner, list(points), points)
        async for ids in self._rows(owner):
            await self._look(owner, ids, None)
        self._report.refused = len(self._refused)
        self._report.unfindable = await self._unfindable(owner)
        needed = await (self._finish(owner, started) if self._repairing else self._needed(owner))
        self._report.kept = "; ".join(filter(None, (needed, *_told(self._report)))) or None
        return self._report

    async def _needed(self, owner: int) -> str | None:
        if self._place.there:
            return None
        async with self._database.session() as session:
            return await _needed(session, owner)

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
        self._refused |= first.refused
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

    async def _unfindable(self, owner: int) -> int:
        query = text(
            """
            SELECT count(DISTINCT c.document_id) FROM libraries l
            JOIN documents d ON d.library_id = l.id JOIN chunks c ON c.document_id = d.id
            WHERE l.collection_id = :owner AND NOT EXISTS (
              SELECT FROM vector_metadata v WHERE v.collection_id = :owner AND v.point_id = c.point_id)
            """
        )
        async with self._database.session() as session:
            return int((await session.execute(query, {"owner": owner})).scalar_one())

    async def _finish(self, owner: int, started: datetime) -> str | None:
        """Refused entries that stand for nothing any longer go, and a row that does; tells why it stays."""
        name = self._place.name
        description = await description_of(self._qdrant, name) if self._place.there else None
        async with self._database.session() as session:
            await _keep_out(session, owner)
            await session.execute(
                text(
                    """
                    DELETE FROM outbox WHERE collection_id = :owner AND rejected_at < :started
                      AND id <> ALL(CAST(:refused AS bigint[]))
                    """
                ),
                {"owner": owner, "started": started, "refused": list(self._refused)},
            )
            await describe(session, owner, description)
            return None if self._place.there else await _dropped(session, owner)


def _told(report: CollectionReport) -> Iterator[str]:
    if report.refused:
        yield f"{_count(report.refused, 'write')} refused by Qdrant: write those points again, or delete them"
    if report.unfindable:
        yield f"{_count(report.unfindable, 'document')} without vectors: to be written again"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


async def _keep_out(session: AsyncSession, owner: int) -> None:
    """Until the transaction ends nobody writes to the collection or dispatches for it."""
    await session.execute(text("SELECT FROM collections WHERE id = :owner FOR UPDATE"), {"owner": owner})


async def _needed(session: AsyncSession, owner: int) -> str | None:
    """Why the row of a collection has to stay that Qdrant does not have; None: nothing needs it."""
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
    return None


async def _dropped(session: AsyncSession, owner: int) -> str | None:
    """Removes the row of a collection that Qdrant does not have; tells why where it has to stay."""
    needed = await _needed(session, owner)
    if needed is None:
        await session.execute(text("DELETE FROM collections WHERE id = :owner"), {"owner": owner})
    return needed
