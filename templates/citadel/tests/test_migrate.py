"""The schema goes forward and back, one run at a time."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from citadel import migrate
from citadel.engine import DatabaseUnavailable, sync_engine
from citadel.models import Base
from citadel.settings import ROOT, DatabaseSettings

REVISIONS = ("001_initial_schema", "002_libraries", "003_api_keys", "004_outbox")


PENDING = tuple(migrate.Migration(revision, "expand") for revision in REVISIONS)


def tables(settings: DatabaseSettings) -> set[str]:
    engine = sync_engine(settings)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def differences(settings: DatabaseSettings) -> list[object]:
    engine = sync_engine(settings)
    try:
        with engine.connect() as connection:
            return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))
    finally:
        engine.dispose()


def test_an_empty_database_has_everything_pending(empty_database: DatabaseSettings) -> None:
    assert migrate.state(empty_database) == migrate.SchemaState(None, REVISIONS[-1], PENDING, True)


def test_the_migrations_make_the_tables_of_the_models(empty_database: DatabaseSettings) -> None:
    done = migrate.upgrade(empty_database)
    assert done == migrate.Migrated(None, REVISIONS[-1], REVISIONS)
    assert tables(empty_database) == set(Base.metadata.tables)
    assert differences(empty_database) == []
    assert migrate.state(empty_database) == migrate.SchemaState(REVISIONS[-1], REVISIONS[-1], (), True)


def test_a_second_run_changes_nothing(empty_database: DatabaseSettings) -> None:
    migrate.upgrade(empty_database)
    assert migrate.upgrade(empty_database) == migrate.Migrated(REVISIONS[-1], REVISIONS[-1], ())


def test_the_first_migration_makes_the_tables_of_the_document(empty_database: DatabaseSettings) -> None:
    migrate.upgrade(empty_database, "001_initial_schema")
    assert tables(empty_database) == {"users", "collections", "vector_metadata", "embedding_jobs"}


def test_every_step_back_undoes_its_step_forward(empty_database: DatabaseSettings) -> None:
    seen = [tables(empty_database)]
    for revision in REVISIONS:
        migrate.upgrade(empty_database, revision)
        seen.append(tables(empty_database))
    for revision, before in zip(reversed(REVISIONS), reversed(seen[:-1]), strict=True):
        assert migrate.rollback(empty_database).ran == (revision,)
        assert tables(empty_database) == before
    migrate.upgrade(empty_database)
    assert differences(empty_database) == []


def test_a_rollback_goes_to_a_revision_or_to_nothing(empty_database: DatabaseSettings) -> None:
    migrate.upgrade(empty_database)
    assert migrate.rollback(empty_database, to="002_libraries").ran == ("004_outbox", "003_api_keys")
    assert migrate.rollback(empty_database, to="base").after is None
    assert tables(empty_database) == set()


@pytest.mark.parametrize("asked", [{"steps": 5}, {"steps": 0}, {"to": "004_outbox"}, {"to": "nonsense"}])
def test_a_rollback_that_does_not_go_back_is_refused(
    database_settings: DatabaseSettings, asked: dict[str, object]
) -> None:
    with pytest.raises(migrate.MigrationRefused):
        migrate.rollback(database_settings, **asked)  # type: ignore[arg-type]
    assert migrate.state(database_settings).current == REVISIONS[-1]


def test_there_is_nothing_to_roll_back_in_an_empty_database(empty_database: DatabaseSettings) -> None:
    with pytest.raises(migrate.MigrationRefused, match="0 migrations are applied"):
        migrate.rollback(empty_database)


def test_a_migration_does_not_go_back(database_settings: DatabaseSettings) -> None:
    with pytest.raises(migrate.MigrationRefused, match="roll back instead"):
        migrate.upgrade(database_settings, "001_initial_schema")


def test_a_schema_of_a_later_release_is_told_and_left_alone(database_settings: DatabaseSettings) -> None:
    engine = sync_engine(database_settings)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '999_later'"))
    engine.dispose()
    assert migrate.state(database_settings) == migrate.SchemaState("999_later", REVISIONS[-1], (), False)
    for move in (migrate.upgrade, migrate.rollback):
        with pytest.raises(migrate.MigrationRefused, match="no migration 999_later"):
            move(database_settings)


def test_runs_at_the_same_time_wait_for_each_other(empty_database: DatabaseSettings) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: migrate.upgrade(empty_database), range(4)))
    assert sorted(run.ran for run in runs) == [(), (), (), REVISIONS]


def test_a_run_that_waits_too_long_says_so(
    empty_database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 1)
    engine = sync_engine(empty_database)
    with engine.connect() as other:
        migrate.lock(other)
        with pytest.raises(migrate.MigrationRefused, match="within 1 s"):
            migrate.upgrade(empty_database)
    engine.dispose()


def test_a_migration_that_fails_leaves_nothing(empty_database: DatabaseSettings) -> None:
    engine = sync_engine(empty_database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE outbox (id int)"))
    with pytest.raises(Exception, match="already exists"):
        migrate.upgrade(empty_database)
    engine.dispose()
    assert tables(empty_database) == {"outbox"}
    assert migrate.state(empty_database).current is None


def test_writes_that_wait_are_not_rolled_back(database_settings: DatabaseSettings) -> None:
    engine = sync_engine(database_settings)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO collections (name) VALUES ('c')"))
        waiting = "INSERT INTO outbox (collection_id, operation, point_ids) VALUES (1, 'delete', '{7}')"
        connection.execute(text(waiting))
    with pytest.raises(migrate.MigrationRefused, match="1 writes wait for Qdrant"):
        migrate.rollback(database_settings)
    assert migrate.state(database_settings).current == REVISIONS[-1]
    with engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET rejected_at = now()"))
    engine.dispose()
    assert migrate.rollback(database_settings).ran == ("004_outbox",)


def test_a_write_that_is_under_way_is_waited_for_and_not_lost(database_settings: DatabaseSettings) -> None:
    engine = sync_engine(database_settings)
    waits = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND wait_event_type = 'Lock'")
    with ThreadPoolExecutor(1) as pool, engine.connect() as writer, engine.connect() as other:
        writer.execute(text("INSERT INTO collections (name) VALUES ('c')"))
        entry = "INSERT INTO outbox (collection_id, operation, point_ids) VALUES (1, 'delete', '{7}')"
        writer.execute(text(entry))
        running = pool.submit(migrate.rollback, database_settings)
        for _ in range(600):
            if other.execute(waits, {"name": database_settings.db}).scalar_one():
                break
            time.sleep(0.05)
            other.rollback()
        else:
            pytest.fail("the rollback does not wait")
        writer.commit()
        with pytest.raises(migrate.MigrationRefused, match="1 writes wait for Qdrant"):
            running.result()
        other.rollback()
        assert other.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 1
    engine.dispose()


def test_a_database_that_is_away_is_told_as_such(database_settings: DatabaseSettings) -> None:
    gone = database_settings.model_copy(update={"port": 1})
    with pytest.raises(DatabaseUnavailable):
        migrate.state(gone)


def test_the_migration_command_of_the_document_works_from_anywhere(
    empty_database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    script = f"""
from alembic import command
from alembic.config import Config
config = Config('{ROOT}/alembic.ini')
command.upgrade(config, 'head')
print('Migrations completed successfully')
"""
    for name in ("host", "port", "user", "db"):
        monkeypatch.setenv(f"POSTGRES_{name.upper()}", str(getattr(empty_database, name)))
    monkeypatch.setenv("POSTGRES_PASSWORD", empty_database.password.get_secret_value())
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=str(tmp_path)
    )
    assert ran.stdout == "Migrations completed successfully\n"
    assert "Running upgrade  -> 001_initial_schema" in ran.stderr
    assert migrate.state(empty_database).current == REVISIONS[-1]
