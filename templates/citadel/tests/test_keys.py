"""Keys are shown once, kept hashed, scoped, ended."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from citadel import keys
from citadel.engine import Database

CONFIGURED = "a-key-from-a-configuration"


async def test_an_issued_key_is_verified_with_its_scopes(database: Database) -> None:
    async with database.session() as session:
        issued = await keys.issue(session, "reader", ["read"])
    async with database.session() as session:
        record = await keys.verify(session, issued.key)
    assert record is not None
    assert (record.id, record.name, record.scopes) == (issued.id, "reader", ("read",))
    assert record.allows("read")
    assert not record.allows("write")


async def test_the_table_does_not_hold_the_key(database: Database) -> None:
    async with database.session() as session:
        issued = await keys.issue(session, "reader", ["read"])
        row = (await session.execute(text("SELECT api_keys::text FROM api_keys"))).scalar_one()
    assert issued.key.startswith("vdb_")
    assert issued.key not in row
    assert issued.key.removeprefix("vdb_") not in row


async def test_admin_may_everything() -> None:
    now = datetime.now(UTC)
    record = keys.KeyRecord(1, "root", ("admin",), "00", now, None, None, None)
    assert all(record.allows(scope) for scope in keys.SCOPES)


@pytest.mark.parametrize("presented", ["", "vdb_", "vdb_unknown", "x" * 10_000, "ключ"])
async def test_an_unknown_key_is_nobody(database: Database, presented: str) -> None:
    async with database.session() as session:
        await keys.issue(session, "reader", ["read"])
        assert await keys.verify(session, presented) is None


async def test_a_key_that_only_begins_like_one_is_nobody(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.session() as session:
        await keys.issue(session, "reader", ["read"])
        await session.execute(text("UPDATE api_keys SET lookup = 'collision'"))
        monkeypatch.setattr(keys, "_lookup", lambda _: "collision")
        assert await keys.verify(session, "another-key-altogether") is None


async def test_a_revoked_key_is_nobody_for_good(database: Database) -> None:
    async with database.session() as session:
        issued = await keys.issue(session, "reader", ["read"])
        assert await keys.revoke(session, issued.id)
        assert not await keys.revoke(session, issued.id)
        assert await keys.verify(session, issued.key) is None
        with pytest.raises(keys.KeyRefused, match="was revoked"):
            await keys.ensure(session, "reader", issued.key, ["read"])


async def test_an_expired_key_is_nobody(database: Database) -> None:
    soon, past = (datetime.now(UTC) + timedelta(seconds=shift) for shift in (60, -1))
    async with database.session() as session:
        valid = await keys.issue(session, "valid", ["read"], soon)
        expired = await keys.issue(session, "expired", ["read"], past)
        assert await keys.verify(session, valid.key) is not None
        assert await keys.verify(session, expired.key) is None


async def test_a_name_is_free_again_when_its_key_was_revoked(database: Database) -> None:
    async with database.session() as session:
        first = await keys.issue(session, "reader", ["read"])
        with pytest.raises(keys.KeyRefused, match="already"):
            await keys.issue(session, "reader", ["read"])
        await keys.revoke(session, first.id)
        second = await keys.issue(session, "reader", ["read"])
        names = [(record.id, record.revoked_at is None) for record in await keys.listed(session)]
    assert names == [(first.id, False), (second.id, True)]


@pytest.mark.parametrize("scopes", [[], ["root"], ["read", "root"]])
async def test_unknown_scopes_are_refused(database: Database, scopes: list[str]) -> None:
    async with database.session() as session:
        with pytest.raises(keys.KeyRefused, match="scopes"):
            await keys.issue(session, "reader", scopes)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
async def test_a_key_has_a_sensible_name(database: Database, name: str) -> None:
    async with database.session() as session:
        with pytest.raises(keys.KeyRefused, match="name"):
            await keys.issue(session, name, ["read"])


async def test_a_configured_key_is_put_in_force_once(database: Database) -> None:
    async with database.session() as session:
        first = await keys.ensure(session, "config", CONFIGURED, ["admin"])
        second = await keys.ensure(session, "config", CONFIGURED, ["admin"])
        assert (first.changed, second.changed) == (True, False)
        assert first.id == second.id
        record = await keys.verify(session, CONFIGURED)
    assert record is not None
    assert record.scopes == ("admin",)


async def test_another_configured_key_takes_the_place_of_the_old_one(database: Database) -> None:
    async with database.session() as session:
        await keys.ensure(session, "config", CONFIGURED, ["admin"])
        assert (await keys.ensure(session, "config", CONFIGURED + "2", ["admin"])).changed
        assert await keys.verify(session, CONFIGURED) is None
        assert await keys.verify(session, CONFIGURED + "2") is not None


async def test_other_scopes_of_a_configured_key_are_written(database: Database) -> None:
    async with database.session() as session:
        await keys.ensure(session, "config", CONFIGURED, ["admin"])
        assert (await keys.ensure(session, "config", CONFIGURED, ["write", "read"])).changed
        record = await keys.verify(session, CONFIGURED)
    assert record is not None
    assert record.scopes == ("read", "write")


async def test_a_configured_key_has_one_name_and_enough_characters(database: Database) -> None:
    async with database.session() as session:
        await keys.ensure(session, "config", CONFIGURED, ["admin"])
        with pytest.raises(keys.KeyRefused, match="as config") as refused:
            await keys.ensure(session, "other", CONFIGURED, ["admin"])
        assert CONFIGURED not in str(refused.value)
        with pytest.raises(keys.KeyRefused, match="characters"):
            await keys.ensure(session, "short", "short", ["admin"])


async def test_workers_that_start_together_ensure_one_key(database: Database) -> None:
    async def worker() -> bool:
        async with database.session() as session:
            return (await keys.ensure(session, "config", CONFIGURED, ["admin"])).changed

    assert sorted(await asyncio.gather(*(worker() for _ in range(5)))) == [False] * 4 + [True]


async def test_the_use_of_a_key_is_noted_and_does_not_make_others_wait(database: Database) -> None:
    async with database.session() as session:
        await keys.ensure(session, "config", CONFIGURED, ["admin"])
    async with asyncio.timeout(5), database.session() as one:
        assert await keys.verify(one, CONFIGURED) is not None
        async with database.session() as other:
            assert await keys.verify(other, CONFIGURED) is not None
    async with database.session() as session:
        (record,) = await keys.listed(session)
        assert record.last_used_at is not None
        await keys.verify(session, CONFIGURED)
        assert (await keys.listed(session))[0].last_used_at == record.last_used_at


async def test_an_expired_key_leaves_its_name_to_a_new_one(database: Database) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    async with database.session() as session:
        await keys.issue(session, "reader", ["read"], past)
    async with database.session() as session:
        issued = await keys.issue(session, "reader", ["read"])
        assert await keys.verify(session, issued.key)
        with pytest.raises(keys.KeyRefused):
            await keys.issue(session, "reader", ["read"])
