"""Structured logs: one JSON object a line, for the gateway, uvicorn and gunicorn alike."""

from __future__ import annotations

import logging
import logging.config
from typing import Any

import structlog
from structlog.typing import Processor

from gateway.settings import Settings

SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
]


def configure(settings: Settings) -> None:
    """Sets up structlog and the standard library's loggers."""
    logging.config.dictConfig(logging_dict(settings))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def logging_dict(settings: Settings) -> dict[str, Any]:
    """The standard library's configuration; gunicorn takes the same."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=False)
        if settings.LOG_FORMAT == "console"
        else structlog.processors.JSONRenderer()
    )
    level = settings.LOG_LEVEL.upper()
    quiet = {"handlers": [], "propagate": True, "level": level}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            }
        },
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "uvicorn": quiet,
            "uvicorn.error": quiet,
            "uvicorn.access": {**quiet, "level": "WARNING"},
            "gunicorn.error": quiet,
            "gunicorn.access": quiet,
            "httpx": {**quiet, "level": "WARNING"},
            "httpcore": {**quiet, "level": "WARNING"},
        },
    }
