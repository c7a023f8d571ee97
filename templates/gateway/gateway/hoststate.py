"""What `vdb` has left on the host: its state, what is configured and deployed, and results of its checks."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import AwareDatetime, BaseModel, ConfigDict, IPvAnyNetwork, ValidationError
from starlette.concurrency import run_in_threadpool

MAX_BYTES = 4 * 1024 * 1024
STATE_SCHEMA = "vdb.state/1"
CHECKS_SCHEMA = "vdb.check/1"


class Unknown(Exception):
    """It cannot be told, for the reason in the message. Never to be taken for good or bad."""


class CheckResult(BaseModel):
    """What one check of `vdb` found."""

    model_config = ConfigDict(extra="ignore")

    id: str
    group: str
    severity: Literal["critical", "error", "warning"]
    status: Literal["pass", "warn", "fail", "unknown", "skip", "waived"]
    title: str
    seen: str
    expected: str | None = None
    remedy: str | None = None
    command: str | None = None


class Checks(BaseModel):
    """One run of checks: the document of `vdb check --json`."""

    model_config = ConfigDict(extra="ignore")

    at: AwareDatetime
    vdb: str
    host: str
    status: Literal["ready", "not-ready", "timed-out", "interrupted", "failed"]
    failure: str | None = None
    counts: dict[str, int]
    blocking: list[str]
    results: list[CheckResult]

    def age_seconds(self, now: datetime | None = None) -> float:
        """How long ago the run ended."""
        return ((now or datetime.now(UTC)) - self.at).total_seconds()

    def of(self, *groups: str) -> list[CheckResult]:
        """The results of these groups."""
        return [result for result in self.results if result.group in groups]


class ProductionLimits(BaseModel):
    """Of single requests."""

    max_title_length: int
    max_chunks_per_document: int
    max_text_length: int
    max_query_length: int
    max_results_k: int
    max_batch_points: int
    max_body_bytes: int


class ProductionRates(BaseModel):
    """Of requests of one client."""

    enabled: bool
    default: str
    search: str
    write: str
    fail_open: bool


class ProductionGateway(BaseModel):
    """How the gateway is configured."""

    workers: int
    max_connections: int
    log_level: str
    rate_limit: ProductionRates
    limits: ProductionLimits


class ProductionServices(BaseModel):
    """The part of the services that this one knows."""

    api_gateway: ProductionGateway


class ProductionSecurity(BaseModel):
    """Who may come in."""

    api_key_auth: bool
    ip_allowlist: list[IPvAnyNetwork]


class Production(BaseModel):
    """What of `production.yaml` concerns the gateway."""

    environment: str
    configuration: ProductionServices
    security: ProductionSecurity


class _ProductionFile(BaseModel):
    production_deployment: Production


class Placed(BaseModel):
    """A replica of the gateway, as `deployment.yaml` has it. `standby`: it is what a rollback goes to."""

    name: str
    slot: Literal["blue", "green"]
    role: Literal["active", "standby"]
    port: int


class _Placement(BaseModel):
    instances: list[Placed]


class _Services(BaseModel):
    api_gateway: _Placement


class _Deployment(BaseModel):
    services: _Services


class _DeploymentFile(BaseModel):
    deployment: _Deployment


async def read_production(path: Path) -> Production:
    """`production.yaml`. Raises `Unknown`."""
    return (await run_in_threadpool(_yaml, path, _ProductionFile)).production_deployment


async def read_placement(path: Path, port: int) -> Placed:
    """The replica at `port`, by `deployment.yaml`. Raises `Unknown`."""
    found = await run_in_threadpool(_yaml, path, _DeploymentFile)
    for placed in found.deployment.services.api_gateway.instances:
        if placed.port == port:
            return placed
    raise Unknown(f"{path} has no replica at port {port}")


async def read_state(path: Path) -> dict[str, Any]:
    """`state.json`. Raises `Unknown`."""
    document = await run_in_threadpool(_document, path, STATE_SCHEMA)
    return {name: value for name, value in document.items() if name != "schema"}


async def read_checks(path: Path, max_age_seconds: float) -> Checks:
    """The last run of checks. Raises `Unknown`, also when it is too old to count, or dated ahead."""
    document = await run_in_threadpool(_document, path, CHECKS_SCHEMA)
    try:
        checks = Checks.model_validate(document)
    except ValidationError as error:
        raise Unknown(f"{path} is not a run of checks: {error.error_count()} errors") from error
    age = checks.age_seconds()
    if age > max_age_seconds:
        raise Unknown(f"the last check ended {math.floor(age)} s ago, more than {max_age_seconds:g} s")
    if age < -60:
        raise Unknown("the last check is dated ahead")
    return checks


def _yaml[Model: BaseModel](path: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate(yaml.safe_load(_text(path)))
    except ValidationError as error:
        raise Unknown(f"{path} is not as vdb writes it: {error.error_count()} errors") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Unknown(f"{path} is not YAML") from error


def _text(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Unknown(f"{path} does not exist") from None
    except OSError as error:
        raise Unknown(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise Unknown(f"{path} is larger than {MAX_BYTES} bytes")
    return data


def _document(path: Path, schema: str) -> dict[str, Any]:
    try:
        document = json.loads(_text(path))
    except ValueError as error:
        raise Unknown(f"{path} is not JSON") from error
    if not isinstance(document, dict) or document.get("schema") != schema:
        raise Unknown(f"{path} is not of schema {schema}")
    return document
