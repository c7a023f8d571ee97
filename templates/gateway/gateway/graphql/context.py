"""What the fields of one GraphQL request share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.requests import Request

from gateway.keyring import Scope
from gateway.ratelimit import Group
from gateway.security import authorize, client_address, identify, presented_key
from gateway.services import Services

FIELDS_AT_ONCE = 4


@dataclass
class Context:
    """The request, and the turns of its fields: one request may not take every connection."""

    request: Request
    services: Services
    operation_name: str | None = None
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FIELDS_AT_ONCE))

    @asynccontextmanager
    async def entered(self, scope: Scope, group: Group | None = None) -> AsyncIterator[Services]:
        """The services, for a field that needs this scope and counts against this rate."""
        if group is not None:
            await self.services.limiter.count(group, client_address(self.request))
        authorize(await identify(self.services, presented_key(self.request)), scope)
        async with self.turns:
            yield self.services
