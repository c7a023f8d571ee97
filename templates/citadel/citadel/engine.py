"""Connections to PostgreSQL: a pool, sessions that commit or roll back, one error when it is away."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import asyncpg
from sqlalchemy import Engine, create_engine, event, exc, text
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import QueuePool

from citadel.settings import DatabaseSettings

APPLICATION = "citadel"
RECYCLE_SECONDS = 1800
IDLE_IN_TRANSACTION_MS = 120_000
GRACE_SECONDS = 5.0
"""How much longer than the server's own statement timeout the client waits for a server that says nothing."""

_PASSING = ("08", "53", "57", "40001", "40P01")
"""SQLSTATEs that pass: connection lost, out of resources, shut down or cancelled, serialisation, deadlock."""


class DatabaseUnavailable(Exception):
    """PostgreSQL is not reachable, was lost on the way, has no connection free, or takes too long."""


@dataclass(frozen=True, slots=True)
class PoolState:
    """How many connections there are.

    `size` are kept, `overflow` are open beyond them, `capacity` is the most; `waiting` callers have none yet.
    """

    size: int
    checked_out: int
    checked_in: int
    overflow: int
    capacity: int
    waiting: int


class Database:
    """PostgreSQL with a pool of connections."""

    def __init__(self, settings: DatabaseSettings, application: str = APPLICATION) -> None:
        self.settings = settings
        self.engine = _async_engine(settings, application)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._waiting = 0

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any error. Raises `DatabaseUnavailable`."""
        try:
            async with self._sessions.begin() as session:
                await self._connect(session)
                yield session
        except exc.TimeoutError:
            raise DatabaseUnavailable("no connection became free") from None

    async def _connect(self, session: AsyncSession) -> None:
        """Takes the connection at once, so that what fails here is the database and not the caller's work."""
        self._waiting += 1
        try:
            async with asyncio.timeout(self.settings.pool_timeout + self.settings.connect_timeout):
                await session.connection()
        except (OSError, TimeoutError) as error:
            raise DatabaseUnavailable(f"no connection: {type(error).__name__}") from None
        finally:
            self._waiting -= 1

    async def ping(self, timeout_seconds: float = 5.0) -> None:
        """Raises `DatabaseUnavailable` unless PostgreSQL answers a query in time."""
        try:
            async with asyncio.timeout(timeout_seconds), self.session() as session:
                await session.execute(text("SELECT 1"))
        except TimeoutError:
            raise DatabaseUnavailable(f"no answer within {timeout_seconds:g} s") from None

    def pool_state(self) -> PoolState:
        pool = cast(QueuePool, self.engine.pool)
        return PoolState(
            size=pool.size(),
            checked_out=pool.checkedout(),
            checked_in=pool.checkedin(),
            overflow=max(0, pool.overflow()),
            capacity=self.settings.pool_size + self.settings.max_overflow,
            waiting=self._waiting,
        )

    async def close(self) -> None:
        await self.engine.dispose()


async def retrying[T](
    operation: Callable[[], Awaitable[T]],
    attempts: int = 5,
    first_delay: float = 0.1,
    longest_delay: float = 2.0,
) -> T:
    """Repeats idempotent work while the database is away, with full jitter below a delay that doubles."""
    for attempt in range(attempts - 1):
        try:
            return await operation()
        except DatabaseUnavailable:
            await asyncio.sleep(random.uniform(0, min(longest_delay, first_delay * 2**attempt)))
    return await operation()


def _async_engine(settings: DatabaseSettings, application: str) -> AsyncEngine:
    seconds = settings.statement_timeout_ms / 1000

    async def connect() -> asyncpg.Connection:
        try:
            return await asyncpg.connect(
                host=settings.host,
                port=settings.port,
                database=settings.db,
                user=settings.user,
                password=settings.password.get_secret_value() or None,
                timeout=settings.connect_timeout,
                command_timeout=seconds + GRACE_SECONDS,
                server_settings={
                    "application_name": application,
                    "statement_timeout": str(settings.statement_timeout_ms),
                    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
                    "timezone": "UTC",
                },
            )
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise DatabaseUnavailable(_refused(settings, error)) from None

    engine = create_async_engine(
        settings.url("asyncpg"),
        async_creator=connect,
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        pool_timeout=settings.pool_timeout,
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "handle_error", _translate)
    return engine


def sync_engine(
    settings: DatabaseSettings, application: str = APPLICATION, *, limited: bool = True
) -> Engine:
    """An engine for what is not asynchronous: migrations (not `limited` in time), the documents' client."""
    timeout = settings.statement_timeout_ms if limited else 0
    engine = create_engine(
        settings.url("psycopg"),
        connect_args={
            "connect_timeout": max(2, round(settings.connect_timeout)),
            "application_name": application,
            "options": f"-c statement_timeout={timeout} -c timezone=UTC",
        },
        pool_size=settings.pool_size,
        max_overflow=settings.max_overflow,
        pool_timeout=settings.pool_timeout,
        pool_pre_ping=True,
        pool_recycle=RECYCLE_SECONDS,
        hide_parameters=True,
    )
    event.listen(engine, "handle_error", _translate)
    return engine


def _translate(context: ExceptionContext) -> DatabaseUnavailable | None:
    """What passes by itself becomes `DatabaseUnavailable`; mistakes in statements stay what they are."""
    error = context.original_exception
    if isinstance(error, (OSError, TimeoutError)):
        context.is_disconnect = True
        return DatabaseUnavailable(f"PostgreSQL did not answer: {type(error).__name__}")
    if not isinstance(error, Exception):
        return None
    if context.connection is None:
        return DatabaseUnavailable(f"no connection to PostgreSQL: {' '.join(str(error).split())}")
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    if context.is_disconnect or str(state).startswith(_PASSING):
        return DatabaseUnavailable(f"PostgreSQL did not finish: {state or type(error).__name__}")
    return None


def _refused(settings: DatabaseSettings, error: BaseException) -> str:
    state = getattr(error, "sqlstate", None)
    what = f"{type(error).__name__} {state}" if state else type(error).__name__
    return f"no connection to PostgreSQL at {settings.host}:{settings.port}: {what}"
