"""The command line: one JSON object on stdout, errors too; no secret in argv, answers or errors."""

import argparse
import asyncio
import json
import logging
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import exc

from citadel import commands
from citadel.engine import DatabaseUnavailable
from citadel.keys import KeyRefused
from citadel.migrate import MigrationRefused
from citadel.qdrant import QdrantRefused, QdrantUnavailable
from citadel.selftest import SelftestFailed
from citadel.settings import DatabaseSettings, SettingsError

CODES: tuple[tuple[type[Exception], str], ...] = (
    (DatabaseUnavailable, "database_unavailable"),
    (QdrantUnavailable, "qdrant_unavailable"),
    (QdrantRefused, "qdrant_refused"),
    (SettingsError, "settings"),
    (MigrationRefused, "migration_refused"),
    (KeyRefused, "key_refused"),
    (SelftestFailed, "selftest_failed"),
)
MISSING = ("42P01", "42703")
"""SQLSTATEs of a table or column that is not there."""


class Usage(Exception):
    """The arguments are wrong."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Usage(message)


def main(arguments: Sequence[str]) -> int:
    """Runs a command and prints its answer. 0: done, 1: failed, 2: wrong usage."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    compact = "--json" in arguments
    try:
        given = parser().parse_args([each for each in arguments if each != "--json"])
        answer, code = asyncio.run(given.run(given, DatabaseSettings.load())), 0
    except Usage as error:
        answer, code = _error("usage", str(error)), 2
    except Exception as error:
        answer, code = _failed(error), 1
    print(json.dumps(answer, default=_text, indent=None if compact else 2))
    return code


def parser() -> argparse.ArgumentParser:
    top = Parser(prog="python -m citadel", description="The database layer. Every command answers in JSON.")
    commands_of = top.add_subparsers(required=True, metavar="COMMAND")

    migrate = _command(commands_of, "migrate", commands.migrate, "apply pending migrations")
    migrate.add_argument("--to", default="head", metavar="REV")

    _command(commands_of, "status", commands.status, "where database, schema and outbox stand")

    rollback = _command(commands_of, "rollback", commands.rollback, "take migrations back")
    how_far = rollback.add_mutually_exclusive_group()
    how_far.add_argument("--steps", type=int, default=1, metavar="N")
    how_far.add_argument("--to", metavar="REV", help="a revision, or base")

    sync = _command(commands_of, "sync", commands.sync, "compare PostgreSQL with Qdrant")
    mode = sync.add_mutually_exclusive_group()
    mode.add_argument("--plan", action="store_true", help="only compare (the default)")
    mode.add_argument("--repair", action="store_true", help="compare, and put right what differs")
    aside = "collections of Qdrant alone with such a name are no difference"
    sync.add_argument("--aside", type=_pattern, metavar="PATTERN", help=aside)

    listing = _command(commands_of, "list", commands.list_collections, "list collections of Qdrant")
    listing.add_argument("names", nargs="+", metavar="NAME")

    _command(commands_of, "selftest", commands.selftest, "do the models fit the database?")

    outbox = _command(commands_of, "outbox", commands.outbox, "writes that wait or were refused")
    outbox.add_argument("--retry", action="store_true", help="try refused ones again")

    _keys(commands_of.add_parser("key", help="keys of the API"))
    return top


def _keys(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    ensure = _command(actions, "ensure", commands.key_ensure, "put the key on stdin in force")
    issue = _command(actions, "issue", commands.key_issue, "make a key, shown once")
    issue.add_argument("--expires-at", type=_instant, metavar="ISO")
    for each in (ensure, issue):
        each.add_argument("--name", required=True)
        each.add_argument("--scopes", required=True, type=lambda text: text.split(","), metavar="S[,S…]")
    _command(actions, "list", commands.key_list, "all keys, without what could be used as one")
    revoke = _command(actions, "revoke", commands.key_revoke, "end a key for good")
    revoke.add_argument("id", type=int)


def _command(group: Any, name: str, run: commands.Command, purpose: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = group.add_parser(name, help=purpose, description=purpose)
    made.set_defaults(run=run)
    return made


def _instant(given: str) -> datetime:
    """A time with its zone: one without would mean something else on every machine."""
    instant = datetime.fromisoformat(given)
    if instant.tzinfo is None:
        raise ValueError("no time zone")
    return instant


def _pattern(given: str) -> str:
    try:
        re.compile(given)
    except re.error:
        raise ValueError("no pattern") from None
    return given


def _failed(error: Exception) -> dict[str, Any]:
    for kind, code in CODES:
        if isinstance(error, kind):
            return _error(code, str(error))
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if isinstance(error, exc.DBAPIError) and state in MISSING:
        what = str(error.orig).partition("\n")[0].rpartition(">: ")[2]
        return _error("schema", f"the schema is not that of this release: {what}")
    logging.getLogger("citadel").error("unexpected", exc_info=error)
    return _error("internal", f"{type(error).__name__}: the log has it whole")


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON")
