"""Qdrant ends as PostgreSQL has it, whatever dies on the way."""

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient
from qdrant_client.http import models as api
from sqlalchemy import text

from citadel import dispatcher as module
from citadel.engine import Database, DatabaseUnavailable
from citadel.outbox import Dispatcher, Point, enqueue_delete, enqueue_upsert, pending
from citadel.settings import ROOT, DatabaseSettings
from citadel_testing import Qdrant

A, B, C = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


class Crash(BaseException):
    """The process dies here."""


class Around:
    """Qdrant's client with something before and after each write."""

    def __init__(self, client: AsyncQdrantClient, before: Any = None, after: Any = None) -> None:
        self._client = client
        self._before = before
        self._after = after
        self.seen: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        call: Callable[..., Awaitable[Any]] = getattr(self._client, name)
        if name not in ("upsert", "delete"):
            return call

        async def around(collection: str, *args: Any, **kwargs: Any) -> Any:
            self.seen.append((name, collection))
            if self._before:
                await self._before(collection)
            answer = await call(collection, *args, **kwargs)
            if self._after:
                await self._after(collection)
            return answer

        return around


@pytest.fixture
async def collection(qdrant: AsyncQdrantClient) -> AsyncIterator[str]:
    """A collection of two dimensions in Qdrant."""
    name = f"c-{uuid.uuid4().hex[:8]}"
    await make(qdrant, name)
    yield name
    await qdrant.delete_collection(name)


async def make(qdrant: AsyncQdrantClient, name: str) -> None:
    vectors = api.VectorParams(size=2, distance=api.Distance.DOT)
    await qdrant.create_collection(name, vectors_config=vectors)


async def write(database: Database, collection: str, *points: Point) -> list[int]:
    async with database.session() as session:
        return await enqueue_upsert(session, collection, points)


async def remove(database: Database, collection: str, *ids: str) -> list[int]:
    async with database.session() as session:
        return await enqueue_delete(session, collection, ids)


async def stored(qdrant: AsyncQdrantClient, collection: str) -> dict[str, tuple[Any, Any]]:
    points, _ = await qdrant.scroll(collection, limit=1000, with_vectors=True, with_payload=True)
    return {str(point.id): (point.vector, point.payload) for point in points}


async def waiting(database: Database) -> int:
    async with database.session() as session:
        return (await pending(session)).waiting


async def unconfirmed(database: Database) -> list[str]:
    async with database.session() as session:
        query = "SELECT point_id FROM vector_metadata WHERE indexed_at IS NULL ORDER BY point_id"
        return list(await session.scalars(text(query)))


async def no_backoff(database: Database) -> None:
    async with database.session() as session:
        await session.execute(text("UPDATE outbox SET next_attempt_at = now()"))


