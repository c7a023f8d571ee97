"""Logs are JSON, and hold no secret."""

from __future__ import annotations

import json
import logging
import warnings

import pytest
import structlog

from gateway.logging import Redactor, configure, known_secrets
from gateway.settings import MASK, Settings


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture
def secretive() -> Settings:
    model = {"url": "http://m.test", "collection": "phi3", "api_key": "model-secret"}
    return Settings(
        QDRANT_API_KEY="qdrant-secret",
        REDIS_URL="redis://:p%40ss-word@r.test:1/0",
        MODELS={"phi3": model},
        LOG_LEVEL="debug",
    )


def test_all_secrets_are_known(secretive: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTGRES_PASSWORD", "postgres-secret")
    secrets = known_secrets(secretive)
    assert {"qdrant-secret", "model-secret", "postgres-secret", "p@ss-word", "p%40ss-word"} <= secrets


def test_secrets_are_masked_wherever_they_stand() -> None:
    event = {
        "event": "see my-secret here",
        "deep": {"list": ["my-secret", 1], "pair": ("my-secret",)},
        "api_key": "anything",
        "headers": {"Authorization": "Bearer anything", "accept": "text/html"},
        "count": 3,
    }
    assert Redactor(["my-secret", "", "s"])(None, "", event) == {
        "event": f"see {MASK} here",
        "deep": {"list": [MASK, 1], "pair": [MASK]},
        "api_key": MASK,
        "headers": {"Authorization": MASK, "accept": "text/html"},
        "count": 3,
    }


def test_lines_of_libraries_are_json_too_and_tracebacks_hold_no_secret(
    secretive: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(secretive)
    try:
        raise ValueError("at qdrant-secret")
    except ValueError:
        logging.getLogger("gunicorn.error").exception("it failed for %s", "model-secret")
    structlog.get_logger("gateway").info("told", where="p@ss-word", object=object)
    library, own = lines(capsys)
    assert library["event"] == f"it failed for {MASK}"
    assert f"ValueError: at {MASK}" in str(library["exception"])
    assert library["level"] == "error"
    assert own["where"] == MASK
    assert "class 'object'" in str(own["object"])


def test_the_level_holds_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(LOG_LEVEL="warning"))
    structlog.get_logger("gateway").info("not told")
    logging.getLogger("uvicorn.error").info("not told")
    logging.getLogger("httpx").warning("told")
    assert [line["event"] for line in lines(capsys)] == ["told"]


def test_warnings_are_lines_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    logging.captureWarnings(False)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure(Settings())
        warnings.warn("look out", stacklevel=1)
        logging.captureWarnings(False)
    assert "look out" in str(lines(capsys)[0]["event"])


def test_people_may_read_it_on_a_console(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Settings(LOG_FORMAT="console", QDRANT_API_KEY="qdrant-secret"))
    structlog.get_logger("gateway").info("told", key="qdrant-secret")
    text = capsys.readouterr().err
    assert "told" in text
    assert "qdrant-secret" not in text


def test_a_line_of_uvicorn_is_told_once_and_not_for_a_terminal_too(
    secretive: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(secretive)
    extra = {"color_message": "Started server process [\x1b[36m%d\x1b[0m]", "kept": 1}
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7, extra=extra)
    (line,) = lines(capsys)
    assert (line["event"], line["kept"]) == ("Started server process [7]", 1)
    assert "color_message" not in line
