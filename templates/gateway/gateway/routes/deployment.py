"""What is deployed, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel

from gateway.hoststate import CheckResult, Placed, Unknown, read_checks, read_placement, read_state
from gateway.keyring import Principal
from gateway.process import Process, packages, process
from gateway.ratelimit import limited
from gateway.readiness import Readiness
from gateway.security import require
from gateway.services import ServicesDep
from gateway.settings import Settings

router = APIRouter(prefix="/deployment", tags=["operations"], dependencies=[Depends(limited("default"))])
Reader = Annotated[Principal, Depends(require("read"))]


class Placement(BaseModel):
    """
    Where this process runs, by `deployment.yaml`.

    `unknown` is also a replica that no user is sent to yet: a deploy has started it, and has not switched.
    """

    status: Literal["known", "unknown"]
    reason: str | None = None
    instance: Placed | None = None


class DeploymentStatus(BaseModel):
    """`state` is what `vdb` wrote on the host. `unknown`: it cannot be told, for the `reason`."""

    status: Literal["known", "unknown"]
    reason: str | None = None
    gateway: Process
    placement: Placement
    state: dict[str, Any] | None = None


class Findings(BaseModel):
    """What the last check of `vdb` did not see pass, and when it looked."""

    status: Literal["known", "unknown"]
    reason: str | None = None
    at: AwareDatetime | None = None
    findings: list[CheckResult] = []


class Diagnostics(BaseModel):
    """All that helps to find what is wrong. Only admins see the settings; secrets are masked."""

    gateway: Process
    packages: dict[str, str]
    readiness: Readiness
    deployment: DeploymentStatus
    checks: Findings
    settings: dict[str, Any] | None = None


@router.get("/status")
async def status(services: ServicesDep, _: Reader) -> DeploymentStatus:
    """What is deployed here, by the state that `vdb` keeps on the host."""
    return await deployment(services.settings)


@router.get("/diagnostics")
async def diagnostics(services: ServicesDep, reader: Reader) -> Diagnostics:
    """What is wrong here."""
    return Diagnostics(
        gateway=process(services.settings),
        packages=packages(),
        readiness=await services.readiness.look(),
        deployment=await deployment(services.settings),
        checks=await findings(services.settings),
        settings=services.settings.summary() if reader.may("admin") else None,
    )


async def deployment(settings: Settings) -> DeploymentStatus:
    """The state on the host, and this process."""
    gateway, placed = process(settings), await placement(settings)
    try:
        state = await read_state(settings.STATE_FILE)
    except Unknown as error:
        return DeploymentStatus(status="unknown", reason=str(error), gateway=gateway, placement=placed)
    return DeploymentStatus(status="known", gateway=gateway, placement=placed, state=state)


async def placement(settings: Settings) -> Placement:
    """The slot that this process is in."""
    try:
        found = await read_placement(settings.DEPLOYMENT_FILE, settings.GATEWAY_PORT)
    except Unknown as error:
        return Placement(status="unknown", reason=str(error))
    return Placement(status="known", instance=found)


async def findings(settings: Settings) -> Findings:
    """The results that did not pass."""
    try:
        checks = await read_checks(settings.CHECKS_FILE, settings.CHECKS_MAX_AGE_SECONDS)
    except Unknown as error:
        return Findings(status="unknown", reason=str(error))
    found = [result for result in checks.results if result.status in ("fail", "warn", "unknown")]
    return Findings(status="known", at=checks.at, findings=found)
