"""What the gateway tells of the host is what vdb left there, or `unknown`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import hoststate
from gateway.app import create_app
from gateway.process import packages
from gateway.readiness import DependencyState, Readiness
from gateway.routes.environment import worst
from gateway.settings import Settings

from ..conftest import serving

MakeSettings = Callable[..., Settings]


def result(status: str = "pass", group: str = "host", **given: Any) -> dict[str, Any]:
    found = {
        "id": f"{group}.{status}",
        "group": group,
        "severity": "error",
        "status": status,
        "title": "A check",
        "seen": "something",
        "docs": "docs/checks.md",
    }
    return {**found, **given}


def checks(*results: Mapping[str, Any], **given: Any) -> dict[str, Any]:
    """The document of `vdb check --json`."""
    return {
        "schema": "vdb.check/1",
        "at": datetime.now(UTC).isoformat(),
        "vdb": "1.0.0",
        "status": "ready",
        "host": "vector-1",
        "counts": {"pass": len(results)},
        "blocking": [],
        "exit_code": 0,
        "results": list(results),
        **given,
    }


@pytest.fixture
def told(settings: Settings) -> Callable[..., None]:
    """Leaves a file on the host."""

    def tell(document: object, path: Path = settings.CHECKS_FILE) -> None:
        path.write_text(document if isinstance(document, str) else json.dumps(document))

    return tell


async def get(client: httpx.AsyncClient, path: str) -> dict[str, Any]:
    answer = await client.get(f"/v1{path}")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_without_files_everything_is_unknown_with_the_reason(client: httpx.AsyncClient) -> None:
    for path in ("/production/readiness", "/deployment/status", "/environment/status"):
        found = await get(client, path)
        assert found["status"] == "unknown", path
        assert found["reason"].endswith("does not exist"), path
    assert (await get(client, "/deployment/status"))["placement"]["status"] == "unknown"
    validated = await get(client, "/config/validate")
    assert validated["drift"]["status"] == "unknown"
    assert validated["production"]["status"] == "unknown"
    assert validated["production"]["reason"].endswith("production.yaml does not exist")
    assert (await get(client, "/deployment/diagnostics"))["checks"]["status"] == "unknown"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "is not JSON"),
        ("[]", "is not of schema vdb.check/1"),
        ({"schema": "vdb.check/2"}, "is not of schema vdb.check/1"),
        ({"schema": "vdb.check/1"}, "is not a run of checks: 7 errors"),
        (checks(at="2020-01-01T00:00:00Z"), "more than 86400 s"),
        (checks(at=(datetime.now(UTC) + timedelta(hours=1)).isoformat()), "dated ahead"),
        (checks(at="2020-01-01T00:00:00"), "is not a run of checks: 1 errors"),
        ("x" * (hoststate.MAX_BYTES + 1), "is larger than"),
    ],
)
async def test_what_cannot_be_relied_on_is_unknown(
    client: httpx.AsyncClient, told: Callable[..., None], document: object, reason: str
) -> None:
    told(document)
    found = await get(client, "/production/readiness")
    assert found["status"] == "unknown"
    assert reason in found["reason"]


async def test_a_file_that_may_not_be_read_is_unknown(client: httpx.AsyncClient, settings: Settings) -> None:
    settings.STATE_FILE.mkdir()
    found = await get(client, "/deployment/status")
    assert (found["status"], found["state"]) == ("unknown", None)
    assert "cannot be read" in found["reason"]


@pytest.mark.parametrize(
    ("given", "status", "reason"),
    [
        ({"status": "ready"}, "ready", None),
        ({"status": "not-ready", "blocking": ["qdrant.auth"]}, "not-ready", None),
        ({"status": "timed-out"}, "not-ready", "the check timed-out"),
        ({"status": "interrupted"}, "unknown", "the check interrupted"),
        ({"status": "failed", "failure": "no connection"}, "unknown", "no connection"),
    ],
)
async def test_readiness_is_the_verdict_of_the_last_check(
    client: httpx.AsyncClient,
    told: Callable[..., None],
    given: dict[str, Any],
    status: str,
    reason: str | None,
) -> None:
    told(checks(result(), **given))
    found = await get(client, "/production/readiness")
    assert (found["status"], found["reason"]) == (status, reason)
    assert found["blocking"] == given.get("blocking", [])
    assert 0 <= found["age_seconds"] < 60
    assert found["results"][0]["id"] == "host.pass"


async def test_the_deployment_is_what_vdb_wrote(
    client: httpx.AsyncClient, told: Callable[..., None], settings: Settings
) -> None:
    told({"schema": "vdb.state/1", "qdrant": {"active_slot": "blue"}}, settings.STATE_FILE)
    found = await get(client, "/deployment/status")
    assert found["status"] == "known"
    assert found["state"] == {"qdrant": {"active_slot": "blue"}}
    assert found["gateway"]["release"] == "unknown"
    assert found["gateway"]["uptime_seconds"] > 0


DEPLOYMENT = """
deployment:
  services:
    api_gateway:
      active_slot: blue
      instances:
        - {name: blue-1, slot: blue, role: active, unit: api-gateway@blue-1.service, port: 8001}
        - {name: green-1, slot: green, role: standby, unit: api-gateway@green-1.service, port: 8011}
