"""Where PostgreSQL is and how it is used."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import URL

ROOT = Path(__file__).resolve().parent.parent
"""The tree that this package lies in: /opt/citadel, or a release of the gateway."""


class SettingsError(Exception):
    """The settings cannot be read, or are wrong. The message names them and shows no value."""


class DatabaseSettings(BaseSettings):
    """The variables POSTGRES_*."""

    model_config = SettingsConfigDict(env_prefix="POSTGRES_", extra="ignore", hide_input_in_errors=True)

    host: str = "127.0.0.1"
    port: int = Field(default=5432, ge=1, le=65535)
    db: str = "vector_metadata"
    user: str = "vector_user"
    password: SecretStr = SecretStr("")
    pool_size: int = Field(default=20, ge=1)
    max_overflow: int = Field(default=30, ge=0)
    pool_timeout: float = Field(default=30, gt=0, description="Seconds that a caller waits for a connection.")
    statement_timeout_ms: int = Field(default=30_000, ge=1)
    connect_timeout: float = Field(default=5, gt=0, description="Seconds.")

    @classmethod
    def load(cls, directory: Path | None = None) -> "DatabaseSettings":
        """Environment over `.env` over `config/database.yaml`, both of the directory, over defaults.

        The directory is `ROOT` by default. Raises `SettingsError`.
        """
        root = directory or ROOT

        class Located(cls):  # type: ignore[valid-type, misc]
            @classmethod
            def settings_customise_sources(
                cls,
                settings_cls: type[BaseSettings],
                init_settings: PydanticBaseSettingsSource,  # noqa: ARG003
                env_settings: PydanticBaseSettingsSource,
                dotenv_settings: PydanticBaseSettingsSource,
                file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            ) -> tuple[PydanticBaseSettingsSource, ...]:
                file = InitSettingsSource(settings_cls, _from_yaml(root / "config" / "database.yaml"))
                return env_settings, dotenv_settings, file

        try:
            loaded: DatabaseSettings = Located(_env_file=root / ".env")
        except ValidationError as error:
            raise SettingsError(_wrong(error)) from None
        except OSError as error:
            raise SettingsError(f"{error.filename} cannot be read: {error.strerror}") from None
        return loaded

    def url(self, driver: str) -> URL:
        """The address for SQLAlchemy; `driver` is asyncpg or psycopg."""
        return URL.create(
            f"postgresql+{driver}",
            username=self.user,
            password=self.password.get_secret_value() or None,
            host=self.host,
            port=self.port,
            database=self.db,
        )


def _from_yaml(path: Path) -> dict[str, Any]:
    """The file's `database:` section under the names of the settings."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    try:
        database = (yaml.safe_load(text) or {})["database"]
        pool = database.get("pool") or {}
        values = {
            "host": database.get("host"),
            "port": database.get("port"),
            "db": database.get("name"),
            "user": database.get("user"),
            "pool_size": pool.get("size"),
            "max_overflow": pool.get("max_overflow"),
            "pool_timeout": pool.get("timeout_seconds"),
        }
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise SettingsError(f"{path} has no readable section `database`") from None
    return {name: value for name, value in values.items() if value is not None}


def _wrong(error: ValidationError) -> str:
    return "; ".join(f"POSTGRES_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
