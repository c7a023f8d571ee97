"""API keys as a worker knows them: looked up in PostgreSQL, remembered for a few seconds."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from citadel import keys
from citadel.engine import Database, DatabaseUnavailable, retrying

from gateway.problems import DependencyUnavailable
from gateway.settings import Settings

Scope = Literal["read", "write", "admin"]
SCOPES: tuple[Scope, ...] = ("read", "write", "admin")
CAPACITY = 1024
MAX_KEY_LENGTH = 512
ATTEMPTS = 4
"""How often a key is looked up where the connection is lost: to look twice is as good as once."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whoever sent a request."""

    id: str | None
    name: str
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        """Whether this one has the scope; `admin` implies the others."""
        return scope in self.scopes or "admin" in self.scopes


ANYONE = Principal(None, "anonymous", frozenset(SCOPES))
"""Who sends requests where keys are switched off."""


class Keyring:
    """
    Verifies keys.

    Both answers are remembered by the key's digest, never the key: a good one is not asked for with every
    request, and a wrong one does not reach the database each time. A revoked key works for KEY_CACHE_SECONDS
    at most.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._seconds = settings.KEY_CACHE_SECONDS
        self._timeout = settings.DATABASE_TIMEOUT_SECONDS
        self._known: OrderedDict[bytes, tuple[float, Principal | None]] = OrderedDict()

    async def verify(self, presented: str) -> Principal | None:
        """Who has this key; `None` when it is unknown, revoked or expired."""
        if not 0 < len(presented) <= MAX_KEY_LENGTH or not presented.isascii():
            return None
        digest = hashlib.sha256(presented.encode()).digest()
        remembered = self._known.get(digest)
        if remembered is not None and remembered[0] > time.monotonic():
            return remembered[1]
        principal = await self._look_up(presented)
        self._remember(digest, principal)
        return principal

    def forget(self) -> None:
        """Forgets everything, as after a revocation."""
        self._known.clear()

    def _remember(self, digest: bytes, principal: Principal | None) -> None:
        self._known[digest] = (time.monotonic() + self._seconds, principal)
        self._known.move_to_end(digest)
        while len(self._known) > CAPACITY:
            self._known.popitem(last=False)

    async def _look_up(self, presented: str) -> Principal | None:
        async def once() -> keys.KeyRecord | None:
            async with self._database.session() as session:
                return await keys.verify(session, presented)

        try:
            async with asyncio.timeout(self._timeout):
                record = await retrying(once, ATTEMPTS)
        except (DatabaseUnavailable, TimeoutError) as error:
            raise DependencyUnavailable("postgresql", "keys cannot be verified") from error
        if record is None:
            return None
        return Principal(str(record.id), record.name, frozenset(record.scopes))