"""


@pytest.mark.parametrize(
    ("port", "instance", "reason"),
    [
        (8001, {"name": "blue-1", "slot": "blue", "role": "active", "port": 8001}, None),
        (8011, {"name": "green-1", "slot": "green", "role": "standby", "port": 8011}, None),
        (8021, None, "has no replica at port 8021"),
    ],
)
async def test_a_replica_finds_its_slot_in_what_is_deployed(
    make_settings: MakeSettings, port: int, instance: dict[str, Any] | None, reason: str | None
) -> None:
    settings = make_settings(GATEWAY_PORT=port)
    settings.DEPLOYMENT_FILE.write_text(DEPLOYMENT)
    async with serving(create_app(settings)) as client:
        placement = (await get(client, "/deployment/status"))["placement"]
    assert placement["status"] == ("known" if instance else "unknown")
    assert placement["instance"] == instance
    assert (placement["reason"] or "").endswith(reason or "")


PRODUCTION = """
production_deployment:
  environment: production
  configuration:
    qdrant: {storage_path: /data/qdrant}
    api_gateway:
      workers: 2
      max_connections: 20000
      log_level: info
      rate_limit: {enabled: true, default: 300/minute, search: 30/minute, write: 60/minute, fail_open: true}
      limits:
        max_title_length: 500
        max_chunks_per_document: 1000
        max_text_length: 10000
        max_query_length: 1000
        max_results_k: 100
        max_batch_points: 1000
        max_body_bytes: 16777216
  security: {api_key_auth: false, ip_allowlist: [127.0.0.0/8, 192.168.10.0/24]}
