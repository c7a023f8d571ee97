"""Whether the server is ready for production, by the checks of `vdb`."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel

from gateway.hoststate import CheckResult, Unknown, read_checks
from gateway.ratelimit import limited
from gateway.security import require
from gateway.services import ServicesDep

router = APIRouter(
    prefix="/production",
    tags=["operations"],
    dependencies=[Depends(limited("default")), Depends(require("read"))],
)


class ProductionReadiness(BaseModel):
    """
    The verdict of the last `vdb check readiness` on this host.

    `unknown`: there is none, it is too old, or it did not come to an end.
    """

    status: Literal["ready", "not-ready", "unknown"]
    reason: str | None = None
    at: AwareDatetime | None = None
    age_seconds: float | None = None
    vdb: str | None = None
    counts: dict[str, int] = {}
    blocking: list[str] = []
    results: list[CheckResult] = []


@router.get("/readiness")
async def readiness(services: ServicesDep) -> ProductionReadiness:
    """What the last check found. Answers 200 whatever it found: the status is in the answer."""
    settings = services.settings
    try:
        checks = await read_checks(settings.CHECKS_FILE, settings.CHECKS_MAX_AGE_SECONDS)
    except Unknown as error:
        return ProductionReadiness(status="unknown", reason=str(error))
    complete = checks.status in ("ready", "not-ready")
    return ProductionReadiness(
        status=_status(checks.status),
        reason=None if complete else checks.failure or f"the check {checks.status}",
        at=checks.at,
        age_seconds=round(checks.age_seconds(), 1),
        vdb=checks.vdb,
        counts=checks.counts,
        blocking=checks.blocking,
        results=checks.results,
    )


def _status(status: str) -> Literal["ready", "not-ready", "unknown"]:
    match status:
        case "ready":
            return "ready"
        case "not-ready" | "timed-out":
            return "not-ready"
        case _:
            return "unknown"
