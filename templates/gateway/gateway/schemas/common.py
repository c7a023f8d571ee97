"""Parts that several requests and answers share."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError, to_json

MOST_METADATA_BYTES = 65_536
_LARGEST_INTEGER = 2**63


class Request(BaseModel):
    """A request: what it does not know is an error."""

    model_config = ConfigDict(extra="forbid")


def storable(value: str) -> str:
    """PostgreSQL keeps no NUL, and no half of a surrogate pair is UTF-8."""
    if "\0" in value:
        raise PydanticCustomError("text", "must not hold NUL characters")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("text", "must be valid Unicode") from None
    return value


def storable_object(value: dict[str, Any]) -> dict[str, Any]:
    """An object that PostgreSQL and Qdrant can keep as JSON."""
    _check(value, depth=16)
    if len(to_json(value)) > MOST_METADATA_BYTES:
        raise PydanticCustomError(
            "size", "must be at most {limit} bytes of JSON", {"limit": MOST_METADATA_BYTES}
        )
    return value


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise PydanticCustomError("depth", "must not be nested deeper than 16 levels")
    match value:
        case str():
            storable(value)
        case dict():
            for key, item in value.items():
                storable(key)
                _check(item, depth - 1)
        case list():
            for item in value:
                _check(item, depth - 1)
        case int() if not -_LARGEST_INTEGER <= value < _LARGEST_INTEGER:
            raise PydanticCustomError("number", "must hold only integers of 64 bits")
        case float() if not math.isfinite(value):
            raise PydanticCustomError("number", "must hold only finite numbers")


Flag = Annotated[bool, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=1)]
Score = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e30, le=1e30)]
Text = Annotated[str, AfterValidator(storable)]
JsonObject = Annotated[dict[str, Any], AfterValidator(storable_object)]
CollectionName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$"), Field(examples=["general"])
]
ModelName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"), Field(examples=["general"])
]
Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Applied = Literal["indexed", "pending"]
Indexing = Literal[Applied, "rejected", "missing"]
