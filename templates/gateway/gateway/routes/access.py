"""Who may call a route, at which rate, and what a writer may say of a repetition."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header

from gateway.keyring import Principal
from gateway.ratelimit import limited
from gateway.security import require

READ = [Depends(limited("default")), Depends(require("read"))]
SEARCH = [Depends(limited("search")), Depends(require("read"))]
WRITE = [Depends(limited("write")), Depends(require("write"))]
ADMIN = [Depends(limited("write")), Depends(require("admin"))]
Writer = Annotated[Principal, Depends(require("write"))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Requests with the same key make one thing, however often they are sent.",
    ),
]


def own(writer: Principal, key: str | None) -> str | None:
    """An idempotency key as one of this writer: others may send the same."""
    return f"{writer.id} {key}" if key else None
