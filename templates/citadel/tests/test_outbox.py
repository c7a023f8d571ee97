"""A write is in PostgreSQL with all that belongs to it, or not at all."""

import asyncio
import uuid

import numpy as np
import pytest
from sqlalchemy import text

from citadel import outbox
from citadel.engine import Database
from citadel.outbox import Point, PointRefused, enqueue_delete, enqueue_upsert, pending, point_id

A, B, C = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


async def rows(database: Database) -> list[tuple[str, object, int | None, bool]]:
    async with database.session() as session:
        columns = "point_id, payload, entry_id, indexed_at IS NULL"
        found = await session.execute(text(f"SELECT {columns} FROM vector_metadata ORDER BY point_id"))
        return [tuple(row) for row in found]  # type: ignore[misc]


async def entries(database: Database) -> list[tuple[int, str, list[str]]]:
    async with database.session() as session:
        found = await session.execute(text("SELECT id, operation, point_ids FROM outbox ORDER BY id"))
        return [tuple(row) for row in found]  # type: ignore[misc]


async def test_a_write_notes_an_entry_and_a_row_per_vector(database: Database) -> None:
    async with database.session() as session:
        (entry,) = await enqueue_upsert(session, "c", [Point(B, [1, 0], {"b": 1}), Point(A, [0, 1])])
    assert await entries(database) == [(entry, "upsert", [A, B])]
    assert await rows(database) == [(A, {}, entry, True), (B, {"b": 1}, entry, True)]


async def test_vectors_are_kept_as_32_bit_floats_in_the_order_of_the_ids(database: Database) -> None:
    async with database.session() as session:
        await enqueue_upsert(session, "c", [Point(B, [1.5, 0.1]), Point(A, [2, 3])])
        kept = (await session.execute(text("SELECT vectors FROM outbox"))).scalar_one()
    assert np.frombuffer(kept, "<f4").tolist() == [2, 3, 1.5, float(np.float32(0.1))]


async def test_a_write_that_is_rolled_back_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.session() as session:
            await enqueue_upsert(session, "c", [Point(A, [1])])
            _ = 1 / 0
    assert await rows(database) == []
    assert await entries(database) == []


async def test_a_second_write_of_a_point_takes_its_row(database: Database) -> None:
    async with database.session() as session:
        await enqueue_upsert(session, "c", [Point(A, [1], {"n": 1}), Point(B, [1], {"n": 1})])
    async with database.session() as session:
        (second,) = await enqueue_upsert(session, "c", [Point(A, [2], {"n": 2})])
    assert (await rows(database))[0] == (A, {"n": 2}, second, True)


async def test_a_deletion_removes_the_rows_at_once(database: Database) -> None:
    async with database.session() as session:
        await enqueue_upsert(session, "c", [Point(A, [1]), Point(B, [1])])
        await enqueue_upsert(session, "other", [Point(A, [1])])
        (entry,) = await enqueue_delete(session, "c", [A, C, A.upper()])
    assert (await entries(database))[-1] == (entry, "delete", [A, C])
    assert [row[0] for row in await rows(database)] == [A, B]


async def test_the_same_id_twice_is_one_point_and_the_last_counts(database: Database) -> None:
    async with database.session() as session:
        await enqueue_upsert(session, "c", [Point(A, [1], {"n": 1}), Point(A.upper(), [2], {"n": 2})])
    ((_, _, ids),) = await entries(database)
    assert ids == [A]
    assert (await rows(database))[0][1] == {"n": 2}


async def test_nothing_to_write_is_no_entry(database: Database) -> None:
    async with database.session() as session:
        assert await enqueue_upsert(session, "c", []) == []
        assert await enqueue_delete(session, "c", []) == []


