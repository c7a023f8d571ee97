"""Who calls, by gRPC's metadata: what headers are to REST."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers

from gateway.addresses import client_of, parsed, within
from gateway.problems import ApiProblem
from gateway.security import authorize, identify, key_in
from gateway.services import Services
from gateway.settings import Settings

Metadata = Iterable[tuple[str, str | bytes]]


def client_by(peer: str, headers: Headers, settings: Settings) -> str:
    """The address of the client, behind trusted proxies too."""
    return client_of(address_of(peer), headers.getlist("x-forwarded-for"), settings.TRUSTED_PROXIES)


async def admitted(services: Services, client: str, headers: Headers) -> None:
    """Raises what REST would answer to a client that may not search, or not so often."""
    settings = services.settings
    allowed = [*settings.IP_ALLOWLIST, *settings.TRUSTED_PROXIES]
    if settings.IP_ALLOWLIST and not within(parsed(client), allowed):
        raise ApiProblem(403, "Forbidden", "Your address is not allowed here.")
    await services.limiter.count("search", client)
    authorize(await identify(services, key_in(headers)), "read")


def headers_of(metadata: Metadata) -> Headers:
    """The metadata that is text."""
    raw: list[tuple[bytes, bytes]] = [
        (name.encode(), value.encode("latin-1", "replace"))
        for name, value in metadata
        if isinstance(value, str)
    ]
    return Headers(raw=raw)


def address_of(peer: Any) -> str:
    """The address in gRPC's name of a peer: `ipv4:127.0.0.1:50000`, `ipv6:%5B::1%5D:50000`."""
    _, _, address = unquote(str(peer)).partition(":")
    return address
