"""A worker remembers keys for seconds, good and bad."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from citadel.engine import DatabaseUnavailable

from gateway import keyring
from gateway.database import read, transaction
from gateway.keyring import Keyring, Principal
from gateway.problems import DependencyUnavailable
from gateway.settings import Settings


class FakeDatabase:
    """A database that knows one key, and counts how often it is asked."""

    def __init__(
        self, error: Exception | None = None, seconds: float = 0.0, failures: int | None = None
    ) -> None:
        self.asked = 0
        self._error = error
        self._failures = failures
        self._seconds = seconds

    @asynccontextmanager
    async def session(self) -> AsyncIterator[FakeDatabase]:
        self.asked += 1
        await asyncio.sleep(self._seconds)
        if self._error and (self._failures is None or self.asked <= self._failures):
            raise self._error
        yield self


@pytest.fixture(autouse=True)
def _one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def verify(session: FakeDatabase, presented: str) -> Any:
        record = SimpleNamespace(id=1, name="reader", scopes=("read",))
        return record if presented == "good" else None

    monkeypatch.setattr(keyring.keys, "verify", verify)


def ring(database: FakeDatabase, **given: Any) -> Keyring:
    return Keyring(database, Settings(**{"KEY_CACHE_SECONDS": 0.05, **given}))  # type: ignore[arg-type]


async def test_a_good_key_is_asked_for_once_in_its_time() -> None:
    database = FakeDatabase()
    keys = ring(database)
    principal = await keys.verify("good")
    assert principal == Principal("1", "reader", frozenset({"read"}))
    assert await keys.verify("good") == principal
    assert database.asked == 1
    await asyncio.sleep(0.06)
    await keys.verify("good")
    assert database.asked == 2


async def test_a_wrong_key_is_asked_for_once_in_its_time_too() -> None:
    database = FakeDatabase()
    keys = ring(database)
    assert [await keys.verify("bad") for _ in range(3)] == [None] * 3
    assert database.asked == 1


@pytest.mark.parametrize("presented", ["", "x" * 513, "schlüssel"])
async def test_what_cannot_be_a_key_is_not_asked_for(presented: str) -> None:
    database = FakeDatabase()
    assert await ring(database).verify(presented) is None
    assert database.asked == 0


async def test_what_was_remembered_can_be_forgotten() -> None:
    database = FakeDatabase()
    keys = ring(database)
    await keys.verify("good")
    keys.forget()
    await keys.verify("good")
    assert database.asked == 2


async def test_only_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "CAPACITY", 2)
    database = FakeDatabase()
    keys = ring(database)
    for presented in ("a", "b", "c", "a"):
        await keys.verify(presented)
    assert database.asked == 4


@pytest.mark.parametrize("database", [FakeDatabase(DatabaseUnavailable("refused")), FakeDatabase(seconds=5)])
async def test_without_the_database_nobody_is_let_in_or_turned_away(database: FakeDatabase) -> None:
    with pytest.raises(DependencyUnavailable, match="postgresql: keys cannot be verified"):
        await ring(database, DATABASE_TIMEOUT_SECONDS=0.05).verify("good")


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [({"read"}, {"read"}), ({"write"}, {"write"}), ({"admin"}, {"read", "write", "admin"}), (set(), set())],
)
def test_an_admin_may_do_all(scopes: set[str], allowed: set[str]) -> None:
    principal = Principal("1", "x", frozenset(scopes))
    assert {scope for scope in keyring.SCOPES if principal.may(scope)} == allowed


def services_with(database: FakeDatabase, make_settings: Callable[..., Settings]) -> Any:
    return SimpleNamespace(database=database, settings=make_settings(DATABASE_TIMEOUT_SECONDS=0.05))


@pytest.mark.parametrize(
    ("database", "reason"),
    [
        (FakeDatabase(DatabaseUnavailable("no connection became free")), "no connection became free"),
        (FakeDatabase(seconds=5), "no answer within 0.05 s"),
    ],
)
async def test_a_transaction_without_its_database_is_a_503(
    make_settings: Callable[..., Settings], database: FakeDatabase, reason: str
) -> None:
    with pytest.raises(DependencyUnavailable, match=reason):
        async with transaction(services_with(database, make_settings)):
            pass


async def test_the_time_that_something_else_took_too_long_is_not_blamed_on_the_database(
    make_settings: Callable[..., Settings],
) -> None:
    with pytest.raises(TimeoutError):
        async with transaction(services_with(FakeDatabase(), make_settings)):
            raise TimeoutError


async def test_a_key_is_looked_up_again_where_the_connection_is_lost() -> None:
    database = FakeDatabase(DatabaseUnavailable("lost"), failures=2)
    assert await ring(database).verify("good") == Principal("1", "reader", frozenset({"read"}))
    assert database.asked == 3


async def test_a_read_whose_connection_is_lost_is_done_again_and_a_write_is_not(
    make_settings: Callable[..., Settings],
) -> None:
    async def work(session: Any) -> str:
        return "found"

    settings = make_settings(DATABASE_TIMEOUT_SECONDS=5)
    database = FakeDatabase(DatabaseUnavailable("lost"), failures=2)
    services: Any = SimpleNamespace(database=database, settings=settings)
    assert await read(services, work) == "found"
    database = FakeDatabase(DatabaseUnavailable("lost"), failures=1)
    services = SimpleNamespace(database=database, settings=settings)
    with pytest.raises(DependencyUnavailable, match="postgresql: lost"):
        async with transaction(services):
            pass
    assert database.asked == 1


async def test_a_read_is_given_up_after_four_attempts(make_settings: Callable[..., Settings]) -> None:
    async def work(session: Any) -> None:
        raise AssertionError("is not reached")

    database = FakeDatabase(DatabaseUnavailable("refused"))
    services: Any = SimpleNamespace(database=database, settings=make_settings(DATABASE_TIMEOUT_SECONDS=5))
    with pytest.raises(DependencyUnavailable, match="postgresql: refused"):
        await read(services, work)
    assert database.asked == 4
