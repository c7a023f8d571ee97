"""Every command answers with one object; errors too, and no secret is in either."""

import io
import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from citadel import cli, commands
from citadel.settings import DatabaseSettings
from citadel_testing import Qdrant

KEY = "a-key-from-a-configuration"
HEAD = "004_outbox"

Run = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[DatabaseSettings], None]:
    def use(settings: DatabaseSettings) -> None:
        for name in ("host", "port", "user", "db"):
            monkeypatch.setenv(f"POSTGRES_{name.upper()}", str(getattr(settings, name)))
        monkeypatch.setenv("POSTGRES_PASSWORD", settings.password.get_secret_value())

    return use


@pytest.fixture
def run(
    database_settings: DatabaseSettings,
    environment: Callable[[DatabaseSettings], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command on a migrated database; what it prints has to be one object."""
    environment(database_settings)

    def command(*arguments: str, stdin: str = "") -> tuple[int, dict[str, Any]]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = cli.main([*arguments, "--json"])
        printed = capsys.readouterr().out
        assert printed.count("\n") == 1
        answer = json.loads(printed)
        assert isinstance(answer, dict)
        return code, answer

    return command


def test_migrations_go_forward_and_back(
    run: Run, environment: Callable[[DatabaseSettings], None], empty_database: DatabaseSettings
) -> None:
    environment(empty_database)
    code, answer = run("status")
    assert (code, answer["outbox"]) == (0, None)
    assert answer["schema"]["current"] is None
    assert answer["schema"]["up_to_date"] is False
    code, answer = run("migrate", "--to", "002_libraries")
    assert answer == {
        "command": "migrate",
        "before": None,
        "after": "002_libraries",
        "ran": ["001_initial_schema", "002_libraries"],
        "changed": True,
    }
    pending = [{"revision": revision, "phase": "expand"} for revision in ("003_api_keys", HEAD)]
    assert run("status")[1]["schema"]["pending"] == pending
    assert run("migrate")[1]["after"] == HEAD
    assert run("migrate")[1]["changed"] is False
    code, answer = run("rollback")
    assert (answer["command"], answer["ran"]) == ("rollback", [HEAD])
    assert run("rollback", "--steps", "2")[1]["after"] == "001_initial_schema"
    assert run("rollback", "--to", "base")[1]["after"] is None
    code, answer = run("rollback")
    assert (code, answer["error"]["code"]) == (1, "migration_refused")


def test_the_status_tells_where_things_stand(run: Run, database_settings: DatabaseSettings) -> None:
    code, answer = run("status")
    assert code == 0
    version = answer["database"].pop("version")
    assert int(version.split(".")[0]) >= 14
    assert answer == {
        "command": "status",
        "database": {"host": "127.0.0.1", "port": database_settings.port, "name": database_settings.db},
        "schema": {"current": HEAD, "head": HEAD, "pending": [], "known": True, "up_to_date": True},
        "outbox": {"waiting": 0, "rejected": 0, "oldest_seconds": None},
    }


def test_an_answer_without_the_option_is_for_people(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["key", "list"]) == 0
    assert capsys.readouterr().out == '{\n  "command": "key list",\n  "keys": []\n}\n'


def test_a_configured_key_comes_on_stdin_and_is_in_no_answer(run: Run) -> None:
    code, first = run("key", "ensure", "--name", "config", "--scopes", "read,write", stdin=f"{KEY}\n")
    assert (code, first) == (0, {"command": "key ensure", "id": 1, "name": "config", "changed": True})
    assert (
        run("key", "ensure", "--name", "config", "--scopes", "write,read", stdin=KEY)[1]["changed"] is False
    )
    code, answer = run("key", "ensure", "--name", "other", "--scopes", "read", stdin=KEY)
    assert (code, answer["error"]["code"]) == (1, "key_refused")
    assert KEY not in json.dumps(answer)


def test_keys_are_issued_listed_and_revoked(run: Run) -> None:
    until = "2999-01-01T00:00:00+00:00"
    code, issued = run("key", "issue", "--name", "ci", "--scopes", "read", "--expires-at", until)
    assert code == 0
    assert issued["key"].startswith("vdb_")
    _, listed = run("key", "list")
    (only,) = listed["keys"]
    assert (only["id"], only["name"], only["scopes"], only["expires_at"]) == (
        issued["id"],
        "ci",
        ["read"],
        until,
    )
    assert only["revoked_at"] is None
    assert issued["key"] not in json.dumps(listed)
    assert run("key", "revoke", str(issued["id"]))[1] == {
        "command": "key revoke",
        "id": issued["id"],
        "revoked": True,
    }
    assert run("key", "revoke", str(issued["id"]))[1]["revoked"] is False
    assert run("key", "list")[1]["keys"][0]["revoked_at"] is not None


@pytest.fixture
def own_environment(own_qdrant: Qdrant, monkeypatch: pytest.MonkeyPatch) -> Qdrant:
    monkeypatch.setenv("QDRANT_URL", own_qdrant.url)
    monkeypatch.setenv("QDRANT_API_KEY", own_qdrant.api_key)
    return own_qdrant


async def write_one(settings: DatabaseSettings, size: int) -> None:
    from citadel.engine import Database
    from citadel.outbox import Point, enqueue_upsert

    database = Database(settings)
    async with database.session() as session:
        await enqueue_upsert(session, "c", [Point(str(uuid.UUID(int=1)), [1.0] * size)])
    await database.close()


def test_the_stores_are_compared_and_repaired(
    run: Run, own_environment: Qdrant, database_settings: DatabaseSettings
) -> None:
    import asyncio

    from qdrant_client.http import models as api

    async def prepare() -> None:
        client = own_environment.client()
        vectors = api.VectorParams(size=2, distance=api.Distance.DOT)
        await client.create_collection("c", vectors_config=vectors)
        await client.upsert("c", [api.PointStruct(id=7, vector=[1, 1])], wait=True)
        await client.close()

    asyncio.run(prepare())
    code, plan = run("sync")
    found = {"points_without_row": 1, "rows_without_point": 0, "payloads_differ": 0, "unconfirmed": 0}
    none = dict.fromkeys(found, 0)
    assert (code, plan) == (
        0,
        {
            "command": "sync",
            "mode": "plan",
            "in_step": False,
            "applied": 0,
            "collections": [
                {
                    "name": "c",
                    "state": "only_in_qdrant",
                    "points": 1,
                    "vectors": None,
                    "waiting": 0,
                    "found": found,
                    "repaired": none,
                    "refused": 0,
                    "unfindable": 0,
                    "kept": None,
                }
            ],
            "outbox": {"waiting": 0, "rejected": 0, "oldest_seconds": None},
        },
    )
    _, done = run("sync", "--repair")
    assert (done["mode"], done["in_step"], done["collections"][0]["repaired"]) == ("repair", True, found)
    assert run("sync", "--plan")[1]["in_step"] is True

    asyncio.run(write_one(database_settings, size=3))
    assert run("sync", "--plan")[1]["outbox"]["waiting"] == 1
    assert run("outbox")[1]["entries"] == []


def test_refused_writes_are_shown_and_tried_again(
    run: Run, own_environment: Qdrant, database_settings: DatabaseSettings
) -> None:
    import asyncio

    from citadel.engine import Database
    from citadel.outbox import Dispatcher

    async def refused() -> None:
        database, client = Database(database_settings), own_environment.client()
        await Dispatcher(database, client).drain()
        await client.close()
        await database.close()

    asyncio.run(write_one(database_settings, size=3))
    asyncio.run(refused())
    code, answer = run("outbox")
    (entry,) = answer["entries"]
    assert (code, answer["waiting"], answer["rejected"], answer["retried"]) == (0, 1, 0, 0)
    assert (entry["collection"], entry["operation"], entry["points"]) == ("c", "upsert", 1)
    assert (entry["attempts"], entry["rejected_at"]) == (1, None)
    assert "404" in entry["last_error"]

    async def reject() -> None:
        from sqlalchemy import text

        database = Database(database_settings)
        async with database.session() as session:
            await session.execute(text("UPDATE outbox SET rejected_at = now()"))
        await database.close()

    asyncio.run(reject())
    assert run("outbox")[1]["rejected"] == 1
    retried = run("outbox", "--retry")[1]
    assert (retried["waiting"], retried["rejected"], retried["retried"]) == (1, 0, 1)
    assert retried["entries"][0]["attempts"] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["sync", "--plan", "--repair"],
        ["rollback", "--steps", "x"],
        ["key"],
        ["key", "issue", "--name", "x"],
        ["key", "issue", "--name", "x", "--scopes", "read", "--expires-at", "2030-01-01"],
        ["key", "revoke", "x"],
    ],
)
def test_wrong_usage_is_told_as_such(run: Run, arguments: list[str]) -> None:
    code, answer = run(*arguments)
    assert (code, answer["error"]["code"]) == (2, "usage")


def test_a_database_that_is_away_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PORT", "1")
    for command in (["status"], ["migrate"], ["key", "list"]):
        code, answer = run(*command)
        assert (code, answer["error"]["code"]) == (1, "database_unavailable")


@pytest.mark.parametrize(
    ("url", "code"), [("http://127.0.0.1:1", "qdrant_unavailable"), ("127.0.0.1:1", "settings")]
)
def test_a_qdrant_that_is_away_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, code: str
) -> None:
    monkeypatch.setenv("QDRANT_URL", url)
    monkeypatch.setenv("QDRANT_API_KEY", KEY)
    exit_code, answer = run("sync")
    assert (exit_code, answer["error"]["code"]) == (1, code)
    assert KEY not in json.dumps(answer)


def test_wrong_settings_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PORT", "nonsense")
    code, answer = run("status")
    assert (code, answer["error"]["code"]) == (1, "settings")
    assert "POSTGRES_PORT" in answer["error"]["message"]


def test_tables_that_are_missing_are_told(
    run: Run, environment: Callable[[DatabaseSettings], None], empty_database: DatabaseSettings
) -> None:
    environment(empty_database)
    code, answer = run("key", "list")
    assert (code, answer["error"]["code"]) == (1, "schema")
    assert answer["error"]["message"].endswith(': relation "api_keys" does not exist')


def test_a_mistake_of_ours_is_in_the_log_and_not_in_the_answer(
    run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError(KEY)

    monkeypatch.setattr(commands.keys, "listed", broken)
    with caplog.at_level(logging.ERROR):
        code, answer = run("key", "list")
    assert (code, answer["error"]) == (
        1,
        {"code": "internal", "message": "RuntimeError: the log has it whole"},
    )
    assert "RuntimeError" in caplog.text


def test_what_has_no_json_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="object has no JSON"):
        json.dumps({"a": object()}, default=cli._text)


def test_the_module_runs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import runpy

    monkeypatch.setattr("sys.argv", ["citadel", "nonsense"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("citadel", run_name="__main__")
    assert ended.value.code == 2


def test_it_lists_collections_and_tests_itself(
    run: Run, qdrant_server: Qdrant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QDRANT_URL", qdrant_server.url)
    monkeypatch.setenv("QDRANT_API_KEY", qdrant_server.api_key)
    assert run("list", "nowhere") == (0, {"command": "list", "listed": [], "missing": ["nowhere"]})
    code, answer = run("selftest")
    assert (code, answer["command"], "users" in answer["records"]) == (0, "selftest", True)
