"""The test of the layer passes on its own schema, finds another one, and leaves nothing."""

import pytest
from sqlalchemy import text

from citadel.engine import Database
from citadel.models import Base
from citadel.selftest import SelftestFailed, differences, selftest
from citadel.settings import DatabaseSettings
from citadel_testing import Postgres


async def test_it_takes_a_record_of_each_kind_and_leaves_none(
    database: Database, database_settings: DatabaseSettings
) -> None:
    tested = await selftest(database_settings)
    assert sorted(tested.records) == sorted(Base.metadata.tables)
    assert tested.compared == len(Base.metadata.tables)
    async with database.session() as session:
        for table in Base.metadata.tables:
            assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("DROP INDEX uq_users_email", "add_index uq_users_email"),
        ("ALTER TABLE users DROP COLUMN email CASCADE", "add_column users email"),
        ("ALTER TABLE outbox ADD COLUMN more int", "remove_column outbox more"),
        ("DROP TABLE embedding_jobs", "add_table embedding_jobs"),
        ("ALTER TABLE users ALTER COLUMN username DROP NOT NULL", "modify_nullable users username"),
    ],
)
async def test_a_schema_that_is_another_is_found(
    postgres: Postgres, database_settings: DatabaseSettings, change: str, said: str
) -> None:
    with postgres.admin(database_settings.db) as admin:
        admin.execute(change)
    with pytest.raises(SelftestFailed, match=said):
        await selftest(database_settings)


async def test_tables_of_others_do_not_matter(
    postgres: Postgres, database_settings: DatabaseSettings
) -> None:
    with postgres.admin(database_settings.db) as admin:
        admin.execute("CREATE TABLE theirs (id int)")
    assert differences(database_settings) == []


async def test_many_differences_are_counted(postgres: Postgres, empty_database: DatabaseSettings) -> None:
    with pytest.raises(SelftestFailed, match=r"and \d+ more"):
        await selftest(empty_database)
    with postgres.admin(empty_database.db) as admin:
        tables = admin.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


async def test_what_is_not_read_as_it_was_written_fails_it(
    postgres: Postgres, database_settings: DatabaseSettings
) -> None:
    with postgres.admin(database_settings.db) as admin:
        admin.execute(
            "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN NEW.active = true; RETURN NEW; END'"
        )
        admin.execute("CREATE TRIGGER forget BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION forget()")
    with pytest.raises(SelftestFailed, match="what was changed"):
        await selftest(database_settings)
