"""What all tests share: settings without an environment, and applications without servers."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from citadel.settings import DatabaseSettings
from fastapi import FastAPI

from gateway.app import create_app
from gateway.settings import Settings

if TYPE_CHECKING:
    from citadel_testing import Qdrant, Redis

pytest_plugins = ["citadel_testing"]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no `.env` of whoever runs the tests reaches the settings."""
    names = {*Settings.model_fields, "PROMETHEUS_MULTIPROC_DIR"}
    for name in names & set(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("POSTGRES_HOST", "127.0.0.1")
    monkeypatch.setenv("POSTGRES_PORT", "1")
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture
def make_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings for tests: no keys, no servers; what a test names stands over that."""

    def make(**given: Any) -> Settings:
        quiet = {
            "API_KEY_AUTH": False,
            "CACHE_ENABLED": False,
            "DISPATCHER_ENABLED": False,
            "DATABASE_DIRECTORY": tmp_path,
            "STATE_FILE": tmp_path / "state.json",
            "CHECKS_FILE": tmp_path / "readiness.json",
            "PRODUCTION_FILE": tmp_path / "production.yaml",
            "DEPLOYMENT_FILE": tmp_path / "deployment.yaml",
            "REDIS_TIMEOUT_SECONDS": 0.5,
            "REDIS_PORT": 1,
            "QDRANT_URL": "http://127.0.0.1:1",
        }
        return Settings(**{**quiet, **given})

    return make


@pytest.fixture
def settings(make_settings: Callable[..., Settings]) -> Settings:
    return make_settings()


@pytest.fixture
def live_environment(
    database_settings: DatabaseSettings, redis_server: Redis, qdrant_server: Qdrant
) -> dict[str, str]:
    """The variables of a gateway with real servers: a database and names in Redis of this test alone."""
    return {
        **environment_of(database_settings),
        "REDIS_URL": redis_server.url,
        "REDIS_PREFIX": f"test-{uuid.uuid4().hex}",
        "QDRANT_URL": qdrant_server.url,
        "QDRANT_API_KEY": qdrant_server.api_key,
    }


def environment_of(database: DatabaseSettings) -> dict[str, str]:
    """The variables that lead to this database."""
    fields = {name: getattr(database, name) for name in DatabaseSettings.model_fields}
    fields["password"] = database.password.get_secret_value()
    return {f"POSTGRES_{name.upper()}": str(value) for name, value in fields.items()}


@pytest.fixture
def make_live(
    live_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Settings]:
    """Settings that lead to real servers."""
    for name, value in live_environment.items():
        monkeypatch.setenv(name, value)

    def make(**given: Any) -> Settings:
        quiet = {
            "API_KEY_AUTH": False,
            "DATABASE_DIRECTORY": tmp_path,
            "STATE_FILE": tmp_path / "state.json",
            "CHECKS_FILE": tmp_path / "readiness.json",
            "PRODUCTION_FILE": tmp_path / "production.yaml",
            "DEPLOYMENT_FILE": tmp_path / "deployment.yaml",
        }
        return Settings(**{**quiet, **given})

    return make


@asynccontextmanager
async def serving(app: FastAPI, peer: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, in this process, for as long as it lives."""
    transport = httpx.ASGITransport(app=app, client=(peer, 50000), raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client,
    ):
        yield client


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose every dependency is down."""
    async with serving(create_app(settings)) as client:
        yield client
