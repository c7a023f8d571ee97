"""Settings come from the environment, and secrets do not leave them."""

from __future__ import annotations

import itertools
import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from citadel.settings import DatabaseSettings
from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError

from gateway.settings import MASK, Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def test_defaults_are_those_of_the_plan() -> None:
    settings = Settings()
    assert settings.RATE_LIMIT_ENABLED is False
    assert settings.RATE_LIMIT_SEARCH == "30/minute"
    assert settings.MAX_TITLE_LENGTH == 500
    assert settings.MAX_CHUNKS_PER_DOCUMENT == 1000
    assert settings.MAX_TEXT_LENGTH == 10_000
    assert settings.MAX_QUERY_LENGTH == 1000
    assert settings.MAX_RESULTS_K == 100
    assert settings.API_VERSIONING_ENABLED is True


def test_the_environment_overrides_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMIT_ENABLED", "true")
    monkeypatch.setenv("MAX_CHUNKS_PER_DOCUMENT", "5000")
    settings = Settings()
    assert settings.RATE_LIMIT_ENABLED is True
    assert settings.MAX_CHUNKS_PER_DOCUMENT == 5000


def test_there_is_a_worker_for_each_core_unless_told_otherwise() -> None:
    assert Settings().workers == os.cpu_count()
    assert Settings(GUNICORN_WORKERS=8).workers == 8


def test_the_workers_share_the_connections() -> None:
    assert Settings(MAX_CONNECTIONS=100, GUNICORN_WORKERS=4).worker_capacity == 25
    assert Settings(MAX_CONNECTIONS=1, GUNICORN_WORKERS=4).worker_capacity == 1


@pytest.mark.parametrize(
    "text",
    [
        "https://a.test,https://b.test",
        ' ["https://a.test", "https://b.test"] ',
        "https://a.test, https://b.test,",
    ],
)
def test_lists_are_words_between_commas_or_json(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("CORS_ORIGINS", text)
    assert Settings().CORS_ORIGINS == ["https://a.test", "https://b.test"]


def test_networks_are_read_as_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IP_ALLOWLIST", "192.168.10.0/24,::1")
    assert [ip_network("192.168.10.0/24"), ip_network("::1/128")] == Settings().IP_ALLOWLIST


def test_an_empty_variable_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GUNICORN_WORKERS", "")
    monkeypatch.setenv("CORS_ORIGINS", "")
    settings = Settings()
    assert settings.GUNICORN_WORKERS is None
    assert settings.CORS_ORIGINS == []


def test_models_are_read_from_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "MODELS", '{"phi3": {"url": "http://m.test/embed", "collection": "phi3", "api_key": "hush-hush"}}'
    )
    model = Settings().MODELS["phi3"]
    assert (model.url, model.collection, model.timeout_seconds) == ("http://m.test/embed", "phi3", 2.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"RATE_LIMIT_SEARCH": "often"},
        {"CORS_ORIGINS": ["*", "https://a.test"]},
        {"API_VERSION": "v/1"},
        {"MODELS": {"phi3": {"url": "ftp://m.test", "collection": "phi3"}}},
        {"LOG_LEVEL": "loud"},
        {"IP_ALLOWLIST": "here"},
    ],
)
def test_what_makes_no_sense_stops_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_a_setting_that_is_refused_does_not_show_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "MODELS", '{"phi3": {"url": "ftp://m.test", "collection": "phi3", "api_key": "hush-hush"}}'
    )
    with pytest.raises(ValidationError) as raised:
        Settings()
    assert "hush-hush" not in str(raised.value)


def test_levels_are_written_in_any_case() -> None:
    assert Settings(LOG_LEVEL="INFO").LOG_LEVEL == "info"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "redis://127.0.0.1:6379/0"),
        ({"REDIS_PASSWORD": "p@ss/w:rd"}, "redis://:p%40ss%2Fw%3Ard@127.0.0.1:6379/0"),
        ({"REDIS_HOST": "::1", "REDIS_PORT": 7000, "REDIS_DB": 3}, "redis://[::1]:7000/3"),
        ({"REDIS_URL": "rediss://r.test:1/2", "REDIS_PASSWORD": "unused"}, "rediss://r.test:1/2"),
    ],
)
def test_the_address_of_redis_is_whole_or_in_parts(given: dict[str, Any], url: str) -> None:
    assert Settings(**given).redis_url == url


@pytest.mark.parametrize(
    ("given", "prefixes"),
    [
        ({}, ("/v1", "/api/v1")),
        ({"API_VERSION": "v2"}, ("/v2", "/api/v2")),
        ({"API_VERSIONING_ENABLED": False}, ("", "/api")),
    ],
)
def test_the_version_is_in_the_paths_unless_it_is_switched_off(
    given: dict[str, Any], prefixes: tuple[str, str]
) -> None:
    assert Settings(**given).prefixes == prefixes


def test_the_summary_shows_everything_but_secrets() -> None:
    model = {"url": "http://m.test", "collection": "phi3", "api_key": "hush-hush"}
    url = "http://user:hush-hush@q.test:6333"
    settings = Settings(
        QDRANT_API_KEY="hush-hush", QDRANT_URL=url, REDIS_PASSWORD="hush-hush", MODELS={"phi3": model}
    )
    summary = settings.summary()
    assert "hush-hush" not in str(summary)
    assert summary["QDRANT_API_KEY"] == MASK
    assert summary["MODELS"]["phi3"]["api_key"] == MASK
    assert summary["QDRANT_URL"] == f"http://{MASK}@q.test:6333"
    assert summary["COHERE_API_KEY"] is None
    assert summary["MAX_RESULTS_K"] == 100
    assert set(summary) == set(Settings.model_fields)


def test_the_example_holds_every_variable_with_its_default_and_no_other() -> None:
    assert Settings(_env_file=EXAMPLE) == Settings()
    database = {f"POSTGRES_{name.upper()}" for name in DatabaseSettings.model_fields}
    assert set(dotenv_values(EXAMPLE)) == set(Settings.model_fields) | database


def test_the_example_has_the_defaults_of_the_database_layer() -> None:
    values = dotenv_values(EXAMPLE)
    for name, field in DatabaseSettings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        assert values[f"POSTGRES_{name.upper()}"] == str(default)


def test_the_example_says_what_each_variable_means() -> None:
    lines = EXAMPLE.read_text().splitlines()
    for before, line in itertools.pairwise(lines):
        if re.match(r"[A-Z_]+=", line):
            assert before.startswith("# "), line
