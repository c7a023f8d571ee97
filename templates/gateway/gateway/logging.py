"""Structured logs: one JSON object a line, from the gateway, uvicorn and gunicorn alike, without secrets."""

from __future__ import annotations

import logging
import logging.config
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from pydantic import BaseModel, SecretStr
from structlog.typing import EventDict, Processor, WrappedLogger

from gateway.settings import MASK, Settings

SECRET_NAME = re.compile(r"passw|secret|api_?key|authorization|cookie|\btoken", re.IGNORECASE)
SHORTEST_SECRET = 6


class Redactor:
    """Masks the secrets of the settings wherever they stand, and whatever has the name of a secret."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: self._named(name, value) for name, value in event.items()}

    def _named(self, name: str, value: Any) -> Any:
        secret = isinstance(value, str | bytes) and SECRET_NAME.search(name)
        return MASK if secret else self._clean(value)

    def _clean(self, value: Any) -> Any:
        match value:
            case str():
                return self._without_secrets(value)
            case dict():
                return {key: self._named(str(key), item) for key, item in value.items()}
            case list() | tuple():
                return [self._clean(item) for item in value]
            case _:
                return value

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


def known_secrets(settings: Settings) -> set[str]:
    """All that must not be told: in the settings, in Redis' address, and the password of PostgreSQL."""
    password = urlsplit(settings.redis_url).password or ""
    return {*secrets_of(settings), os.environ.get("POSTGRES_PASSWORD", ""), password, unquote(password)}


def secrets_of(value: Any) -> Iterator[str]:
    """The secrets within settings."""
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case BaseModel():
            for _, item in value:
                yield from secrets_of(item)
        case dict():
            for item in value.values():
                yield from secrets_of(item)


def configure(settings: Settings) -> None:
    """Sets up structlog and the standard library's loggers."""
    logging.config.dictConfig(logging_dict(settings))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared(settings),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def logging_dict(settings: Settings) -> dict[str, Any]:
    """The standard library's configuration; gunicorn takes the same."""
    level = settings.LOG_LEVEL.upper()
    through = {"handlers": [], "propagate": True, "level": level}
    only_warnings = {**through, "level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _shared(settings),
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    _renderer(settings),
                ],
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            **dict.fromkeys(("gunicorn.error", "gunicorn.access", "uvicorn", "uvicorn.error"), through),
            **dict.fromkeys(("uvicorn.access", "httpx", "httpcore", "asyncio"), only_warnings),
        },
    }


def _shared(settings: Settings) -> list[Processor]:
    """What happens to each line, whoever wrote it. Secrets go last, when tracebacks are text already."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        without_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Redactor(known_secrets(settings)),
    ]


def without_colours(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drops what uvicorn adds to its lines: the same once more, for a terminal."""
    event.pop("color_message", None)
    return event


def _renderer(settings: Settings) -> Processor:
    if settings.LOG_FORMAT == "console":
        return structlog.dev.ConsoleRenderer(colors=False)
    return structlog.processors.JSONRenderer(default=str)
