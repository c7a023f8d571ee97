"""What is installed is pinned, with hashes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def names(file: str) -> dict[str, str]:
    """Pinned packages of a requirements file, by normalised name, with what follows."""
    text = (ROOT / file).read_text().replace("\\\n", " ")
    found = re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)(.*)$", text)
    return {
        name.lower().replace("_", "-").replace(".", "-"): f"{version}{rest}" for name, version, rest in found
    }


@pytest.mark.parametrize("file", ["requirements", "requirements-dev"])
def test_every_direct_dependency_is_locked_at_its_version(file: str) -> None:
    locked = names(f"{file}.txt")
    for name, version in names(f"{file}.in").items():
        assert locked[name].split()[0] == version, name


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_hashes(file: str) -> None:
    locked = names(file)
    assert len(locked) > 40
    assert all("--hash=sha256:" in rest for rest in locked.values())


def test_what_the_gateway_needs_is_the_same_in_both() -> None:
    dev = names("requirements-dev.txt")
    assert {name: rest.split()[0] for name, rest in names("requirements.txt").items()}.items() <= {
        name: rest.split()[0] for name, rest in dev.items()
    }.items()
