"""Sessions commit or roll back; a database that is away is one error, and is found again."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import exc, text

from citadel.engine import Database, DatabaseUnavailable, retrying, sync_engine
from citadel.models import Collection
from citadel.settings import DatabaseSettings
from citadel_testing import Postgres, start_postgres


@pytest.fixture(scope="module")
def own_postgres(servers_directory: Path) -> Iterator[Postgres]:
    """A PostgreSQL that tests may stop and start."""
    running = start_postgres(servers_directory / "own")
    yield running
    assert running.server
    running.server.stop()


@contextmanager
def frozen(postgres: Postgres) -> Iterator[None]:
    """All its processes are stopped: connections stay open and nothing answers."""
    assert postgres.server
    assert postgres.server.process
    main = postgres.server.process.pid
    children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
    for pid in (main, *map(int, children)):
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in (main, *map(int, children)):
            # One of the server's that had its work done may have ended just before it was stopped.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


async def names(database: Database) -> list[str]:
    async with database.session() as session:
        return list(await session.scalars(text("SELECT name FROM collections ORDER BY name")))


async def test_a_session_commits_its_work(database: Database) -> None:
    async with database.session() as session:
        session.add(Collection(name="kept"))
    assert await names(database) == ["kept"]


async def test_a_session_rolls_back_on_any_error(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.session() as session:
            session.add(Collection(name="lost"))
            await session.flush()
            _ = 1 / 0
    assert await names(database) == []


async def test_a_cancelled_session_rolls_back_and_gives_its_connection_back(database: Database) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), database.session() as session:
            session.add(Collection(name="lost"))
            await session.flush()
            await session.execute(text("SELECT pg_sleep(10)"))
    assert await names(database) == []
    assert database.pool_state().checked_out == 0


async def test_the_mistakes_of_a_statement_stay_what_they_are(database: Database) -> None:
    with pytest.raises(exc.IntegrityError):
        async with database.session() as session:
            session.add_all([Collection(name="same"), Collection(name="same")])
    with pytest.raises(exc.ProgrammingError):
        async with database.session() as session:
            await session.execute(text("SELECT nonsense"))


async def test_the_errors_of_the_caller_are_not_the_databases(database: Database) -> None:
    for error in (TimeoutError("a model"), ConnectionResetError("a model")):
        with pytest.raises(type(error), match="a model"):
            async with database.session():
                raise error


async def test_the_pool_is_counted(database: Database) -> None:
    before = database.pool_state()
    assert (before.size, before.checked_out, before.capacity, before.waiting) == (5, 0, 35, 0)
    async with database.session():
        assert database.pool_state().checked_out == 1
    after = database.pool_state()
    assert (after.checked_out, after.checked_in, after.overflow) == (0, 1, 0)


async def test_connections_tell_whose_they_are_and_are_limited_in_time(database: Database) -> None:
    async with database.session() as session:
        shown = [
            (await session.execute(text(f"SHOW {name}"))).scalar_one()
            for name in ("application_name", "statement_timeout", "timezone")
        ]
    assert shown == ["citadel", "30s", "UTC"]


async def test_a_pool_that_is_used_up_is_told_in_time(database_settings: DatabaseSettings) -> None:
    small = database_settings.model_copy(update={"pool_size": 1, "max_overflow": 0, "pool_timeout": 0.2})
    database = Database(small)
    try:
        async with database.session():
            waiting = asyncio.create_task(database.ping())
            await asyncio.sleep(0.05)
            assert database.pool_state().waiting == 1
            with pytest.raises(DatabaseUnavailable, match="became free"):
                await waiting
        await database.ping()
    finally:
        await database.close()


async def test_a_statement_that_takes_too_long_is_told(database_settings: DatabaseSettings) -> None:
    database = Database(database_settings.model_copy(update={"statement_timeout_ms": 100}))
    try:
        with pytest.raises(DatabaseUnavailable, match="57014"):
            async with database.session() as session:
                await session.execute(text("SELECT pg_sleep(10)"))
        await database.ping()
    finally:
        await database.close()


async def test_a_deadlock_is_something_that_passes(database: Database) -> None:
    async with database.session() as session:
        session.add_all([Collection(name="a"), Collection(name="b")])
    both = asyncio.Barrier(2)

    async def change(first: str, second: str) -> None:
        async with database.session() as session:
            update = text("UPDATE collections SET updated_at = now() WHERE name = :name")
            await session.execute(update, {"name": first})
            await both.wait()
            await session.execute(update, {"name": second})

    results = await asyncio.gather(change("a", "b"), change("b", "a"), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["DatabaseUnavailable", "NoneType"]


async def test_a_refused_connection_is_told_without_the_password(database_settings: DatabaseSettings) -> None:
    database = Database(database_settings.model_copy(update={"port": 1}))
    with pytest.raises(DatabaseUnavailable, match=r"127\.0\.0\.1:1: ConnectionRefusedError"):
        await database.ping()
    await database.close()


async def test_a_wrong_password_is_told(database_settings: DatabaseSettings) -> None:
    wrong = DatabaseSettings.model_validate(
        {**database_settings.model_dump(), "password": "not-the-password"}
    )
    database = Database(wrong)
    with pytest.raises(DatabaseUnavailable, match="InvalidPasswordError 28P01") as told:
        await database.ping()
    assert "not-the-password" not in str(told.value)
    await database.close()


async def test_a_connection_lost_in_the_middle_is_told_and_the_next_one_works(database: Database) -> None:
    async with database.session() as session:
        pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    with pytest.raises(DatabaseUnavailable):
        async with database.session() as session:
            async with database.session() as other:
                victim = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
                assert victim == pid
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": victim})
            await session.execute(text("SELECT 1"))
    await database.ping()


async def test_idle_connections_that_were_lost_are_replaced_unseen(own_postgres: Postgres) -> None:
    assert own_postgres.server
    database = Database(own_postgres.settings("postgres"))
    await database.ping()
    own_postgres.server.stop()
    with pytest.raises(DatabaseUnavailable):
        await database.ping()
    own_postgres.server.start()
    await database.ping()
    await database.close()


async def test_a_commit_that_does_not_arrive_is_told(own_postgres: Postgres) -> None:
    assert own_postgres.server
    database = Database(own_postgres.settings("postgres"))
    with pytest.raises(DatabaseUnavailable):
        async with database.session() as session:
            await session.execute(text("CREATE TABLE lost (id int)"))
            own_postgres.server.kill()
    own_postgres.server.start()
    async with database.session() as session:
        assert (await session.execute(text("SELECT to_regclass('lost')"))).scalar_one() is None
    await database.close()


async def test_a_server_that_says_nothing_is_given_up(
    own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citadel.engine.GRACE_SECONDS", 0.2)
    settings = own_postgres.settings(
        "postgres", statement_timeout_ms=100, connect_timeout=0.5, pool_timeout=0.5
    )
    database = Database(settings)
    await database.ping()
    with frozen(own_postgres), pytest.raises(DatabaseUnavailable):
        await database.ping(0.1)
    await database.ping()
    with frozen(own_postgres), pytest.raises(DatabaseUnavailable):
        async with database.session():
            pass
    with pytest.raises(DatabaseUnavailable):
        async with database.session() as session:
            await session.execute(text("SELECT 1"))
            with frozen(own_postgres):
                await session.execute(text("SELECT 1"))
    await database.ping()
    await database.close()


async def test_idempotent_work_is_repeated_until_the_database_is_back() -> None:
    tries = 0

    async def work() -> str:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise DatabaseUnavailable("away")
        return "done"

    assert await retrying(work, first_delay=0.001) == "done"
    assert tries == 3


async def test_repeating_ends() -> None:
    tries = 0

    async def work() -> None:
        nonlocal tries
        tries += 1
        raise DatabaseUnavailable("away")

    with pytest.raises(DatabaseUnavailable, match="away"):
        await retrying(work, attempts=3, first_delay=0.001, longest_delay=0.001)
    assert tries == 3


def test_engines_that_are_not_asynchronous_have_the_same_error(database_settings: DatabaseSettings) -> None:
    engine = sync_engine(database_settings.model_copy(update={"statement_timeout_ms": 100}))
    with pytest.raises(DatabaseUnavailable, match="57014"), engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep(10)"))
    engine.dispose()
