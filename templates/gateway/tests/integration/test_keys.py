"""Keys are issued, listed and revoked by admins, and decide what a request may do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from citadel import keys
from citadel.engine import Database
from fastapi import FastAPI
from sqlalchemy import text

from gateway.app import create_app
from gateway.settings import Settings

from ..conftest import serving

PUBLIC = {"/", "/health", "/livez", "/readyz", "/metrics", "/v1/health", "/api/v1/health"}


@pytest.fixture
def app(make_live: Callable[..., Settings]) -> FastAPI:
    return create_app(make_live(API_KEY_AUTH=True, KEY_CACHE_SECONDS=0.2))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(app) as client:
        yield client


@pytest.fixture
async def admin(database: Database) -> dict[str, str]:
    async with database.session() as session:
        issued = await keys.issue(session, "admin", ["admin"])
    return {"X-API-Key": issued.key}


async def issued(client: httpx.AsyncClient, admin: dict[str, str], **given: object) -> dict[str, object]:
    answer = await client.post(
        "/v1/keys", headers=admin, json={"name": "reader", "scopes": ["read"], **given}
    )
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


async def test_a_key_is_shown_once_and_works_by_either_header(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    new = await issued(client, admin)
    for headers in ({"X-API-Key": new["key"]}, {"Authorization": f"Bearer {new['key']}"}):
        answer = await client.get("/api/v1/deployment/status", headers=headers)
        assert answer.status_code == 200
    listed = (await client.get("/v1/keys", headers=admin)).json()["keys"]
    assert {key["name"] for key in listed} == {"admin", "reader"}
    assert str(new["key"]) not in str(listed)


async def test_without_a_key_or_with_a_wrong_one_nothing_is_answered(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"X-API-Key": "wrong"}, {"X-API-Key": "wrön"}, {"X-API-Key": "x" * 600}):
        encoded = {name: value.encode() for name, value in headers.items()}
        answer = await client.get("/v1/deployment/status", headers=encoded)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith('Bearer realm="gateway"')
        assert answer.json()["title"] == "Unauthorized"


async def test_a_scope_that_is_missing_is_named(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    new = await issued(client, admin, scopes=["read", "write"])
    answer = await client.get("/v1/keys", headers={"X-API-Key": str(new["key"])})
    assert answer.status_code == 403
    assert answer.json()["detail"] == "The API key lacks the scope admin."


async def test_a_revoked_key_is_refused_within_seconds(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    new = await issued(client, admin)
    headers = {"X-API-Key": str(new["key"])}
    assert (await client.get("/v1/deployment/status", headers=headers)).status_code == 200
    assert (await client.delete(f"/v1/keys/{new['id']}", headers=admin)).status_code == 204
    assert (await client.get("/v1/deployment/status", headers=headers)).status_code == 401
    assert (await client.delete(f"/v1/keys/{new['id']}", headers=admin)).status_code == 404


async def test_a_key_that_has_expired_is_refused(
    client: httpx.AsyncClient, admin: dict[str, str], database: Database
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    new = await issued(client, admin, expires_at=later.isoformat())
    assert datetime.fromisoformat(str(new["expires_at"])) == later
    async with database.session() as session:
        past = text("UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = :id")
        await session.execute(past, {"id": new["id"]})
    answer = await client.get("/v1/deployment/status", headers={"X-API-Key": str(new["key"])})
    assert answer.status_code == 401


async def test_a_key_is_not_issued_for_the_past(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    wrong = {"name": "past", "scopes": ["read"], "expires_at": past}
    assert (await client.post("/v1/keys", headers=admin, json=wrong)).status_code == 422


async def test_a_name_in_force_is_not_given_twice(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    await issued(client, admin)
    answer = await client.post("/v1/keys", headers=admin, json={"name": "reader", "scopes": ["read"]})
    assert answer.status_code == 409


async def test_everything_but_health_needs_a_key(app: FastAPI, client: httpx.AsyncClient) -> None:
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            concrete = path.replace("{", "").replace("}", "")
            answer = await client.request(method, concrete)
            if path in PUBLIC or path == "/graphql":
                assert answer.status_code != 401, path
            else:
                assert answer.status_code == 401, (method, path)
    assert (await client.get("/openapi.json")).status_code == 401


async def test_metrics_need_a_key_where_they_are_not_public(
    make_live: Callable[..., Settings], admin: dict[str, str]
) -> None:
    async with serving(create_app(make_live(API_KEY_AUTH=True, METRICS_PUBLIC=False))) as client:
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/metrics", headers=admin)).status_code == 200
        assert (await client.get("/openapi.json", headers=admin)).status_code == 200
        assert (await client.get("/docs", headers=admin)).status_code == 404


async def test_only_admins_see_the_settings(client: httpx.AsyncClient, admin: dict[str, str]) -> None:
    new = await issued(client, admin)
    seen = (await client.get("/v1/deployment/diagnostics", headers=admin)).json()
    assert seen["settings"]["QDRANT_API_KEY"] == "********"
    reader = await client.get("/v1/deployment/diagnostics", headers={"X-API-Key": str(new["key"])})
    assert reader.json()["settings"] is None
