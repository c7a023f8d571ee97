"""The schema's migrations: where it stands, forward, back. One run at a time, each wholly or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, exc, text

from citadel.engine import sync_engine
from citadel.settings import ROOT, DatabaseSettings

LOCK = 0x6369_7461_6465_6C
"""The advisory lock of migrations: "citadel"."""
LOCK_SECONDS = 60

_LOCK_NOT_AVAILABLE = "55P03"

type Phase = Literal["expand", "contract"]
"""`expand`: the release before can live with it. `contract`: nothing that needs the old shape may run."""


class MigrationRefused(Exception):
    """What was asked for cannot be done; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration, and when it may be applied."""

    revision: str
    phase: Phase


@dataclass(frozen=True, slots=True)
class SchemaState:
    """`current` is None before the first migration, and not `known` where this release does not have it."""

    current: str | None
    head: str
    pending: tuple[Migration, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Migrated:
    """From where to where, and the migrations that were applied or taken back, in that order."""

    before: str | None
    after: str | None
    ran: tuple[str, ...]


def state(settings: DatabaseSettings) -> SchemaState:
    """Where the schema stands."""
    chain = migrations()
    ids = [each.revision for each in chain]
    with _connected(settings) as connection:
        current = _current(connection)
    known = current is None or current in ids
    return SchemaState(current, ids[-1], chain[_place(current, ids) :] if known else (), known)


def migrations() -> tuple[Migration, ...]:
    """All migrations of this release, the oldest first. Raises `ValueError` for one without a phase."""
    scripts = ScriptDirectory.from_config(_config())
    found = [Migration(script.revision, _phase(script)) for script in scripts.walk_revisions()]
    return tuple(reversed(found))


def upgrade(settings: DatabaseSettings, to: str = "head") -> Migrated:
    """Applies what is pending, up to a revision. Raises `MigrationRefused` for one that lies behind."""
    ids = _revisions()
    target = len(ids) if to == "head" else _place(to, ids)

    def forward(config: Config, done: int) -> tuple[str, ...]:
        if done > target:
            raise MigrationRefused(f"the schema is at {ids[done - 1]}, beyond {to}: roll back instead")
        command.upgrade(config, _named(target, ids))
        return tuple(ids[done:target])

    return _migrate(settings, ids, forward)


def rollback(settings: DatabaseSettings, steps: int = 1, to: str | None = None) -> Migrated:
    """Takes back a number of migrations, or all that came after a revision (`base`: all).

    Raises `MigrationRefused` where that would not go back, or below nothing.
    """
    ids = _revisions()

    def back(config: Config, done: int) -> tuple[str, ...]:
        target = done - steps if to is None else _place(to, ids)
        if not 0 <= target < done:
            raise MigrationRefused(f"{done} migrations are applied: there is nothing to roll back that far")
        command.downgrade(config, _named(target, ids))
        return tuple(reversed(ids[target:done]))

    return _migrate(settings, ids, back)


def lock(connection: Connection) -> None:
    """Keeps other migrations out until the transaction ends."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _migrate(
    settings: DatabaseSettings, ids: list[str], move: Callable[[Config, int], tuple[str, ...]]
) -> Migrated:
    try:
        with _connected(settings) as connection:
            lock(connection)
            before = _current(connection)
            config = _config()
            config.attributes["connection"] = connection
            ran = move(config, _place(before, ids))
            after = _current(connection)
            connection.commit()
    except exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise MigrationRefused(
            f"another migration, or a transaction on these tables, did not end within {LOCK_SECONDS} s"
        ) from None
    return Migrated(before, after, ran)


@contextmanager
def _connected(settings: DatabaseSettings) -> Iterator[Connection]:
    engine = sync_engine(settings, "citadel-migrations", limited=False)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config


def _revisions() -> list[str]:
    """All revisions, the oldest first."""
    return [each.revision for each in migrations()]


def _phase(script: Script) -> Phase:
    match getattr(script.module, "phase", None):
        case "expand":
            return "expand"
        case "contract":
            return "contract"
    raise ValueError(f"migration {script.revision} does not say whether it expands or contracts")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _place(revision: str | None, ids: list[str]) -> int:
    """How many migrations are applied at a revision."""
    if revision in (None, "base"):
        return 0
    if revision not in ids:
        raise MigrationRefused(f"this release has no migration {revision}")
    return ids.index(revision) + 1


def _named(applied: int, ids: list[str]) -> str:
    return ids[applied - 1] if applied else "base"
