"""Limits of requests from the settings: checked when a request comes, and true in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from gateway.services import ServicesDep
from gateway.settings import Settings

_MARK = "x-limit"
_in_force: ContextVar[Settings] = ContextVar("settings_in_force")


@dataclass(frozen=True)
class AtMost:
    """An annotation: no longer (or, for numbers, no greater) than the setting of this name."""

    setting: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Checks what has passed the checks of its type."""
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Leaves a mark that `describe` turns into the limit."""
        return {**handler(schema), _MARK: self.setting}

    def _check(self, value: Any) -> Any:
        limit = getattr(_in_force.get(), self.setting)
        size = len(value) if isinstance(value, Sized) else value
        if size > limit:
            raise PydanticCustomError(
                "limit", "must be at most {limit} ({setting})", {"limit": limit, "setting": self.setting}
            )
        return value


def default_at_most(setting: str, default: int) -> Any:
    """The default of a field that is AtMost the setting: that, where the setting is less."""

    def lowered() -> int:
        return min(default, int(getattr(_in_force.get(), setting)))

    return Field(default_factory=lowered, json_schema_extra={"default": default})


@contextmanager
def in_force(settings: Settings) -> Iterator[None]:
    """Requests that are read within are held to these settings."""
    token = _in_force.set(settings)
    try:
        yield
    finally:
        _in_force.reset(token)


async def heeded(services: ServicesDep) -> None:
    """A dependency of a router: its requests are held to the settings of the application."""
    _in_force.set(services.settings)


_KEYWORD = {"string": "maxLength", "array": "maxItems", "integer": "maximum", "number": "maximum"}


def describe(document: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The OpenAPI document, or a part of it, with the limits of these settings."""
    described: dict[str, Any] = _described(document, settings)
    return described


def _described(part: Any, settings: Settings) -> Any:
    if isinstance(part, list):
        return [_described(each, settings) for each in part]
    if not isinstance(part, Mapping):
        return part
    kept = {key: _described(value, settings) for key, value in part.items() if key != _MARK}
    if isinstance(name := part.get(_MARK), str):
        _limit(kept, getattr(settings, name))
    return kept


def _limit(schema: dict[str, Any], limit: int) -> None:
    schema[_KEYWORD[schema["type"]]] = limit
    if isinstance(schema.get("default"), int):
        schema["default"] = min(schema["default"], limit)
