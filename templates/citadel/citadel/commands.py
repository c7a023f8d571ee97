"""What the command line does; each command answers with an object for JSON."""

import os
import sys
import warnings
from argparse import Namespace
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

from qdrant_client import AsyncQdrantClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from citadel import keys, listing
from citadel import migrate as migrations
from citadel import selftest as tests
from citadel import sync as stores
from citadel.engine import Database
from citadel.outbox import pending, retry
from citadel.settings import DatabaseSettings, SettingsError

type Answer = dict[str, Any]
type Command = Callable[[Namespace, DatabaseSettings], Awaitable[Answer]]

APPLICATION = "citadel-cli"
MOST_LISTED = 100
REQUEST_SECONDS = 60
COUNT_SECONDS = 600
"""How long PostgreSQL may count the rows of a collection."""


async def migrate(given: Namespace, settings: DatabaseSettings) -> Answer:
    return _migrated("migrate", migrations.upgrade(settings, given.to))


async def rollback(given: Namespace, settings: DatabaseSettings) -> Answer:
    return _migrated("rollback", migrations.rollback(settings, given.steps, given.to))


def _migrated(command: str, done: migrations.Migrated) -> Answer:
    return {"command": command, **asdict(done), "changed": bool(done.ran)}


async def status(_: Namespace, settings: DatabaseSettings) -> Answer:
    schema = migrations.state(settings)
    async with _session(settings) as session:
        version = (await session.execute(text("SHOW server_version"))).scalar_one()
        there = (await session.execute(text("SELECT to_regclass('outbox') IS NOT NULL"))).scalar_one()
        waiting = asdict(await pending(session)) if there else None
    where = {"host": settings.host, "port": settings.port, "name": settings.db, "version": version}
    up_to_date = schema.known and not schema.pending
    return {
        "command": "status",
        "database": where,
        "schema": {**asdict(schema), "up_to_date": up_to_date},
        "outbox": waiting,
    }


async def sync(given: Namespace, settings: DatabaseSettings) -> Answer:
    look = stores.repair if given.repair else stores.compare
    patient = settings.model_copy(update={"statement_timeout_ms": COUNT_SECONDS * 1000})
    async with _database(patient) as database, _qdrant() as qdrant:
        report = await look(database, qdrant, given.aside)
    found = asdict(report)
    outbox = found.pop("outbox")
    return {
        "command": "sync",
        "mode": found.pop("mode"),
        "in_step": report.in_step,
        **found,
        "outbox": outbox,
    }


async def list_collections(given: Namespace, settings: DatabaseSettings) -> Answer:
    async with _database(settings) as database, _qdrant() as qdrant:
        return {"command": "list", **asdict(await listing.list_collections(database, qdrant, given.names))}


async def selftest(_: Namespace, settings: DatabaseSettings) -> Answer:
    return {"command": "selftest", **asdict(await tests.selftest(settings))}


async def outbox(given: Namespace, settings: DatabaseSettings) -> Answer:
    async with _session(settings) as session:
        retried = await retry(session) if given.retry else 0
        waiting = asdict(await pending(session))
        rows = await session.execute(text(_TROUBLED), {"most": MOST_LISTED})
        entries = [dict(row._mapping) for row in rows]
    return {"command": "outbox", **waiting, "entries": entries, "retried": retried}


_TROUBLED = """
SELECT o.id, c.name AS collection, o.operation, cardinality(o.point_ids) AS points, o.attempts,
       o.created_at, o.rejected_at, o.last_error
FROM outbox o JOIN collections c ON c.id = o.collection_id
WHERE o.last_error IS NOT NULL ORDER BY o.id LIMIT :most
"""


async def key_ensure(given: Namespace, settings: DatabaseSettings) -> Answer:
    key = sys.stdin.read().strip()
    async with _session(settings) as session:
        ensured = await keys.ensure(session, given.name, key, given.scopes)
    return {"command": "key ensure", **asdict(ensured)}


async def key_issue(given: Namespace, settings: DatabaseSettings) -> Answer:
    async with _session(settings) as session:
        issued = await keys.issue(session, given.name, given.scopes, given.expires_at)
    return {"command": "key issue", **asdict(issued)}


async def key_list(_: Namespace, settings: DatabaseSettings) -> Answer:
    async with _session(settings) as session:
        return {"command": "key list", "keys": [asdict(record) for record in await keys.listed(session)]}


async def key_revoke(given: Namespace, settings: DatabaseSettings) -> Answer:
    async with _session(settings) as session:
        return {"command": "key revoke", "id": given.id, "revoked": await keys.revoke(session, given.id)}


@asynccontextmanager
async def _database(settings: DatabaseSettings) -> AsyncIterator[Database]:
    database = Database(settings, APPLICATION)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _session(settings: DatabaseSettings) -> AsyncIterator[AsyncSession]:
    async with _database(settings) as database, database.session() as session:
        yield session


@asynccontextmanager
async def _qdrant() -> AsyncIterator[AsyncQdrantClient]:
    url = os.environ.get("QDRANT_URL", "http://127.0.0.1:6333")
    if not url.startswith(("http://", "https://")):
        raise SettingsError("QDRANT_URL is an address that begins with http:// or https://")
    with warnings.catch_warnings():
        # On the loopback interface a key without TLS is what is wanted.
        warnings.filterwarnings("ignore", message="Api key is used with an insecure connection")
        client = AsyncQdrantClient(
            url=url,
            api_key=os.environ.get("QDRANT_API_KEY") or None,
            timeout=REQUEST_SECONDS,
            check_compatibility=False,
        )
    try:
        yield client
    finally:
        await client.close()
