"""The two stores are compared exactly and brought into step, beside writes and as often as one likes."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient
from qdrant_client.http import models as api
from sqlalchemy import text

from citadel import differences
from citadel import sync as module
from citadel.differences import same
from citadel.engine import Database
from citadel.models import Collection, Library
from citadel.outbox import Dispatcher, Point, enqueue_delete, enqueue_upsert
from citadel.qdrant import QdrantUnavailable
from citadel.report import CollectionReport, Differences
from citadel.sync import compare, repair
from citadel_testing import Qdrant

A, B, C = (str(uuid.UUID(int=number)) for number in (1, 2, 3))
TIDY = Differences()


@pytest.fixture
async def qdrant(qdrant_server: Qdrant) -> AsyncIterator[AsyncQdrantClient]:
    """Qdrant without any collection: a comparison sees all of them."""
    client = qdrant_server.client()
    await clear(client)
    yield client
    await clear(client)
    await client.close()


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    monkeypatch.setattr(module, "LOCKED", 2)


async def clear(client: AsyncQdrantClient) -> None:
    for each in (await client.get_collections()).collections:
        await client.delete_collection(each.name)


async def make(qdrant: AsyncQdrantClient, name: str) -> None:
    vectors = api.VectorParams(size=2, distance=api.Distance.DOT)
    await qdrant.create_collection(name, vectors_config=vectors)


async def serve(qdrant: AsyncQdrantClient, name: str, *, alias: str) -> None:
    created = api.CreateAlias(collection_name=name, alias_name=alias)
    await qdrant.update_collection_aliases([api.CreateAliasOperation(create_alias=created)])


async def put(qdrant: AsyncQdrantClient, name: str, ids: list[Any], payload: Any = None) -> None:
    points = [api.PointStruct(id=each, vector=[1, 1], payload=payload) for each in ids]
    await qdrant.upsert(name, points, wait=True)


async def write(database: Database, name: str, *points: Point) -> list[int]:
    async with database.session() as session:
        return await enqueue_upsert(session, name, points)


async def written(database: Database, qdrant: AsyncQdrantClient, name: str, *points: Point) -> None:
    await Dispatcher(database, qdrant).drain(await write(database, name, *points))


async def run(database: Database, statement: str, **values: Any) -> list[Any]:
    async with database.session() as session:
        result = await session.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []


async def only(database: Database, qdrant: AsyncQdrantClient) -> CollectionReport:
    (report,) = (await compare(database, qdrant)).collections
    return report


async def repaired(database: Database, qdrant: AsyncQdrantClient) -> CollectionReport:
    """Repairs, and sees that a second repair finds nothing and changes nothing."""
    first = await repair(database, qdrant)
    assert first.in_step
    second = await repair(database, qdrant)
    assert second.in_step
    assert all(each.found == each.repaired == TIDY for each in second.collections)
    assert (await compare(database, qdrant)).in_step
    return first.collections[0]


async def test_two_empty_stores_are_in_step(database: Database, qdrant: AsyncQdrantClient) -> None:
    report = await compare(database, qdrant)
    assert (report.in_step, report.collections, report.mode) == (True, [], "plan")


async def test_what_was_written_through_the_outbox_is_in_step(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c")
    payload = {"n": None, "f": 0.1, "e": 1.5e300, "i": 2**63, "d": {"l": [1, "é", True, {}]}, "": ""}
    await written(database, qdrant, "c", *(Point(str(number), [1, 1], payload) for number in range(10)))
    report = await only(database, qdrant)
    assert (report.state, report.points, report.vectors, report.waiting) == ("both", 10, 10, 0)
    assert report.found == TIDY


async def test_points_that_qdrant_alone_has_get_rows(database: Database, qdrant: AsyncQdrantClient) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", Point(A, [1, 1]))
    await put(qdrant, "c", [B, C, 7, 8, 9], {"theirs": 1})
    report = await only(database, qdrant)
    assert (report.points, report.vectors, report.found) == (6, 1, Differences(points_without_row=5))
    assert (await repaired(database, qdrant)).repaired == Differences(points_without_row=5)
    rows = await run(database, "SELECT point_id, payload, indexed_at IS NULL FROM vector_metadata")
    assert {row[0] for row in rows} == {A, B, C, "7", "8", "9"}
    assert not any(row[2] for row in rows)


async def test_payloads_of_points_that_were_found_in_qdrant_stay_its_own(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c")
    await put(qdrant, "c", [A], {"n": 1})
    await repaired(database, qdrant)
    await qdrant.set_payload("c", {"n": 2}, [A], wait=True)
    await repaired(database, qdrant)
    assert (await qdrant.retrieve("c", [A]))[0].payload == {"n": 2}


async def test_rows_whose_point_is_gone_go_too(database: Database, qdrant: AsyncQdrantClient) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", *(Point(str(number), [1, 1]) for number in range(10)))
    await qdrant.delete("c", api.PointIdsList(points=list(range(2, 10))), wait=True)
    report = await only(database, qdrant)
    assert (report.points, report.vectors, report.found) == (2, 10, Differences(rows_without_point=8))
    assert (await repaired(database, qdrant)).repaired == Differences(rows_without_point=8)


async def test_equal_counts_of_different_points_are_not_in_step(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", Point(A, [1, 1]))
    await qdrant.delete("c", api.PointIdsList(points=[A]), wait=True)
    await put(qdrant, "c", [B])
    report = await only(database, qdrant)
    assert report.points == report.vectors == 1
    assert report.found == Differences(points_without_row=1, rows_without_point=1)
    await repaired(database, qdrant)


async def test_postgresqls_payload_is_written_where_qdrants_differs(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", Point(A, [1, 1], {"n": 1}), Point("7", [1, 1], {}), Point(C, [1, 1]))
    await qdrant.set_payload("c", {"n": 2, "more": 1}, [A, 7], wait=True)
    assert (await only(database, qdrant)).found == Differences(payloads_differ=2)
    assert (await repaired(database, qdrant)).repaired == Differences(payloads_differ=2)
    assert (await qdrant.retrieve("c", [A]))[0].payload == {"n": 1}
    assert (await qdrant.retrieve("c", [7]))[0].payload == {}


async def test_what_waits_in_the_outbox_is_no_difference(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", Point(A, [1, 1]), Point(B, [1, 1], {"n": 1}))
    await write(database, "c", Point(B, [1, 1], {"n": 2}), Point(C, [1, 1]))
    async with database.session() as session:
        await enqueue_delete(session, "c", [A])
    report = await compare(database, qdrant)
    (found,) = report.collections
    assert (report.in_step, report.outbox.waiting, found.waiting) == (True, 2, 3)
    assert (found.points, found.vectors) == (2, 2)


async def test_a_repair_applies_what_waits_first(database: Database, qdrant: AsyncQdrantClient) -> None:
    await make(qdrant, "c")
    await write(database, "c", Point(A, [1, 1]))
    report = await repair(database, qdrant)
    assert (report.applied, report.outbox.waiting, report.in_step) == (1, 0, True)
    assert (await only(database, qdrant)).points == 1


async def test_a_collection_of_qdrant_alone_is_taken_in(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "empty")
    await make(qdrant, "theirs")
    await put(qdrant, "theirs", [1, 2, 3, 4])
    report = await compare(database, qdrant)
    assert [(each.name, each.state, each.vectors) for each in report.collections] == [
        ("empty", "only_in_qdrant", None),
        ("theirs", "only_in_qdrant", None),
    ]
    assert report.collections[1].found == Differences(points_without_row=4)
    assert not report.in_step
    await repaired(database, qdrant)
    rows = await run(database, "SELECT name, vector_size, distance FROM collections ORDER BY name")
    assert [tuple(row) for row in rows] == [("empty", 2, "Dot"), ("theirs", 2, "Dot")]


async def test_a_collection_with_several_vectors_a_point_is_taken_in_without_a_size(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    vectors = {"a": api.VectorParams(size=2, distance=api.Distance.DOT)}
    await qdrant.create_collection("named", vectors_config=vectors)
    await repaired(database, qdrant)
    assert await run(database, "SELECT vector_size FROM collections") == [(None,)]


async def test_a_collection_of_postgresql_alone_goes(database: Database, qdrant: AsyncQdrantClient) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", *(Point(str(number), [1, 1]) for number in range(5)))
    await qdrant.delete_collection("c")
    report = await only(database, qdrant)
    assert (report.state, report.points, report.vectors) == ("only_in_postgres", None, 5)
    assert report.found == Differences(rows_without_point=5)
    assert (await repaired(database, qdrant)).repaired == Differences(rows_without_point=5)
    assert await run(database, "SELECT name FROM collections") == []


async def test_a_collection_that_is_needed_is_kept_and_told(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    async with database.session() as session:
        used = Collection(name="used")
        session.add(used)
        await session.flush()
        session.add(Library(name="l", model="m", collection_id=used.id))
        await enqueue_upsert(session, "waited", [Point(A, [1, 1])])
    for step in (compare, repair, repair, compare):
        report = await step(database, qdrant)
        assert not report.in_step
        kept = {each.name: each.kept for each in report.collections}
        assert kept == {
            "used": "libraries use this collection: create it in Qdrant",
            "waited": "writes wait for this collection: create it in Qdrant",
        }
    await make(qdrant, "used")
    await make(qdrant, "waited")
    await run(database, "UPDATE outbox SET next_attempt_at = now()")
    assert (await repair(database, qdrant)).in_step
    assert (await qdrant.count("waited", exact=True)).count == 1


async def test_a_collection_that_is_known_by_its_alias_is_one_collection(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c_blue")
    await serve(qdrant, "c_blue", alias="c")
    await written(database, qdrant, "c", Point(A, [1, 1]))
    report = await only(database, qdrant)
    assert (report.name, report.state, report.points, report.vectors) == ("c", "both", 1, 1)
    await repaired(database, qdrant)


async def test_refused_writes_are_left_by_a_repair_and_settled_by_later_ones(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", Point(A, [1, 1], {"n": 1}))
    await write(database, "c", Point(A, [1, 1, 1], {"n": 2}), Point(B, [1, 1, 1]))
    await Dispatcher(database, qdrant).drain()
    for report in (await compare(database, qdrant), await repair(database, qdrant)):
        (found,) = report.collections
        assert (report.in_step, report.outbox.rejected, found.refused, found.found) == (False, 1, 1, TIDY)
        assert found.kept is not None
        assert found.kept.startswith("1 write refused by Qdrant")
    assert (await qdrant.retrieve("c", [A]))[0].payload == {"n": 1}
    rows = await run(database, "SELECT point_id, indexed_at IS NULL FROM vector_metadata ORDER BY point_id")
    assert rows == [(A, True), (B, True)]
    await written(database, qdrant, "c", Point(A, [1, 1], {"n": 3}), Point(B, [1, 1]))
    await repaired(database, qdrant)
    assert await run(database, "SELECT id FROM outbox") == []


async def test_a_repair_tries_refused_writes_again(database: Database, qdrant: AsyncQdrantClient) -> None:
    await make(qdrant, "c")
    await write(database, "c", Point(A, [1, 1, 1]))
    await Dispatcher(database, qdrant).drain()
    await qdrant.delete_collection("c")
    vectors = api.VectorParams(size=3, distance=api.Distance.DOT)
    await qdrant.create_collection("c", vectors_config=vectors)
    await repaired(database, qdrant)
    assert (await qdrant.count("c", exact=True)).count == 1


async def test_collections_aside_are_shown_and_left_alone(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c--before-1")
    await put(qdrant, "c--before-1", [1])
    for look in (compare, repair):
        report = await look(database, qdrant, r".+--before-\d+")
        (found,) = report.collections
        assert (report.in_step, found.state, found.points) == (True, "aside", 1)
    assert await run(database, "SELECT name FROM collections") == []


async def test_a_collection_that_an_alias_serves_is_not_aside(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c--1")
    await serve(qdrant, "c--1", alias="c")
    report = await compare(database, qdrant, r".+--\d+")
    assert [(found.name, found.state) for found in report.collections] == [("c--1", "only_in_qdrant")]


@pytest.mark.parametrize("look", [compare, repair])
async def test_running_writes_are_neither_differences_nor_disturbed(
    database: Database, qdrant: AsyncQdrantClient, look: Any
) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", *(Point(str(number), [1, 1], {"n": 0}) for number in range(20)))
    dispatcher = Dispatcher(database, qdrant, poll_seconds=0.01)
    stop = asyncio.Event()
    running = asyncio.create_task(dispatcher.run(stop))

    async def writer() -> None:
        for turn in range(40):
            name = str(turn % 25)
            await write(database, "c", Point(name, [1, 1], {"n": turn}))
            async with database.session() as session:
                await enqueue_delete(session, "c", [str((turn + 7) % 25)])

    writing = asyncio.create_task(writer())
    found = []
    while not writing.done():
        found += [each.found for each in (await look(database, qdrant)).collections]
    await writing
    stop.set()
    await running
    await dispatcher.drain()
    assert found
    assert set(found) == {TIDY}
    assert (await compare(database, qdrant)).in_step


async def test_two_repairs_at_once_do_not_hinder_each_other(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", *(Point(str(number), [1, 1], {"n": 1}) for number in range(10)))
    await qdrant.delete("c", api.PointIdsList(points=[0, 1, 2]), wait=True)
    await put(qdrant, "c", [20, 21, 22, 23])
    await qdrant.set_payload("c", {"n": 2}, [5, 6], wait=True)
    reports = await asyncio.gather(*(repair(database, qdrant) for _ in range(3)))
    assert all(report.in_step for report in reports)
    total = Differences()
    for report in reports:
        total = total.plus(report.collections[0].repaired)
    assert total == Differences(points_without_row=4, rows_without_point=3, payloads_differ=2)
    assert (await compare(database, qdrant)).in_step


async def test_a_repair_that_dies_in_the_middle_is_finished_by_the_next(
    database: Database, qdrant: AsyncQdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make(qdrant, "c")
    await put(qdrant, "c", list(range(10)))
    real, calls = module.put_right, 0

    async def dying(*given: Any) -> None:
        nonlocal calls
        calls += 1
        await real(*given)
        if calls == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "put_right", dying)
    with pytest.raises(KeyboardInterrupt):
        await repair(database, qdrant)
    monkeypatch.setattr(module, "put_right", real)
    assert (await repaired(database, qdrant)).repaired == Differences(points_without_row=8)


async def test_a_qdrant_that_is_away_changes_nothing(database: Database, qdrant: AsyncQdrantClient) -> None:
    await make(qdrant, "c")
    await written(database, qdrant, "c", Point(A, [1, 1]))
    away = AsyncQdrantClient(url="http://127.0.0.1:1", check_compatibility=False)
    for look in (compare, repair):
        with pytest.raises(QdrantUnavailable):
            await look(database, away)
    assert len(await run(database, "SELECT id FROM vector_metadata")) == 1
    await away.close()


async def test_a_key_that_is_not_right_is_told(database: Database, qdrant_server: Qdrant) -> None:
    client = AsyncQdrantClient(url=qdrant_server.url, check_compatibility=False)
    with pytest.raises(QdrantUnavailable, match="40"):
        await compare(database, client)
    await client.close()


async def test_a_collection_that_disappears_meanwhile_stops_the_repair(
    database: Database, qdrant: AsyncQdrantClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows must not go because one question was answered with 404."""
    await make(qdrant, "c")
    await written(database, qdrant, "c", Point(A, [1, 1]))
    places = await module._places(database, qdrant, None)
    await qdrant.delete_collection("c")

    async def as_before(*_: object) -> Any:
        return places

    monkeypatch.setattr(module, "_places", as_before)
    with pytest.raises(QdrantUnavailable, match="404"):
        await repair(database, qdrant)
    assert len(await run(database, "SELECT id FROM vector_metadata")) == 1


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 10**300}, {"a": 1e300}, True),
        ({"a": 0.1}, {"a": 0.10000000000000002}, True),
        ({"a": 0.1}, {"a": 0.11}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": [1, 2]}, {"a": [2, 1]}, False),
        ({"a": [1]}, {"a": [1, 2]}, False),
        ({"a": None}, {}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": {"b": ["x"]}}, {"a": {"b": ["x"]}}, True),
        ({}, [], False),
    ],
)
def test_payloads_are_compared_by_value(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal


def test_the_second_look_is_bounded_in_time() -> None:
    assert differences.SECONDS < 120, "a transaction may not be idle for longer"