async def test_a_large_write_becomes_several_requests(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "MOST_FLOATS", 8)
    monkeypatch.setattr(outbox, "MOST_PAYLOAD", 100)
    monkeypatch.setattr(outbox, "MOST_DELETED", 2)
    small = [Point(str(number), [1, 2]) for number in range(5)]
    large = [Point(str(number), [1], {"text": "x" * 60}) for number in range(3)]
    async with database.session() as session:
        await enqueue_upsert(session, "small", small)
        await enqueue_upsert(session, "large", large)
        await enqueue_upsert(session, "wide", [Point("1", [1] * 20), Point("2", [1] * 20)])
        await enqueue_delete(session, "small", ["0", "1", "2"])
    assert [len(ids) for _, _, ids in await entries(database)] == [4, 1, 1, 1, 1, 1, 1, 2, 1]


@pytest.mark.parametrize(
    ("given", "canonical"),
    [("7", "7"), ("007", "7"), (str(2**64 - 1), str(2**64 - 1)), (A.upper(), A), (uuid.UUID(A).hex, A)],
)
def test_an_id_is_written_in_one_way(given: str, canonical: str) -> None:
    assert point_id(given) == canonical


@pytest.mark.parametrize("given", ["", "x", "-1", str(2**64), "1.0", "٣"])
def test_what_is_no_id_is_refused(given: str) -> None:
    with pytest.raises(PointRefused, match="UUID"):
        point_id(given)


@pytest.mark.parametrize(
    "points",
    [
        [Point(A, [])],
        [Point(A, [1, 2]), Point(B, [1])],
        [Point(A, ["x"])],  # type: ignore[list-item]
        [Point(A, [[1.0]])],  # type: ignore[list-item]
        [Point(A, [float("nan")])],
        [Point(A, [1e39])],
        [Point(A, [1], {"a": float("inf")})],
        [Point(A, [1], {"a": object()})],
        [Point(A, [1], {"a": "\0"})],
        [Point(A, [1], {"\\\0": 1})],
        [Point(A, [1], {"a": "\ud800"})],
        [Point("x", [1])],
    ],
)
async def test_what_cannot_be_kept_is_refused_before_anything_is_written(
    database: Database, points: list[Point]
) -> None:
    async with database.session() as session:
        with pytest.raises(PointRefused):
            await enqueue_upsert(session, "c", points)
    assert await entries(database) == []


async def test_any_other_text_is_kept(database: Database) -> None:
    payload = {"a": "\\u0000 \\\\u0000 é 😀 \n", "n": None, "d": {"e": [1, 2.5, True]}}
    async with database.session() as session:
        await enqueue_upsert(session, "c", [Point(A, [1], payload)])
    assert (await rows(database))[0][1] == payload


async def test_writers_of_the_same_points_do_not_lock_each_other_out(database: Database) -> None:
    points = [Point(str(number), [1]) for number in range(50)]

    async def write(order: list[Point]) -> None:
        async with database.session() as session:
            await enqueue_upsert(session, "c", order)

    async def remove() -> None:
        async with database.session() as session:
            await enqueue_delete(session, "c", [point.id for point in reversed(points)])

    for _ in range(5):
        await asyncio.gather(write(points), write(points[::-1]), remove(), write(points))


async def test_a_new_collection_is_made_once(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.session() as session:
            await enqueue_upsert(session, "new", [Point(str(number), [1])])

    await asyncio.gather(*(write(number) for number in range(5)))
    async with database.session() as session:
        assert (await session.execute(text("SELECT count(*) FROM collections"))).scalar_one() == 1


async def test_what_waits_is_counted(database: Database) -> None:
    async with database.session() as session:
        assert await pending(session) == outbox.Pending(0, 0, None)
        await enqueue_upsert(session, "c", [Point(A, [1])])
        await enqueue_delete(session, "c", [B])
        await session.execute(text("UPDATE outbox SET created_at = now() - interval '1 hour'"))
        await session.execute(text("UPDATE outbox SET rejected_at = now() WHERE operation = 'delete'"))
        counted = await pending(session)
    assert (counted.waiting, counted.rejected) == (1, 1)
    assert counted.oldest_seconds == pytest.approx(3600, abs=60)
