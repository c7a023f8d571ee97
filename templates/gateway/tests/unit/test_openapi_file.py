"""The OpenAPI document in the repository, which clients are generated from."""

from __future__ import annotations

import json
from pathlib import Path

from gateway.app import create_app
from gateway.settings import Settings

FILE = Path(__file__).resolve().parents[2] / "openapi.json"


def test_the_document_in_the_repository_is_current() -> None:
    kept = json.loads(FILE.read_text())
    assert kept == create_app(Settings()).openapi(), "write it anew: python -m gateway openapi > openapi.json"