"""
AS_CONFIGURED = {
    "GUNICORN_WORKERS": 2,
    "RATE_LIMIT_ENABLED": True,
    "IP_ALLOWLIST": "192.168.10.0/24,127.0.0.0/8",
}


@pytest.mark.parametrize(
    ("given", "differences"),
    [
        ({}, []),
        (
            {"MAX_RESULTS_K": 50, "GUNICORN_WORKERS": 3},
            [
                {"setting": "MAX_RESULTS_K", "running": 50, "configured": 100},
                {"setting": "GUNICORN_WORKERS", "running": 3, "configured": 2},
            ],
        ),
        (
            {"IP_ALLOWLIST": ""},
            [{"setting": "IP_ALLOWLIST", "running": [], "configured": ["127.0.0.0/8", "192.168.10.0/24"]}],
        ),
    ],
)
async def test_settings_are_compared_with_those_that_are_configured(
    make_settings: MakeSettings, given: dict[str, Any], differences: list[dict[str, Any]]
) -> None:
    settings = make_settings(**{**AS_CONFIGURED, **given})
    settings.PRODUCTION_FILE.write_text(PRODUCTION)
    async with serving(create_app(settings)) as client:
        production = (await get(client, "/config/validate"))["production"]
    assert production["status"] == ("differs" if differences else "same")
    assert production["differences"] == differences


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "is not YAML"),
        ("\xff", "is not as vdb writes it"),
        ("production_deployment: {environment: production}", "is not as vdb writes it: 2 errors"),
    ],
)
async def test_a_configuration_that_cannot_be_read_is_unknown(
    client: httpx.AsyncClient, told: Callable[..., None], settings: Settings, text: str, reason: str
) -> None:
    told(text, settings.PRODUCTION_FILE)
    production = (await get(client, "/config/validate"))["production"]
    assert (production["status"], production["differences"]) == ("unknown", [])
    assert reason in production["reason"]


async def test_diagnostics_show_what_did_not_pass(
    client: httpx.AsyncClient, told: Callable[..., None]
) -> None:
    told(checks(result(), result("fail", remedy="Repair it."), result("warn", "tls"), result("skip", "time")))
    found = await get(client, "/deployment/diagnostics")
    assert [each["id"] for each in found["checks"]["findings"]] == ["host.fail", "tls.warn"]
    assert found["checks"]["findings"][0]["remedy"] == "Repair it."
    assert found["readiness"]["status"] == "not ready"
    assert found["packages"]["fastapi"] == packages()["fastapi"]


async def test_the_environment_is_judged_group_by_group(
    client: httpx.AsyncClient, told: Callable[..., None]
) -> None:
    told(checks(result(), result("warn", "tls"), result("fail", "collections")))
    found = await get(client, "/environment/status")
    assert found["status"] == "warning"
    assert {name: group["status"] for name, group in found["groups"].items()} == {
        "host": "ok",
        "tls": "warning",
    }
    assert [each["id"] for each in found["groups"]["tls"]["findings"]] == ["tls.warn"]


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        (["pass", "waived", "skip"], "ok"),
        (["pass", "warn"], "warning"),
        (["pass", "unknown", "warn"], "unknown"),
        (["unknown", "fail"], "failed"),
        (["skip"], "unknown"),
        ([], "unknown"),
    ],
)
def test_the_worst_decides_and_silence_is_not_good(statuses: list[str], verdict: str) -> None:
    assert worst(hoststate.CheckResult(**result(status)) for status in statuses) == verdict


@pytest.mark.parametrize(
    ("results", "status", "ids"),
    [
        ([result("pass", "drift")], "none", []),
        ([result("fail", "drift")], "found", ["drift.fail"]),
        ([result("unknown", "drift")], "unknown", ["drift.unknown"]),
        ([result()], "unknown", []),
    ],
)
async def test_drift_is_told_when_it_was_looked_for(
    client: httpx.AsyncClient,
    told: Callable[..., None],
    results: list[dict[str, Any]],
    status: str,
    ids: list[str],
) -> None:
    told(checks(*results))
    drift = (await get(client, "/config/validate"))["drift"]
    assert drift["status"] == status
    assert [each["id"] for each in drift["findings"]] == ids


@pytest.mark.parametrize(
    ("given", "status", "settings"),
    [
        ({"API_KEY_AUTH": False}, "invalid", {"API_KEY_AUTH"}),
        ({"TEST_EMBEDDER": True}, "invalid", {"TEST_EMBEDDER"}),
        (
            {"RATE_LIMIT_ENABLED": False, "CORS_ORIGINS": "*"},
            "warnings",
            {"RATE_LIMIT_ENABLED", "CORS_ORIGINS"},
        ),
        ({"QDRANT_API_KEY": None, "COHERE_API_KEY": None}, "warnings", {"QDRANT_API_KEY", "MODELS"}),
        ({"DOCS_ENABLED": True}, "warnings", {"DOCS_ENABLED"}),
        ({}, "valid", set()),
        ({"API_KEY_AUTH": False, "ENVIRONMENT": "lab"}, "valid", set()),
    ],
)
def test_unwise_settings_are_named(
    make_settings: MakeSettings, given: dict[str, Any], status: str, settings: set[str]
) -> None:
    from gateway.audit import audit

    wise = {
        "API_KEY_AUTH": True,
        "RATE_LIMIT_ENABLED": True,
        "QDRANT_API_KEY": "k" * 16,
        "COHERE_API_KEY": "k" * 16,
    }
    findings = audit(make_settings(**{**wise, **given}))
    assert {finding.setting for finding in findings} == settings
    assert ("error" in {finding.severity for finding in findings}) == (status == "invalid")


async def test_the_verdict_on_the_configuration_is_its_worst_finding(make_settings: MakeSettings) -> None:
    for given, status in (({}, "invalid"), ({"ENVIRONMENT": "lab"}, "valid")):
        async with serving(create_app(make_settings(**given))) as client:
            assert (await get(client, "/config/validate"))["status"] == status


@pytest.fixture
async def unversioned(make_settings: MakeSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(create_app(make_settings(API_VERSIONING_ENABLED=False))) as client:
        yield client


@pytest.mark.parametrize("path", ["/deployment/status", "/api/deployment/status", "/health", "/api/health"])
async def test_without_versioning_paths_have_no_version(unversioned: httpx.AsyncClient, path: str) -> None:
    assert (await unversioned.get(path)).status_code == 200
    assert (await unversioned.get(f"/v1{path}")).status_code == 404


async def test_the_root_tells_where_the_api_is(
    client: httpx.AsyncClient, unversioned: httpx.AsyncClient
) -> None:
    assert (await client.get("/")).json()["api"] == "/v1"
    assert (await unversioned.get("/")).json()["api"] == "/"


async def test_a_path_with_a_slash_at_its_end_is_another_path(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/deployment/status/")).status_code == 404


def test_a_package_that_is_not_installed_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.process.PACKAGES", ("no-such-package",))
    assert packages() == {"no-such-package": "unknown"}


async def test_infrastructure_tells_what_it_can_when_all_is_down(client: httpx.AsyncClient) -> None:
    found = await get(client, "/infrastructure/health")
    assert found["status"] == "unhealthy"
    assert found["outbox"] is None
    assert found["pool"]["checked_out"] == 0


async def test_a_database_that_goes_away_meanwhile_leaves_the_outbox_untold(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(settings)
    async with serving(app) as client:

        async def look() -> Readiness:
            state = DependencyState(status="up", required=True, latency_ms=1)
            return Readiness(status="ready", dependencies={"postgresql": state})

        monkeypatch.setattr(app.state.services.readiness, "look", look)
        found = await get(client, "/infrastructure/health")
    assert (found["status"], found["outbox"]) == ("healthy", None)
