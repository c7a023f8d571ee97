"""What a person should know about the settings: allowed, but not wise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel

from gateway.settings import Settings


class SettingFinding(BaseModel):
    """One remark about a setting."""

    setting: str
    severity: Literal["error", "warning"]
    message: str


Rule = tuple[str, Literal["error", "warning"], str, Callable[[Settings], bool]]

RULES: tuple[Rule, ...] = (
    ("API_KEY_AUTH", "error", "Anybody may read and write.", lambda s: not s.API_KEY_AUTH),
    ("TEST_EMBEDDER", "error", "Searches have no meaning with the test embedder.", lambda s: s.TEST_EMBEDDER),
    ("CORS_ORIGINS", "warning", "Any web page may call the gateway.", lambda s: "*" in s.CORS_ORIGINS),
    ("RATE_LIMIT_ENABLED", "warning", "One client may take all.", lambda s: not s.RATE_LIMIT_ENABLED),
    (
        "QDRANT_API_KEY",
        "warning",
        "Qdrant is used without a key.",
        lambda s: s.QDRANT_API_KEY is None,
    ),
    (
        "MODELS",
        "warning",
        "Nothing makes embeddings: no model, no COHERE_API_KEY.",
        lambda s: not (s.MODELS or s.COHERE_API_KEY or s.TEST_EMBEDDER),
    ),
    ("DOCS_ENABLED", "warning", "The API's description is public.", lambda s: s.DOCS_ENABLED),
)


def audit(settings: Settings) -> list[SettingFinding]:
    """What is remarkable about these settings in production; nothing elsewhere."""
    if settings.ENVIRONMENT != "production":
        return []
    return [
        SettingFinding(setting=setting, severity=severity, message=message)
        for setting, severity, message, holds in RULES
        if holds(settings)
    ]