async def test_a_write_arrives_and_is_confirmed(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    ids = await write(database, collection, Point(A, [1, 2], {"a": [1, None]}), Point("7", [3, 4]))
    assert await unconfirmed(database) == [A, "7"]
    drained = await Dispatcher(database, qdrant).drain(ids)
    assert (drained.applied, drained.rejected, drained.waiting) == (set(ids), {}, set())
    assert await stored(qdrant, collection) == {A: ([1, 2], {"a": [1, None]}), "7": ([3, 4], {})}
    assert await unconfirmed(database) == []
    assert await waiting(database) == 0


async def test_a_deletion_arrives(database: Database, qdrant: AsyncQdrantClient, collection: str) -> None:
    await write(database, collection, Point(A, [1, 2]), Point(B, [1, 2]), Point("7", [1, 2]))
    await remove(database, collection, A, "7", C)
    await Dispatcher(database, qdrant).drain()
    assert list(await stored(qdrant, collection)) == [B]


async def test_entries_are_applied_in_order(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    await write(database, collection, Point(A, [1, 1]))
    await remove(database, collection, A)
    await write(database, collection, Point(A, [2, 2]), Point(B, [2, 2]))
    await write(database, collection, Point(B, [3, 3]))
    await remove(database, collection, C)
    around = Around(qdrant)
    drained = await Dispatcher(database, around).drain()  # type: ignore[arg-type]
    assert len(drained.applied) == 5
    assert around.seen == [("upsert", collection), ("delete", collection)]
    assert {name: vector for name, (vector, _) in (await stored(qdrant, collection)).items()} == {
        A: [2, 2],
        B: [3, 3],
    }


async def test_with_ids_only_what_waits_before_them_is_applied(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    await write(database, collection, Point(A, [1, 1]))
    second = await write(database, collection, Point(B, [1, 1]))
    await write(database, collection, Point(C, [1, 1]))
    assert (await Dispatcher(database, qdrant).drain(second)).applied == set(second)
    assert sorted(await stored(qdrant, collection)) == [A, B]
    assert await waiting(database) == 1


async def test_entries_that_are_gone_count_as_applied(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    ids = await write(database, collection, Point(A, [1, 1]))
    dispatcher = Dispatcher(database, qdrant)
    await dispatcher.drain()
    assert (await dispatcher.drain(ids)).applied == set(ids)
    assert (await dispatcher.drain([])).applied == set()


async def test_collections_that_late_writes_changed_are_told(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    told: list[frozenset[str]] = []

    async def changed(names: frozenset[str]) -> None:
        told.append(names)

    dispatcher = Dispatcher(database, qdrant, changed=changed)
    await dispatcher.drain(await write(database, collection, Point(A, [1, 1])))
    assert told == []
    await write(database, collection, Point(A, [2, 2]))
    assert (await dispatcher.drain()).changed == {collection}
    await dispatcher.drain()
    assert told == [{collection}]


async def test_a_dispatcher_remembers_only_the_newest_entries(
    database: Database, qdrant: AsyncQdrantClient, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 2)
    dispatcher = Dispatcher(database, qdrant)
    ids = [(await write(database, collection, Point(str(number), [1, 1])))[0] for number in range(5)]
    await dispatcher.drain()
    assert len(dispatcher._recent) == 2
    assert (await dispatcher.drain(ids)).applied == set(ids)


async def test_a_limit_is_kept(database: Database, qdrant: AsyncQdrantClient, collection: str) -> None:
    for number in range(4):
        await write(database, collection, Point(str(number), [1, 1]))
    assert len((await Dispatcher(database, qdrant).drain(limit=3)).applied) == 3
    assert await waiting(database) == 1


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_around_qdrants_answer_loses_and_doubles_nothing(
    database: Database, qdrant: AsyncQdrantClient, collection: str, moment: str
) -> None:
    async def crash(_: str) -> None:
        raise Crash

    await write(database, collection, Point(A, [1, 1], {"n": 1}), Point(B, [1, 1]))
    await remove(database, collection, B)
    for _ in range(2):
        with pytest.raises(Crash):
            await Dispatcher(database, Around(qdrant, **{moment: crash})).drain()  # type: ignore[arg-type]
        assert await waiting(database) == 2
    await Dispatcher(database, qdrant).drain()
    assert await stored(qdrant, collection) == {A: ([1, 1], {"n": 1})}
    assert await waiting(database) == 0
    assert await unconfirmed(database) == []


KILLED = """
import asyncio, os, signal, sys
from qdrant_client import AsyncQdrantClient
from citadel.engine import Database
from citadel.outbox import Dispatcher
from citadel.settings import DatabaseSettings

url, key = os.environ["QDRANT_URL"], os.environ["QDRANT_API_KEY"]
client = AsyncQdrantClient(url=url, api_key=key, check_compatibility=False)
real = client.upsert

async def upsert(*args, **kwargs):
    if sys.argv[1] == "after":
        await real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

client.upsert = upsert
asyncio.run(Dispatcher(Database(DatabaseSettings.load()), client).drain())
"""


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_killed_process_leaves_no_lock_and_no_hole(
    database: Database,
    database_settings: DatabaseSettings,
    qdrant: AsyncQdrantClient,
    qdrant_server: Qdrant,
    collection: str,
    moment: str,
) -> None:
    ids = await write(database, collection, Point(A, [1, 1]))
    where = ("host", "port", "user", "db")
    environment = {
        **os.environ,
        **{f"POSTGRES_{name.upper()}": str(getattr(database_settings, name)) for name in where},
        "POSTGRES_PASSWORD": database_settings.password.get_secret_value(),
        "QDRANT_URL": qdrant_server.url,
        "QDRANT_API_KEY": qdrant_server.api_key,
    }
    command = [sys.executable, "-W", "ignore", "-c", KILLED, moment]
    killed = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=environment, timeout=60)
    assert killed.returncode == -9
    assert bool(await stored(qdrant, collection)) == (moment == "after")
    async with asyncio.timeout(20):
        assert (await Dispatcher(database, qdrant).drain(ids)).applied == set(ids)
    assert list(await stored(qdrant, collection)) == [A]


async def test_a_late_entry_does_not_bring_back_what_was_written_since(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    """As after a rejected entry that is tried again."""
    (old,) = await write(database, collection, Point(A, [1, 1], {"n": 1}), Point(B, [1, 1]), Point(C, [1, 1]))
    (gone,) = await remove(database, collection, B)
    await write(database, collection, Point(B, [3, 3]))
    async with database.session() as session:
        late = text("UPDATE outbox SET rejected_at = now() WHERE id = ANY(CAST(:ids AS bigint[]))")
        await session.execute(late, {"ids": [old, gone]})
    await write(database, collection, Point(A, [2, 2], {"n": 2}))
    dispatcher = Dispatcher(database, qdrant)
    await dispatcher.drain()
    async with database.session() as session:
        await session.execute(text("UPDATE outbox SET rejected_at = NULL"))
    await dispatcher.drain()
    assert await stored(qdrant, collection) == {A: ([2, 2], {"n": 2}), B: ([3, 3], {}), C: ([1, 1], {})}


async def test_a_point_that_is_written_again_meanwhile_is_confirmed_by_its_own_entry(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    again: list[int] = []

    async def interfere(_: str) -> None:
        if not again:
            again.extend(await write(database, collection, Point(A, [2, 2])))

    ids = await write(database, collection, Point(A, [1, 1]), Point(B, [1, 1]))
    around = Around(qdrant, after=interfere)
    await Dispatcher(database, around).drain(ids)  # type: ignore[arg-type]
    assert await unconfirmed(database) == [A]
    await Dispatcher(database, qdrant).drain(again)
    assert await unconfirmed(database) == []
    assert (await stored(qdrant, collection))[A][0] == [2, 2]


async def test_the_dispatcher_locks_rows_in_the_order_of_writers(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    """It waits at row 5, and does not hold row 9 meanwhile, which the writer of row 5 wants next."""
    points = [Point(str(number), [1, 1]) for number in range(10)]
    holding, release = asyncio.Event(), asyncio.Event()

    async def writer() -> None:
        async with database.session() as session:
            await enqueue_upsert(session, collection, [points[5]])
            holding.set()
            await release.wait()
            await enqueue_upsert(session, collection, [points[9]])

    async def answered(_: str) -> None:
        writing.append(asyncio.create_task(writer()))
        await holding.wait()
        asyncio.get_running_loop().call_later(0.5, release.set)

    writing: list[asyncio.Task[None]] = []
    ids = await write(database, collection, *points)
    around: Any = Around(qdrant, after=answered)
    assert (await Dispatcher(database, around).drain(ids)).applied == set(ids)
    await writing[0]
    assert await unconfirmed(database) == ["5", "9"]


async def test_two_dispatchers_share_the_work_and_keep_the_order(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    at_work = most = 0

    async def enter(_: str) -> None:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.005)

    async def leave(_: str) -> None:
        nonlocal at_work
        at_work -= 1

    for number in range(20):
        await write(database, collection, Point(A, [number, number]), Point(str(number), [1, 1]))
    around: Any = Around(qdrant, before=enter, after=leave)
    drained = await asyncio.gather(*(Dispatcher(database, around).drain() for _ in range(3)))
    assert sum(len(each.applied) for each in drained) == 20
    assert most == 1
    assert (await stored(qdrant, collection))[A][0] == [19, 19]
    assert len(await stored(qdrant, collection)) == 21


async def test_writers_that_wait_for_their_entries_all_get_them(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    one, two = Dispatcher(database, qdrant), Dispatcher(database, qdrant)

    async def request(number: int) -> bool:
        ids = await write(database, collection, Point(str(number), [1, 1]))
        return (await (one, two)[number % 2].drain(ids)).applied == set(ids)

    assert all(await asyncio.gather(*(request(number) for number in range(20))))
    assert len(await stored(qdrant, collection)) == 20


async def test_qdrant_may_go_and_come_back(database: Database, own_qdrant: Qdrant) -> None:
    assert own_qdrant.server
    client = own_qdrant.client()
    await make(client, "c")
    dispatcher = Dispatcher(database, client)
    first = await write(database, "c", Point(A, [1, 1]))
    own_qdrant.server.kill()
    assert (await dispatcher.drain(first)).waiting == set(first)
    second = await write(database, "c", Point(B, [1, 1]))
    assert (await dispatcher.drain(second)).waiting == set(second)
    async with database.session() as session:
        row = (
            await session.execute(text("SELECT attempts, last_error FROM outbox ORDER BY id LIMIT 1"))
        ).one()
    assert row.attempts == 1
    assert row.last_error == "Qdrant did not answer: ConnectError"
    own_qdrant.server.start()
    stop = asyncio.Event()
    running = asyncio.create_task(Dispatcher(database, client, poll_seconds=0.05).run(stop))
    async with asyncio.timeout(20):
        while await waiting(database):
            await asyncio.sleep(0.05)
    stop.set()
    await running
    assert sorted(await stored(client, "c")) == [A, B]
    await client.close()


async def test_attempts_come_later_each_time_up_to_a_cap(database: Database) -> None:
    client = AsyncQdrantClient(url="http://127.0.0.1:1", check_compatibility=False)
    await write(database, "c", Point(A, [1, 1]))
    delays = []
    for _ in range(7):
        await Dispatcher(database, client).drain()
        async with database.session() as session:
            query = text("SELECT extract(epoch FROM next_attempt_at - now())::float FROM outbox")
            delays.append((await session.execute(query)).scalar_one())
        await no_backoff(database)
    assert 0.2 < delays[0] <= module.FIRST_DELAY
    assert delays[0] < delays[2] < delays[4]
    assert module.LONGEST_DELAY * 0.7 < delays[6] <= module.LONGEST_DELAY
    await client.close()


async def test_a_qdrant_that_says_nothing_is_given_up(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    async def hang(_: str) -> None:
        await asyncio.sleep(60)

    ids = await write(database, collection, Point(A, [1, 1]))
    slow: Any = Around(qdrant, before=hang)
    async with asyncio.timeout(10):
        assert (await Dispatcher(database, slow, request_seconds=0.1).drain(ids)).waiting == set(ids)


async def test_a_caller_that_gives_up_leaves_the_entry_to_others(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    async def hang(_: str) -> None:
        await asyncio.sleep(60)

    ids = await write(database, collection, Point(A, [1, 1]))
    slow: Any = Around(qdrant, before=hang)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await Dispatcher(database, slow).drain(ids)
    async with asyncio.timeout(10):
        assert (await Dispatcher(database, qdrant).drain(ids)).applied == set(ids)


async def test_what_qdrant_refuses_is_set_aside_with_its_answer(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    (poison,) = await write(database, collection, Point(A, [1, 2, 3]))
    after = await write(database, collection, Point(B, [1, 1]))
    drained = await Dispatcher(database, qdrant).drain([poison, *after])
    assert drained.applied == set(after)
    assert list(drained.rejected) == [poison]
    assert "400" in drained.rejected[poison]
    assert "dim" in drained.rejected[poison]
    async with database.session() as session:
        counted = await pending(session)
    assert (counted.waiting, counted.rejected) == (0, 1)
    assert list(await stored(qdrant, collection)) == [B]


@pytest.mark.parametrize(("sizes", "requests"), [([2, 2, 3, 2, 4, 2, 2, 2], 6), ([3, 3, 2], 3), ([3, 3], 3)])
async def test_a_refused_write_among_others_is_found(
    database: Database, qdrant: AsyncQdrantClient, collection: str, sizes: list[int], requests: int
) -> None:
    for number, size in enumerate(sizes):
        await write(database, collection, Point(str(number), [1.0] * size))
    around: Any = Around(qdrant)
    drained = await Dispatcher(database, around).drain()
    good = [str(number) for number, size in enumerate(sizes) if size == 2]
    assert len(drained.applied) == len(good)
    assert len(drained.rejected) == len(sizes) - len(good)
    assert sorted(await stored(qdrant, collection)) == good
    assert len(around.seen) == requests


async def test_what_is_applied_together_has_bounds(
    database: Database, qdrant: AsyncQdrantClient, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def requests(entries: int, points: int, size: int) -> int:
        monkeypatch.setattr(module, "TOGETHER", entries)
        monkeypatch.setattr(module, "MOST_POINTS", points)
        monkeypatch.setattr(module, "MOST_BYTES", size)
        for turn in range(6):
            await write(database, collection, *(Point(str(2 * turn + step), [1, 1]) for step in range(2)))
        around: Any = Around(qdrant)
        assert len((await Dispatcher(database, around).drain()).applied) == 6
        return len(around.seen)

    assert await requests(64, 256, 2**17) == 1
    assert await requests(4, 256, 2**17) == 2
    assert await requests(64, 4, 2**17) == 3
    assert await requests(64, 256, 48) == 2
    assert await requests(64, 1, 1) == 6


async def test_a_collection_that_is_not_there_does_not_hold_up_the_others(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    missing = f"later-{uuid.uuid4().hex[:8]}"
    await write(database, missing, Point(A, [1, 1]))
    await write(database, collection, Point(A, [1, 1]))
    dispatcher = Dispatcher(database, qdrant)
    drained = await dispatcher.drain()
    assert (len(drained.applied), len(drained.waiting)) == (1, 1)
    await make(qdrant, missing)
    await no_backoff(database)
    assert len((await dispatcher.drain()).applied) == 1
    assert list(await stored(qdrant, missing)) == [A]
    await qdrant.delete_collection(missing)


async def test_a_deletion_in_a_collection_that_is_gone_is_done(
    database: Database, qdrant: AsyncQdrantClient
) -> None:
    ids = await remove(database, f"gone-{uuid.uuid4().hex[:8]}", A)
    assert (await Dispatcher(database, qdrant).drain(ids)).applied == set(ids)


async def test_a_collection_whose_requests_hang_does_not_hold_up_the_others(
    database: Database, qdrant: AsyncQdrantClient, collection: str
) -> None:
    async def hang(name: str) -> None:
        if name == "slow":
            await asyncio.sleep(60)

    await write(database, "slow", Point(A, [1, 1]))
    await write(database, collection, Point(A, [1, 1]))
    client: Any = Around(qdrant, before=hang)
    draining = asyncio.create_task(Dispatcher(database, client, request_seconds=2).drain())
    async with asyncio.timeout(1.5):
        while not await stored(qdrant, collection):
            await asyncio.sleep(0.05)
    assert len((await draining).waiting) == 1


async def test_a_qdrant_that_hangs_leaves_half_of_the_connections_to_others(
    database: Database, database_settings: DatabaseSettings, qdrant: AsyncQdrantClient
) -> None:
    """Each collection that waits for Qdrant keeps a connection meanwhile."""
    small = Database(
        database_settings.model_copy(update={"pool_size": 2, "max_overflow": 2, "pool_timeout": 1})
    )
    hanging = asyncio.Event()

    async def hang(_: str) -> None:
        hanging.set()
        await asyncio.sleep(60)

    for number in range(5):
        await write(database, f"slow-{number}", Point(A, [1, 1]))
    client: Any = Around(qdrant, before=hang)
    draining = asyncio.create_task(Dispatcher(small, client, request_seconds=4).drain())
    await hanging.wait()
    await asyncio.sleep(0.5)
    async with small.session() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    draining.cancel()
    await asyncio.wait([draining])
    await small.close()


async def test_large_batches_arrive_whole(database: Database, qdrant: AsyncQdrantClient) -> None:
    name = f"large-{uuid.uuid4().hex[:8]}"
    vectors = api.VectorParams(size=1536, distance=api.Distance.DOT)
    await qdrant.create_collection(name, vectors_config=vectors)
    vector = [number / 1000 for number in range(1536)]
    points = [Point(str(number), vector, {"text": "x" * 1000}) for number in range(1000)]
    ids = await write(database, name, *points)
    assert len(ids) == 48
    assert (await Dispatcher(database, qdrant).drain(ids)).applied == set(ids)
    assert (await qdrant.count(name, exact=True)).count == 1000
    assert (await stored(qdrant, name))["999"][0] == pytest.approx(vector)
    assert (
        await Dispatcher(database, qdrant).drain(await remove(database, name, *map(str, range(1000))))
    ).applied
    assert (await qdrant.count(name, exact=True)).count == 0
    await qdrant.delete_collection(name)


async def test_the_background_goes_on_after_whatever_happens(
    database: Database, qdrant: AsyncQdrantClient, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = asyncio.Event()
    dispatcher = Dispatcher(database, qdrant, poll_seconds=0.01)
    real, failures = dispatcher.drain, [DatabaseUnavailable("away"), RuntimeError("a mistake")]

    async def drain() -> Any:
        if failures:
            raise failures.pop()
        return await real()

    monkeypatch.setattr(dispatcher, "drain", drain)
    await write(database, collection, Point(A, [1, 1]))
    running = asyncio.create_task(dispatcher.run(stop))
    async with asyncio.timeout(10):
        while await waiting(database):
            await asyncio.sleep(0.02)
    stop.set()
    async with asyncio.timeout(5):
        await running


async def test_a_database_that_goes_is_told_as_such(
    database_settings: DatabaseSettings, qdrant: AsyncQdrantClient
) -> None:
    away = Database(database_settings.model_copy(update={"port": 1}))
    with pytest.raises(DatabaseUnavailable):
        await Dispatcher(away, qdrant).drain()
    await away.close()


async def test_the_collections_of_one_drain_fail_with_the_databases_error(
    database: Database, qdrant: AsyncQdrantClient, collection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("lost")

    await write(database, collection, Point(A, [1, 1]))
    monkeypatch.setattr(module, "_lock", lost)
    with pytest.raises(DatabaseUnavailable, match="lost"):
        await Dispatcher(database, qdrant).drain()
