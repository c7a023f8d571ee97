"""What a person should know about the settings: allowed, but not wise."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

from pydantic import BaseModel

from gateway.hoststate import Production
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


class Difference(BaseModel):
    """A setting that is in force with another value than that of `production.yaml`."""

    setting: str
    running: Any
    configured: Any


def compare(settings: Settings, production: Production) -> list[Difference]:
    """What this process runs with, against what is configured on the host."""
    gateway = production.configuration.api_gateway
    configured: dict[str, Any] = {
        "ENVIRONMENT": production.environment,
        "LOG_LEVEL": gateway.log_level,
        "MAX_CONNECTIONS": gateway.max_connections,
        "API_KEY_AUTH": production.security.api_key_auth,
        **{name.upper(): value for name, value in gateway.limits},
        **{f"RATE_LIMIT_{name.upper()}": value for name, value in gateway.rate_limit},
    }
    running = {name: getattr(settings, name) for name in configured}
    pairs = [(name, running[name], value) for name, value in configured.items()]
    pairs.append(("GUNICORN_WORKERS", settings.workers, gateway.workers))
    allowed, wanted = _names(settings.IP_ALLOWLIST), _names(production.security.ip_allowlist)
    pairs.append(("IP_ALLOWLIST", allowed, wanted))
    return [
        Difference(setting=setting, running=have, configured=want)
        for setting, have, want in pairs
        if have != want
    ]


def _names(networks: Iterable[object]) -> list[str]:
    return sorted(str(network) for network in networks)
