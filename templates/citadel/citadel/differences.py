"""Points beside rows: what differs in a batch, and how it is put right.

Qdrant owns vectors: a row whose point is not there goes, and a point without a row gets one. PostgreSQL owns
metadata: where payloads differ, its payload is written; rows that were found in Qdrant have none to write.
What Qdrant has refused is left as it is: neither store has what was asked for.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qdrant_client import AsyncQdrantClient
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from citadel.dispatcher import api_id
from citadel.qdrant import asking
from citadel.report import Differences

SECONDS = 60.0
CLOSE = 1e-12
"""How far numbers of a payload may be apart: Qdrant may read the last digit of one otherwise."""

type Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """Ids by what is wrong with them; with the payloads that Qdrant should have, and the refused entries."""

    points_without_row: list[str]
    rows_without_point: list[str]
    payloads: dict[str, Payload]
    unconfirmed: list[str]
    refused: frozenset[int] = frozenset()

    def part(self, *, of_points: bool) -> "Judged":
        """What a walk through the points tells, or what a walk through the rows adds to that."""
        if of_points:
            return replace(self, rows_without_point=[])
        return Judged([], self.rows_without_point, {}, [], self.refused)

    @property
    def ids(self) -> list[str]:
        return [*{*self.points_without_row, *self.rows_without_point, *self.payloads, *self.unconfirmed}]

    @property
    def counts(self) -> Differences:
        lists = (self.points_without_row, self.rows_without_point, self.payloads, self.unconfirmed)
        return Differences(*map(len, lists))


def judge(rows: Mapping[str, Row[Any]], points: Mapping[str, Payload]) -> Judged:
    """Compares, for the ids of `rows`."""
    told = {name: row for name, row in rows.items() if row.refused is None}
    both = [(name, row) for name, row in told.items() if row.present and name in points]
    return Judged(
        points_without_row=[name for name, row in told.items() if not row.present and name in points],
        rows_without_point=[name for name, row in told.items() if row.present and name not in points],
        payloads={
            name: row.payload
            for name, row in both
            if row.payload is not None and not same(row.payload, points[name])
        },
        unconfirmed=[name for name, row in both if row.unconfirmed],
        refused=frozenset(row.refused for name, row in rows.items() if name not in told),
    )


def same(one: Any, other: Any) -> bool:
    """Whether two values of JSON are the same; numbers may differ in how they are written."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if _number(one) and _number(other):
        return bool(one == other) or math.isclose(float(one), float(other), rel_tol=CLOSE)
    return type(one) is type(other) and bool(one == other)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


async def rows_of(session: AsyncSession, owner: int, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """A line per id, also for those without a row; none for those that wait in the outbox.

    `refused` is the entry that was the last to write or delete the id, where Qdrant has refused that.
    """
    query = text(
        """
        WITH given AS MATERIALIZED (SELECT unnest(CAST(:ids AS text[])) AS id),
        noted AS MATERIALIZED (
          SELECT given.id, outbox.id AS entry, operation, rejected_at IS NOT NULL AS rejected
          FROM outbox CROSS JOIN unnest(point_ids) AS point (id) JOIN given ON given.id = point.id
          WHERE collection_id = :owner)
        SELECT given.id, v.id IS NOT NULL AS present, v.payload, v.indexed_at IS NULL AS unconfirmed,
          (SELECT max(entry) FROM noted WHERE noted.id = given.id
             AND CASE operation WHEN 'upsert' THEN entry = v.entry_id AND v.indexed_at IS NULL
                 ELSE v.id IS NULL END) AS refused
        FROM given
        LEFT JOIN vector_metadata v ON v.collection_id = :owner AND v.point_id = given.id
        WHERE NOT EXISTS (SELECT FROM noted WHERE noted.id = given.id AND NOT rejected)
        """
    )
    return {row.id: row for row in await session.execute(query, {"owner": owner, "ids": list(ids)})}


async def points_of(qdrant: AsyncQdrantClient, collection: str, ids: Sequence[str]) -> dict[str, Payload]:
    """Payloads of those points that are there."""
    async with asking(SECONDS):
        found = await qdrant.retrieve(collection, [api_id(name) for name in ids], with_payload=True)
    return {str(point.id): point.payload or {} for point in found}


async def put_right(
    session: AsyncSession, qdrant: AsyncQdrantClient, owner: int, collection: str, judged: Judged
) -> None:
    """Acts on what was judged, under the lock that it was judged under."""
    await _on_rows(session, owner, judged.rows_without_point, _REMOVE)
    await _on_rows(session, owner, judged.points_without_row, _ADD)
    await _on_rows(session, owner, judged.unconfirmed, _CONFIRM)
    for name, payload in judged.payloads.items():
        async with asking(SECONDS):
            await qdrant.overwrite_payload(collection, dict(payload), [api_id(name)], wait=True)


_REMOVE = "DELETE FROM vector_metadata WHERE collection_id = :owner AND point_id = ANY(CAST(:ids AS text[]))"
_ADD = """
INSERT INTO vector_metadata (collection_id, point_id, indexed_at)
SELECT :owner, id, now() FROM unnest(CAST(:ids AS text[])) AS given (id) ON CONFLICT DO NOTHING
"""
_CONFIRM = """
UPDATE vector_metadata SET indexed_at = now()
WHERE collection_id = :owner AND point_id = ANY(CAST(:ids AS text[]))
"""


async def _on_rows(session: AsyncSession, owner: int, ids: list[str], statement: str) -> None:
    if ids:
        await session.execute(text(statement), {"owner": owner, "ids": sorted(ids)})
