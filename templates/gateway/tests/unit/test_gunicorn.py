"""gunicorn is set up by the environment."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config

CONFIGURATION = Path(__file__).parents[2] / "gunicorn.conf.py"


def configured(monkeypatch: pytest.MonkeyPatch, **given: str) -> dict[str, Any]:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(CONFIGURATION))


def test_there_is_a_worker_for_each_core_of_the_class_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    found = configured(monkeypatch)
    assert found["workers"] == os.cpu_count()
    assert found["worker_class"] == "gateway.worker.Worker"
    assert found["bind"] == ["127.0.0.1:8001"]
    assert found["forwarded_allow_ips"] == ""


def test_every_name_is_one_of_gunicorn_and_its_value_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    found = configured(monkeypatch)
    config = Config()
    names = set(config.settings) & set(found)
    assert {
        "timeout",
        "keepalive",
        "max_requests",
        "max_requests_jitter",
        "child_exit",
        "on_starting",
    } <= names
    for name in names:
        config.set(name, found[name])
    assert config.worker_class.__name__ == "Worker"


def test_variables_override(monkeypatch: pytest.MonkeyPatch) -> None:
    found = configured(
        monkeypatch, GUNICORN_WORKERS="3", GATEWAY_HOST="::1", GATEWAY_PORT="9000", GUNICORN_KEEPALIVE="5"
    )
    assert (found["workers"], found["bind"], found["keepalive"]) == (3, ["[::1]:9000"], 5)


def test_a_worker_that_drains_is_not_taken_for_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    found = configured(monkeypatch, GUNICORN_TIMEOUT="10", GUNICORN_GRACEFUL_TIMEOUT="40")
    assert found["timeout"] == 41


def test_metrics_of_former_workers_are_cleared_at_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / "metrics"
    directory.mkdir()
    (directory / "counter_1.db").touch()
    found = configured(monkeypatch, PROMETHEUS_MULTIPROC_DIR=str(directory))
    found["on_starting"](None)
    assert list(directory.iterdir()) == []
    assert '"event": "starting"' in capsys.readouterr().err


def test_gauges_of_a_worker_that_is_gone_are_removed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gauge_livesum_7.db").touch()
    (tmp_path / "counter_7.db").touch()
    found = configured(monkeypatch, PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
    found["child_exit"](None, SimpleNamespace(pid=7))
    assert [path.name for path in tmp_path.iterdir()] == ["counter_7.db"]
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    found["child_exit"](None, SimpleNamespace(pid=7))
