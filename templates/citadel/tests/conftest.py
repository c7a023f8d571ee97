"""Servers for the tests; nothing of the caller's environment reaches the settings."""

import os

import pytest

pytest_plugins = ["citadel_testing"]


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("POSTGRES_", "QDRANT_"))]:
        monkeypatch.delenv(name)
