"""API keys: for admins."""

from __future__ import annotations

from typing import Annotated

from citadel import keys
from fastapi import APIRouter, Depends, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, FutureDatetime

from gateway.database import transaction
from gateway.keyring import Scope
from gateway.problems import ApiProblem, NotFound, described
from gateway.ratelimit import limited
from gateway.security import require
from gateway.services import ServicesDep

router = APIRouter(prefix="/keys", tags=["keys"])
READS = [Depends(limited("default")), Depends(require("admin"))]
WRITES = [Depends(limited("write")), Depends(require("admin"))]

KeyId = Annotated[int, Path(ge=1, le=2**63 - 1)]


class NewKey(BaseModel):
    """A key to be issued."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9._ -]*$")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)]
    expires_at: Annotated[AwareDatetime, FutureDatetime] | None = None


class Issued(BaseModel):
    """A new key. This is the only time that it is shown."""

    id: int
    name: str
    key: str
    scopes: list[Scope]
    expires_at: AwareDatetime | None


class KeyInfo(BaseModel):
    """What is known of a key; the key itself is not kept."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    scopes: list[Scope]
    fingerprint: str
    created_at: AwareDatetime
    expires_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    last_used_at: AwareDatetime | None


class KeyList(BaseModel):
    """All keys, revoked and expired ones too."""

    keys: list[KeyInfo]


@router.post("", status_code=201, dependencies=WRITES, responses=described(409))
async def issue(new: NewKey, services: ServicesDep) -> Issued:
    """Issues a key."""
    scopes = sorted(set(new.scopes))
    try:
        async with transaction(services) as session:
            issued = await keys.issue(session, new.name, scopes, new.expires_at)
    except keys.KeyRefused as error:
        raise ApiProblem(409, "Conflict", str(error)) from error
    return Issued(id=issued.id, name=issued.name, key=issued.key, scopes=scopes, expires_at=new.expires_at)


@router.get("", dependencies=READS)
async def listed(services: ServicesDep) -> KeyList:
    """All keys."""
    async with transaction(services) as session:
        records = await keys.listed(session)
    return KeyList(keys=[KeyInfo.model_validate(record) for record in records])


@router.delete("/{key_id}", status_code=204, dependencies=WRITES, responses=described(404))
async def revoke(key_id: KeyId, services: ServicesDep) -> Response:
    """Revokes a key. Other workers may know it for KEY_CACHE_SECONDS more."""
    async with transaction(services) as session:
        revoked = await keys.revoke(session, key_id)
    if not revoked:
        raise NotFound("key in force with id", key_id)
    services.keys.forget()
    return Response(status_code=204)
