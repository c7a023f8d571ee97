"""The environment that the gateway runs in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel

from gateway.hoststate import CheckResult, Unknown, read_checks
from gateway.process import Process, packages, process
from gateway.ratelimit import limited
from gateway.security import require
from gateway.services import ServicesDep

router = APIRouter(
    prefix="/environment",
    tags=["operations"],
    dependencies=[Depends(limited("default")), Depends(require("read"))],
)
GROUPS = ("host", "storage", "time", "network", "tls", "access", "python")
Verdict = Literal["ok", "warning", "failed", "unknown"]


class GroupStatus(BaseModel):
    """What the checks of one group found: the worst of them."""

    status: Verdict
    findings: list[CheckResult]


class EnvironmentStatus(BaseModel):
    """The process, and the host as the last check of `vdb` saw it."""

    status: Verdict
    reason: str | None = None
    at: AwareDatetime | None = None
    gateway: Process
    packages: dict[str, str]
    groups: dict[str, GroupStatus] = {}


@router.get("/status")
async def status(services: ServicesDep) -> EnvironmentStatus:
    """How the host is, by the results that `vdb` left on it."""
    settings = services.settings
    try:
        checks = await read_checks(settings.CHECKS_FILE, settings.CHECKS_MAX_AGE_SECONDS)
    except Unknown as error:
        return EnvironmentStatus(
            status="unknown", reason=str(error), gateway=process(settings), packages=packages()
        )
    groups = {group: _group(found) for group in GROUPS if (found := checks.of(group))}
    return EnvironmentStatus(
        status=worst(result for group in GROUPS for result in checks.of(group)),
        at=checks.at,
        gateway=process(settings),
        packages=packages(),
        groups=groups,
    )


def _group(results: Sequence[CheckResult]) -> GroupStatus:
    findings = [result for result in results if result.status in ("fail", "warn", "unknown")]
    return GroupStatus(status=worst(results), findings=findings)


def worst(results: Iterable[CheckResult]) -> Verdict:
    """Failed before unknown before warning; nothing that passed is unknown too."""
    statuses = {result.status for result in results}
    if "fail" in statuses:
        return "failed"
    if "unknown" in statuses or not statuses & {"pass", "waived", "warn"}:
        return "unknown"
    return "warning" if "warn" in statuses else "ok"
