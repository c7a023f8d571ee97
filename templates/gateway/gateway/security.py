"""Who may do what."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import Depends
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from gateway.addresses import client_address_of
from gateway.keyring import ANYONE, Principal, Scope
from gateway.problems import ApiProblem
from gateway.services import Services, ServicesDep

api_key_header = APIKeyHeader(
    name="X-API-Key", scheme_name="ApiKey", description="A key that was issued by an admin.", auto_error=False
)
bearer = HTTPBearer(scheme_name="Bearer", description="The same key as a bearer token.", auto_error=False)

PresentedHeader = Annotated[str | None, Depends(api_key_header)]
PresentedBearer = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]

CHALLENGE = 'Bearer realm="gateway"'


def client_address(connection: HTTPConnection) -> str:
    """The address of the client, behind trusted proxies too."""
    return client_address_of(connection.scope, connection.app.state.settings.TRUSTED_PROXIES)


async def identify(services: Services, presented: str | None) -> Principal:
    """Who has presented this key; 401 when nobody is known by it. For protocols beside REST too."""
    if not services.settings.API_KEY_AUTH:
        return ANYONE
    if presented is None:
        raise ApiProblem(
            401, "Unauthorized", "An API key is needed.", headers={"WWW-Authenticate": CHALLENGE}
        )
    principal = await services.keys.verify(presented)
    if principal is None:
        challenge = f'{CHALLENGE}, error="invalid_token"'
        raise ApiProblem(
            401, "Unauthorized", "The API key is not valid.", headers={"WWW-Authenticate": challenge}
        )
    return principal


def authorize(principal: Principal, scope: Scope) -> Principal:
    """The principal, when it has the scope; 403 otherwise."""
    if not principal.may(scope):
        raise ApiProblem(403, "Forbidden", f"The API key lacks the scope {scope}.")
    return principal


def presented_key(connection: HTTPConnection) -> str | None:
    """The key that a request carries, by either header."""
    return key_in(connection.headers)


def key_in(headers: Headers) -> str | None:
    """The key in headers, or in what another protocol has for them."""
    key = headers.get("x-api-key")
    if key:
        return key
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() or None if kind.lower() == "bearer" else None


def require(scope: Scope) -> Callable[..., Awaitable[Principal]]:
    """A dependency: the request needs a key with this scope. Gives the principal."""

    async def required(
        services: ServicesDep, key: PresentedHeader = None, token: PresentedBearer = None
    ) -> Principal:
        presented = key or (token.credentials if token else None)
        return authorize(await identify(services, presented), scope)

    return required


def require_unless(setting: Literal["METRICS_PUBLIC", "DOCS_ENABLED"]) -> Callable[..., Awaitable[Principal]]:
    """A dependency: a key that may read, unless the setting makes the route public."""
    reader = require("read")

    async def required(
        services: ServicesDep, key: PresentedHeader = None, token: PresentedBearer = None
    ) -> Principal:
        return ANYONE if getattr(services.settings, setting) else await reader(services, key, token)

    return required
