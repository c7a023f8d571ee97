"""Every setting of the gateway, from the environment."""

from __future__ import annotations

import json
import os
import re
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from limits import RateLimitItem, parse
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network
MASK = "********"
LOGIN = re.compile(r"//[^/@\s]*@")
"""User and password in an address."""


class ModelSettings(BaseModel):
    """An external embedding model: where it answers, how long that may take, and whose vectors it makes."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: str = Field(pattern=r"^https?://\S+$")
    timeout_seconds: float = Field(default=2.0, gt=0)
    collection: str = Field(min_length=1)
    api_key: SecretStr | None = None
    dimension: int | None = Field(default=None, ge=1)


def _words(value: Any) -> Any:
    """A list as people write it in an environment: JSON, or words between commas."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("["):
        return json.loads(text)
    return [word.strip() for word in text.split(",") if word.strip()]


Words = Annotated[list[str], NoDecode]
Networks = Annotated[list[Network], NoDecode]


class Settings(BaseSettings):
    """Variables of the environment, under the names that the documents give them."""

    model_config = SettingsConfigDict(
        env_file=".env",
        extra="ignore",
        case_sensitive=True,
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
    )

    ENVIRONMENT: str = "production"
    LOG_LEVEL: Literal["debug", "info", "warning", "error", "critical"] = "info"
    LOG_FORMAT: Literal["json", "console"] = "json"
    SERVICE_NAME: str = "vdb-gateway"
    RELEASE: str = "unknown"

    GATEWAY_HOST: str = "127.0.0.1"
    GATEWAY_PORT: int = Field(default=8001, ge=1, le=65535)
    GRPC_PORT: int = Field(default=0, ge=0, le=65535)
    GUNICORN_WORKERS: int | None = Field(default=None, ge=1)
    GUNICORN_TIMEOUT: int = Field(default=60, ge=1)
    GUNICORN_GRACEFUL_TIMEOUT: int = Field(default=30, ge=1)
    GUNICORN_KEEPALIVE: int = Field(default=75, ge=1)
    GUNICORN_MAX_REQUESTS: int = Field(default=100_000, ge=0)
    GUNICORN_MAX_REQUESTS_JITTER: int = Field(default=10_000, ge=0)
    MAX_CONNECTIONS: int = Field(default=20_000, ge=1)

    API_VERSIONING_ENABLED: bool = True
    API_VERSION: str = Field(default="v1", pattern=r"^[a-z0-9]+$")
    DOCS_ENABLED: bool = False
    CORS_ORIGINS: Words = []

    MAX_BODY_BYTES: int = Field(default=16 * 1024 * 1024, ge=1)
    MAX_TITLE_LENGTH: int = Field(default=500, ge=1)
    MAX_CHUNKS_PER_DOCUMENT: int = Field(default=1000, ge=1)
    MAX_TEXT_LENGTH: int = Field(default=10_000, ge=1)
    MAX_QUERY_LENGTH: int = Field(default=1000, ge=1)
    MAX_RESULTS_K: int = Field(default=100, ge=1)
    MAX_BATCH_POINTS: int = Field(default=1000, ge=1)
    MAX_GRAPHQL_DEPTH: int = Field(default=8, ge=1)
    MAX_GRAPHQL_TOKENS: int = Field(default=1000, ge=1)

    RATE_LIMIT_ENABLED: bool = False
    RATE_LIMIT_DEFAULT: str = "300/minute"
    RATE_LIMIT_SEARCH: str = "30/minute"
    RATE_LIMIT_WRITE: str = "60/minute"
    RATE_LIMIT_FAIL_OPEN: bool = True

    API_KEY_AUTH: bool = True
    KEY_CACHE_SECONDS: float = Field(default=5.0, ge=0, le=60)
    METRICS_PUBLIC: bool = True
    IP_ALLOWLIST: Networks = []
    TRUSTED_PROXIES: Networks = [ip_network("127.0.0.1/32"), ip_network("::1/128")]

    DATABASE_DIRECTORY: Path = Path("/opt/citadel")
    DATABASE_TIMEOUT_SECONDS: float = Field(default=10.0, gt=0)

    QDRANT_URL: str = Field(default="http://127.0.0.1:6333", pattern=r"^https?://\S+$")
    QDRANT_API_KEY: SecretStr | None = None
    QDRANT_TIMEOUT_SECONDS: float = Field(default=10.0, gt=0)

    REDIS_URL: SecretStr | None = None
    REDIS_HOST: str = "127.0.0.1"
    REDIS_PORT: int = Field(default=6379, ge=1, le=65535)
    REDIS_DB: int = Field(default=0, ge=0)
    REDIS_PASSWORD: SecretStr | None = None
    REDIS_TIMEOUT_SECONDS: float = Field(default=1.0, gt=0)
    REDIS_PREFIX: str = "gateway"
    CACHE_ENABLED: bool = True
    CACHE_TTL_SECONDS: int = Field(default=60, ge=1)

    EMBEDDING_MODEL: str = "embed-english-v3.0"
    EMBEDDING_DIMENSION: int = Field(default=1024, ge=1, le=65_536)
    EMBEDDING_COLLECTION: str | None = None
    EMBEDDING_TIMEOUT_SECONDS: float = Field(default=10.0, gt=0)
    EMBEDDING_RETRIES: int = Field(default=2, ge=0, le=10)
    EMBEDDING_BATCH: int = Field(default=32, ge=1)
    EMBEDDING_CONNECTIONS: int = Field(default=32, ge=1)
    EMBEDDING_BREAKER_FAILURES: int = Field(default=5, ge=1)
    EMBEDDING_BREAKER_SECONDS: float = Field(default=10.0, gt=0)
    COHERE_API_KEY: SecretStr | None = None
    COHERE_URL: str = Field(default="https://api.cohere.com/v2/embed", pattern=r"^https?://\S+$")
    MODELS: dict[str, ModelSettings] = {}
    TEST_EMBEDDER: bool = False
    TEST_EMBEDDER_COLLECTION: str = "test-embedder"

    DISPATCHER_ENABLED: bool = True
    READINESS_TIMEOUT_SECONDS: float = Field(default=2.0, gt=0)
    READINESS_CACHE_SECONDS: float = Field(default=1.0, ge=0)
    STATE_FILE: Path = Path("/var/lib/vdb/state.json")
    CHECKS_FILE: Path = Path("/var/lib/vdb/readiness.json")
    PRODUCTION_FILE: Path = Path("/opt/qdrant/config/production.yaml")
    DEPLOYMENT_FILE: Path = Path("/opt/qdrant/config/deployment.yaml")
    CHECKS_MAX_AGE_SECONDS: int = Field(default=86_400, ge=1)

    @field_validator("CORS_ORIGINS", "IP_ALLOWLIST", "TRUSTED_PROXIES", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return _words(value)

    @field_validator("LOG_LEVEL", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("RATE_LIMIT_DEFAULT", "RATE_LIMIT_SEARCH", "RATE_LIMIT_WRITE")
    @classmethod
    def _rate(cls, value: str) -> str:
        parse(value)
        return value

    @model_validator(mode="after")
    def _wildcard_alone(self) -> Self:
        if "*" in self.CORS_ORIGINS and len(self.CORS_ORIGINS) > 1:
            raise ValueError("CORS_ORIGINS: * stands alone")
        return self

    @property
    def workers(self) -> int:
        """Worker processes: as told, or one a core."""
        return self.GUNICORN_WORKERS or os.cpu_count() or 1

    @property
    def worker_capacity(self) -> int:
        """How many requests one worker answers at once."""
        return max(1, self.MAX_CONNECTIONS // self.workers)

    @property
    def prefixes(self) -> tuple[str, str]:
        """Where the business routes lie; both lead to the same."""
        if not self.API_VERSIONING_ENABLED:
            return "", "/api"
        return f"/{self.API_VERSION}", f"/api/{self.API_VERSION}"

    @cached_property
    def rates(self) -> dict[str, RateLimitItem]:
        """The rate of each group of routes."""
        return {
            "default": parse(self.RATE_LIMIT_DEFAULT),
            "search": parse(self.RATE_LIMIT_SEARCH),
            "write": parse(self.RATE_LIMIT_WRITE),
        }

    @property
    def redis_url(self) -> str:
        """Where Redis is, password included: never to be logged."""
        if self.REDIS_URL is not None:
            return self.REDIS_URL.get_secret_value()
        password = self.REDIS_PASSWORD.get_secret_value() if self.REDIS_PASSWORD else ""
        login = f":{quote(password, safe='')}@" if password else ""
        host = f"[{self.REDIS_HOST}]" if ":" in self.REDIS_HOST else self.REDIS_HOST
        return f"redis://{login}{host}:{self.REDIS_PORT}/{self.REDIS_DB}"

    def summary(self) -> dict[str, Any]:
        """All settings as they may be shown: secrets are masked."""
        return {name: _shown(getattr(self, name)) for name in type(self).model_fields}


def _shown(value: Any) -> Any:
    match value:
        case SecretStr():
            return MASK
        case BaseModel():
            return {name: _shown(item) for name, item in value}
        case dict():
            return {key: _shown(item) for key, item in value.items()}
        case list():
            return [_shown(item) for item in value]
        case bool() | int() | float() | None:
            return value
        case _:
            return LOGIN.sub(f"//{MASK}@", str(value))
