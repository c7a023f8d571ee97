"""gunicorn as it runs on a server, for one test."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
CITADEL = ROOT.parent / "citadel"
START_SECONDS = 60


@dataclass
class Gunicorn:
    """A master with its workers."""

    process: subprocess.Popen[bytes]
    log: Path
    client: httpx.Client

    def get(self, path: str, **given: Any) -> httpx.Response:
        """One request over a connection of its own, so that it may reach any worker."""
        return self.client.get(path, **given)

    def pids(self, count: int) -> set[int]:
        """The workers that answer, once there are so many."""
        found: set[int] = set()
        deadline = time.monotonic() + START_SECONDS
        while len(found) < count:
            assert time.monotonic() < deadline, found
            found.add(self.get("/pid").json())
        return found

    def lines(self) -> list[dict[str, Any]]:
        """The log; each line of it must be JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextmanager
def gunicorn(
    environment: Mapping[str, str], directory: Path, port: int, app: str = "tests.integration.slow_app:app"
) -> Iterator[Gunicorn]:
    """Runs gunicorn with these variables; ends it by SIGTERM where the test has not."""
    log = directory / "gunicorn.log"
    variables = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{CITADEL}",
        "GATEWAY_PORT": str(port),
        "PROMETHEUS_MULTIPROC_DIR": str(directory / "metrics"),
        "DATABASE_DIRECTORY": str(directory),
        "API_KEY_AUTH": "false",
        "GUNICORN_WORKERS": "2",
        **environment,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, app],
            cwd=ROOT,
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    client = httpx.Client(
        base_url=f"http://127.0.0.1:{port}", timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
    )
    running = Gunicorn(process, log, client)
    try:
        _wait(running)
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        client.close()


def _wait(running: Gunicorn) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert running.process.poll() is None, running.log.read_text()
        try:
            running.get("/health")
        except httpx.TransportError:
            assert time.monotonic() < deadline, running.log.read_text()
            time.sleep(0.1)
        else:
            return


def children_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            _, _, rest = status.read_text().rpartition(")")
            if int(rest.split()[1]) == pid:
                found.append(int(status.parent.name))
    return found
