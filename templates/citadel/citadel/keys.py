"""Keys of the gateway's API: shown once, kept as SHA-256, scoped, revocable.

A key has so much entropy that a plain hash of it cannot be guessed back. Its row is found by the beginning
of the hash; whether it is the key is then decided in constant time.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, ColumnElement, Select, Update, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from citadel.models import ApiKey

SCOPES = ("read", "write", "admin")
SHORTEST = 16
"""Characters of the shortest key that is accepted."""

_LOOKUP_BYTES = 8
_NO_DIGEST = bytes(32)
_LOCK = 0x6B65_7973


class KeyRefused(Exception):
    """The key, its name or its scopes cannot be used. The message never holds the key."""


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key. This is the only time that `key` is seen."""

    id: int
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class EnsuredKey:
    """A configured key that is in force; `changed` tells whether something had to be written for that."""

    id: int
    name: str
    changed: bool


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """What is known of a key. `fingerprint` tells keys apart and gives nothing away."""

    id: int
    name: str
    scopes: tuple[str, ...]
    fingerprint: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    def allows(self, scope: str) -> bool:
        return scope in self.scopes or "admin" in self.scopes


async def issue(
    session: AsyncSession, name: str, scopes: Iterable[str], expires_at: datetime | None = None
) -> IssuedKey:
    """Makes a key; an expired one of that name is revoked for it.

    Raises `KeyRefused` when a key of that name is in force.
    """
    await _one_at_a_time(session)
    await session.execute(_ending(ApiKey.name == name, ApiKey.expires_at <= func.now()))
    if await _in_force(session, name):
        raise KeyRefused(f"there is a key {name} already")
    key = f"vdb_{secrets.token_urlsafe(32)}"
    row = ApiKey(name=_named(name), scopes=_sorted(scopes), expires_at=expires_at, **_hashed(key))
    session.add(row)
    await session.flush()
    return IssuedKey(row.id, row.name, key)


async def ensure(session: AsyncSession, name: str, key: str, scopes: Iterable[str]) -> EnsuredKey:
    """Puts a configured key in force under its name, in place of another one.

    Raises `KeyRefused` for a key that is too short, was revoked, or is in force under another name.
    """
    if len(key) < SHORTEST:
        raise KeyRefused(f"a key has at least {SHORTEST} characters")
    wanted = _sorted(scopes)
    await _one_at_a_time(session)
    same = await _by_key(session, key)
    if same and same.revoked_at:
        raise KeyRefused(f"this key was revoked (as {same.name}): configure another one")
    if same and same.name != name:
        raise KeyRefused(f"this key is in force as {same.name}")
    row = same or await _in_force(session, name)
    if row is None:
        row = ApiKey(name=_named(name), scopes=wanted, **_hashed(key))
        session.add(row)
        await session.flush()
        return EnsuredKey(row.id, name, changed=True)
    changed = row is not same or row.scopes != wanted or row.expires_at is not None
    if changed:
        for column, value in _hashed(key).items():
            setattr(row, column, value)
        row.scopes = wanted
        row.expires_at = None
        await session.flush()
    return EnsuredKey(row.id, name, changed)


async def verify(session: AsyncSession, presented: str) -> KeyRecord | None:
    """The key's record when it is known and in force; notes, at most once a minute, that it was used."""
    digest = hashlib.sha256(presented.encode()).digest()
    found = (await session.execute(_valid().where(ApiKey.lookup == _lookup(digest)))).one_or_none()
    row, valid = found if found else (None, False)
    right = hmac.compare_digest(row.digest if row else _NO_DIGEST, digest)
    if row is None or not (right and valid):
        return None
    await _used(session, row.id)
    return _record(row)


async def revoke(session: AsyncSession, key_id: int) -> bool:
    """Ends a key for good. False when there is no such key in force."""
    ended = _ending(ApiKey.id == key_id).returning(ApiKey.id)
    return (await session.execute(ended)).one_or_none() is not None


def _ending(*which: ColumnElement[bool]) -> Update:
    return update(ApiKey).where(ApiKey.revoked_at.is_(None), *which).values(revoked_at=func.now())


async def listed(session: AsyncSession) -> list[KeyRecord]:
    """All keys, revoked and expired ones too, by age."""
    return [_record(row) for row in await session.scalars(select(ApiKey).order_by(ApiKey.id))]


def _valid() -> Select[ApiKey, bool]:
    in_time: ColumnElement[bool] = or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now())
    valid = (ApiKey.revoked_at.is_(None) & in_time).cast(Boolean)
    return select(ApiKey, valid)


async def _used(session: AsyncSession, key_id: int) -> None:
    # Requests with one key must not wait for each other: who finds the row locked lets the other note it.
    await session.execute(
        text(
            """
            UPDATE api_keys SET last_used_at = now() WHERE id = (
              SELECT id FROM api_keys
              WHERE id = :id AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')
              FOR NO KEY UPDATE SKIP LOCKED)
            """
        ),
        {"id": key_id},
    )


async def _one_at_a_time(session: AsyncSession) -> None:
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


async def _in_force(session: AsyncSession, name: str) -> ApiKey | None:
    by_name = select(ApiKey).where(ApiKey.name == name, ApiKey.revoked_at.is_(None))
    return (await session.scalars(by_name)).one_or_none()


async def _by_key(session: AsyncSession, key: str) -> ApiKey | None:
    lookup = _lookup(hashlib.sha256(key.encode()).digest())
    return (await session.scalars(select(ApiKey).where(ApiKey.lookup == lookup))).one_or_none()


def _hashed(key: str) -> dict[str, bytes | str]:
    digest = hashlib.sha256(key.encode()).digest()
    return {"digest": digest, "lookup": _lookup(digest)}


def _lookup(digest: bytes) -> str:
    return digest[:_LOOKUP_BYTES].hex()


def _named(name: str) -> str:
    if not name.strip() or len(name) > 100:
        raise KeyRefused("a key has a name of 1 to 100 characters")
    return name


def _sorted(scopes: Iterable[str]) -> list[str]:
    given = set(scopes)
    unknown = given.difference(SCOPES)
    if unknown or not given:
        raise KeyRefused(f"scopes are one or more of {', '.join(SCOPES)}")
    return [scope for scope in SCOPES if scope in given]


def _record(row: ApiKey) -> KeyRecord:
    return KeyRecord(
        id=row.id,
        name=row.name,
        scopes=tuple(row.scopes),
        fingerprint=row.lookup,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
