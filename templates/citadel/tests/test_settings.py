"""Settings come from the environment, over .env, over database.yaml, over defaults."""

from pathlib import Path

import pytest

from citadel.settings import ROOT, DatabaseSettings, SettingsError

YAML = """
database:
  host: "yaml.example"
  port: 6000
  name: "from_yaml"
  pool:
    size: 7
    max_overflow: 8
    timeout_seconds: 9
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "database.yaml").write_text(YAML)
    (tmp_path / ".env").write_text("POSTGRES_PORT=6001\nPOSTGRES_PASSWORD='p #$\"x'\nOTHER=1\n")
    return tmp_path


def test_the_documents_defaults_hold(tmp_path: Path) -> None:
    settings = DatabaseSettings.load(tmp_path)
    assert (settings.pool_size, settings.max_overflow, settings.pool_timeout) == (20, 30, 30)
    assert (settings.db, settings.user, settings.port) == ("vector_metadata", "vector_user", 5432)


def test_each_source_stands_over_the_next(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_DB", "from_environment")
    settings = DatabaseSettings.load(tree)
    assert settings.db == "from_environment"
    assert settings.port == 6001
    assert settings.password.get_secret_value() == 'p #$"x'
    assert settings.host == "yaml.example"
    assert (settings.pool_size, settings.max_overflow, settings.pool_timeout) == (7, 8, 9)
    assert settings.user == "vector_user"


def test_without_a_directory_the_tree_of_the_package_is_read() -> None:
    assert (ROOT / "citadel" / "settings.py").is_file()
    assert DatabaseSettings.load().db == "vector_metadata"


def test_the_password_is_in_no_text_of_the_settings(tree: Path) -> None:
    settings = DatabaseSettings.load(tree)
    assert "p #" not in f"{settings!r} {settings.model_dump_json()} {settings.url('asyncpg')}"


def test_what_is_wrong_is_named_without_its_value(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PORT", "secret-nonsense")
    with pytest.raises(SettingsError, match="POSTGRES_PORT: Input should be a valid integer") as wrong:
        DatabaseSettings.load(tree)
    assert "secret-nonsense" not in str(wrong.value)


@pytest.mark.parametrize(
    "text", ["", "[1]", "database: [1]", "database: {pool: 3}", "other: {}", "a: [", "database: "]
)
def test_a_file_that_cannot_be_understood_is_told(tree: Path, text: str) -> None:
    (tree / "config" / "database.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"database\.yaml has no readable section"):
        DatabaseSettings.load(tree)


def test_a_file_that_cannot_be_read_is_told(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(tree / "config" / "database.yaml"))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(SettingsError, match="Permission denied"):
        DatabaseSettings.load(tree)
