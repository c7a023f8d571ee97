"""A gateway with real PostgreSQL, Redis and Qdrant, and a model that can be made to fail."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from gateway.app import create_app
from gateway.services import Services
from gateway.settings import Settings

from ..conftest import serving
from ..embedding_stub import EmbeddingStub, embedding_stub

SIZE = 16


@dataclass
class Gateway:
    """A gateway with one model, `general`, and its collection."""

    app: FastAPI
    http: httpx.AsyncClient
    stub: EmbeddingStub
    collection: str
    made: list[str] = field(default_factory=list)

    @property
    def services(self) -> Services:
        found: Services = self.app.state.services
        return found

    async def library(self, **given: Any) -> str:
        answer = await self.http.post("/v1/libraries", json={"name": "handbooks", **given})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def document(self, library: str, *texts: str, title: str = "Title", **given: Any) -> str:
        body = {"title": title, "texts": texts, **given}
        answer = await self.http.post(f"/v1/libraries/{library}/documents", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def search(self, library: str, query: str, k: int = 10, **given: Any) -> dict[str, Any]:
        body = {"query": query, "k": k, **given}
        answer = await self.http.post(f"/v1/libraries/{library}/search", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def texts(self, library: str, query: str, k: int = 10, **given: Any) -> list[str]:
        return [hit["text"] for hit in (await self.search(library, query, k, **given))["results"]]

    async def points(self) -> int:
        return (await self.services.qdrant.count(self.collection, exact=True)).count

    async def create_collection(self, size: int = 3, distance: str = "Cosine") -> str:
        name = f"c{uuid.uuid4().hex}"
        self.made.append(name)
        body = {"name": name, "size": size, "distance": distance}
        answer = await self.http.post("/v1/collections", json=body)
        assert answer.status_code == 201, answer.text
        return name


MakeGateway = Callable[..., AbstractAsyncContextManager[Gateway]]


@pytest.fixture
async def stub() -> AsyncIterator[EmbeddingStub]:
    async with embedding_stub(dimension=SIZE) as stub:
        yield stub


@pytest.fixture
def make_gateway(make_live: Callable[..., Settings], stub: EmbeddingStub) -> MakeGateway:
    """A gateway with these settings; its collections go with it."""

    @asynccontextmanager
    async def make(**given: Any) -> AsyncIterator[Gateway]:
        collection = f"c{uuid.uuid4().hex}"
        model = {"url": stub.url, "collection": collection, "timeout_seconds": 2, **given.pop("model", {})}
        settings = make_live(MODELS={"general": model}, **given)
        app = create_app(settings)
        async with serving(app) as http:
            gateway = Gateway(app, http, stub, collection, [collection])
            client = gateway.services.qdrant
            await http.post("/v1/collections", json={"name": collection, "size": SIZE})
            yield gateway
            for name in gateway.made:
                with contextlib.suppress(Exception):
                    await client.delete_collection(name)

    return make


@pytest.fixture
async def gateway(make_gateway: MakeGateway) -> AsyncIterator[Gateway]:
    async with make_gateway() as made:
        yield made
