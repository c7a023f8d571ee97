"""What everybody may ask."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize("path", ["/health", "/v1/health", "/api/v1/health"])
async def test_health_answers_with_and_without_a_version(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.json()["status"] == "healthy"
