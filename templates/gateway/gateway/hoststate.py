"""What `vdb` has left on the host: the state it wrote, and the results of its last readiness check."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
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


def _document(path: Path, schema: str) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Unknown(f"{path} does not exist") from None
    except OSError as error:
        raise Unknown(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise Unknown(f"{path} is larger than {MAX_BYTES} bytes")
    try:
        document = json.loads(data)
    except ValueError as error:
        raise Unknown(f"{path} is not JSON") from error
    if not isinstance(document, dict) or document.get("schema") != schema:
        raise Unknown(f"{path} is not of schema {schema}")
    return document
