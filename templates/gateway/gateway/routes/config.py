"""Whether the configuration is right."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from gateway.audit import SettingFinding, audit
from gateway.hoststate import CheckResult, Unknown, read_checks
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


class ConfigValidation(BaseModel):
    """`invalid`: a setting must not stay so in production. Settings that cannot be read stop the start."""

    status: Literal["valid", "warnings", "invalid"]
    environment: str
    findings: list[SettingFinding]
    drift: Drift


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
    )


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
