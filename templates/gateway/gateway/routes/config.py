"""Whether the configuration is right."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from gateway.audit import Difference, SettingFinding, audit, compare
from gateway.hoststate import CheckResult, Unknown, read_checks, read_production
from gateway.ratelimit import limited
from gateway.security import require
from gateway.services import ServicesDep
from gateway.settings import Settings

router = APIRouter(
    prefix="/config",
    tags=["operations"],
    dependencies=[Depends(limited("default")), Depends(require("read"))],
)


class Drift(BaseModel):
    """Whether the files on the host are those of vdb's plan, by its last check."""

    status: Literal["none", "found", "unknown"]
    reason: str | None = None
    findings: list[CheckResult] = []


class Comparison(BaseModel):
    """
    Whether this process runs with what `production.yaml` on the host says.

    `differs` is so until a deploy brings in what was configured, and after a rollback.
    """

    status: Literal["same", "differs", "unknown"]
    reason: str | None = None
    differences: list[Difference] = []


class ConfigValidation(BaseModel):
    """`invalid`: a setting must not stay so in production. Settings that cannot be read stop the start."""

    status: Literal["valid", "warnings", "invalid"]
    environment: str
    findings: list[SettingFinding]
    drift: Drift
    production: Comparison


@router.get("/validate")
async def validate(services: ServicesDep) -> ConfigValidation:
    """Looks at the settings in force, and at what `vdb` found on the host."""
    findings = audit(services.settings)
    severities = {finding.severity for finding in findings}
    return ConfigValidation(
        status="invalid" if "error" in severities else "warnings" if severities else "valid",
        environment=services.settings.ENVIRONMENT,
        findings=findings,
        drift=await drift(services.settings),
        production=await comparison(services.settings),
    )


async def comparison(settings: Settings) -> Comparison:
    """What differs from what is configured."""
    try:
        production = await read_production(settings.PRODUCTION_FILE)
    except Unknown as error:
        return Comparison(status="unknown", reason=str(error))
    found = compare(settings, production)
    return Comparison(status="differs" if found else "same", differences=found)


async def drift(settings: Settings) -> Drift:
    """What differs from the plan."""
    try:
        checks = await read_checks(settings.CHECKS_FILE, settings.CHECKS_MAX_AGE_SECONDS)
    except Unknown as error:
        return Drift(status="unknown", reason=str(error))
    results = checks.of("drift")
    seen = [result for result in results if result.status not in ("unknown", "skip")]
    if not seen:
        return Drift(status="unknown", reason="the last check did not look for drift", findings=results)
    found = [result for result in seen if result.status in ("fail", "warn")]
    return Drift(status="found" if found else "none", findings=found)
