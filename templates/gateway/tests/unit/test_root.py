"""What everybody may ask."""

from __future__ import annotations

import importlib
from pathlib import Path

import httpx
import pytest

from gateway import metrics


@pytest.mark.parametrize("path", ["/health", "/v1/health", "/api/v1/health"])
async def test_health_answers_with_and_without_a_version(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.json()["status"] == "healthy"


def test_gunicorn_finds_the_application_where_it_looks() -> None:
    assert importlib.import_module("gateway.asgi").app.title == "vdb gateway"


def test_metrics_of_all_workers_come_from_their_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert metrics.exposition()[0] == b""
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    assert b"gateway_requests_total" in metrics.exposition()[0]
