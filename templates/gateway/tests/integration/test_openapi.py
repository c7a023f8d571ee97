"""The OpenAPI document against a running gateway: what it says is what happens, and nothing makes it fail."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from citadel import keys
from citadel.engine import Database
from citadel_testing import free_port

from gateway.app import create_app
from gateway.settings import Settings

from .processes import gunicorn

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
    "use_after_free",
)
EXAMPLES = os.environ.get("TEST_OPENAPI_EXAMPLES", "15")


async def test_no_request_that_the_document_allows_or_forbids_makes_the_gateway_fail(
    live_environment: dict[str, str], database: Database, tmp_path: Path
) -> None:
    pytest.importorskip("schemathesis")
    async with database.session() as session:
        key = (await keys.issue(session, uuid.uuid4().hex, ["admin"])).key
    environment = {
        **live_environment,
        "API_KEY_AUTH": "true",
        "DOCS_ENABLED": "true",
        "TEST_EMBEDDER": "true",
        "TEST_EMBEDDER_COLLECTION": f"c{uuid.uuid4().hex}",
        "EMBEDDING_DIMENSION": "3",
        "GUNICORN_WORKERS": "1",
    }
    port = free_port()
    with gunicorn(environment, tmp_path, port, "gateway.asgi:app") as running:
        body = {"name": environment["TEST_EMBEDDER_COLLECTION"], "size": 3}
        made = running.client.post("/v1/collections", json=body, headers={"X-API-Key": key})
        assert made.status_code == 201, made.text
        done = subprocess.run(  # noqa: ASYNC221
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{port}/openapi.json"),
                *("--checks", ",".join(CHECKS), "-n", EXAMPLES, "-H", f"X-API-Key: {key}"),
                *("--exclude-path-regex", "/keys", "--continue-on-failure", "--seed", "1", "--no-color"),
                *("--suppress-health-check", "all", "--warnings", "off"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        running.client.delete(f"/v1/collections/{body['name']}", headers={"X-API-Key": key})
        errors = [line for line in running.lines() if line["level"] in ("error", "critical")]
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2000:]
    assert errors == []


def schemas(make_settings: Callable[..., Settings], **given: Any) -> dict[str, Any]:
    found: dict[str, Any] = create_app(make_settings(**given)).openapi()["components"]["schemas"]
    return found


def test_the_document_has_the_limits_of_the_settings(make_settings: Callable[..., Settings]) -> None:
    limits = {
        "MAX_TITLE_LENGTH": 11,
        "MAX_TEXT_LENGTH": 12,
        "MAX_CHUNKS_PER_DOCUMENT": 13,
        "MAX_QUERY_LENGTH": 14,
        "MAX_RESULTS_K": 5,
        "MAX_BATCH_POINTS": 16,
    }
    found = schemas(make_settings, **limits)
    document = found["DocumentRequest"]["properties"]
    assert document["title"]["maxLength"] == 11
    assert document["texts"]["maxItems"] == 13
    assert document["texts"]["items"]["maxLength"] == 12
    search = found["SearchRequest"]["properties"]
    assert search["query"]["maxLength"] == 14
    assert (search["k"]["maximum"], search["k"]["default"]) == (5, 5)
    assert found["UpsertRequest"]["properties"]["points"]["maxItems"] == 16
    assert found["DeleteRequest"]["properties"]["ids"]["maxItems"] == 16
    assert "x-limit" not in str(found)
    assert schemas(make_settings)["SearchRequest"]["properties"]["k"]["maximum"] == 100


def test_every_write_of_the_document_says_what_it_answers(make_settings: Callable[..., Settings]) -> None:
    paths = create_app(make_settings(API_KEY_AUTH=True, RATE_LIMIT_ENABLED=True)).openapi()["paths"]
    responses = paths["/v1/libraries/{library_id}/documents"]["post"]["responses"]
    assert set(responses) == {
        "200", "201", "202", "400", "401", "403", "404", "409", "413", "422", "429", "500", "503",
    }  # fmt: skip
    for path, operations in paths.items():
        for method, operation in operations.items():
            for status, response in operation["responses"].items():
                if int(status) >= 400 and path != "/readyz":
                    assert list(response["content"]) == ["application/problem+json"], (path, method, status)
