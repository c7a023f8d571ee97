"""Several workers under gunicorn are one gateway."""

from __future__ import annotations

import os
import re
import signal
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import pytest
from citadel_testing import free_port

from .processes import Gunicorn, gunicorn

Start = Callable[..., AbstractContextManager[Gunicorn]]
LIMITED = "/v1/production/readiness"


@pytest.fixture
def start(live_environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts the gateway with real servers and these variables."""
    return lambda **given: gunicorn({**live_environment, **given}, tmp_path, free_port())


def test_a_rate_limit_is_one_for_all_workers(start: Start) -> None:
    with start(RATE_LIMIT_ENABLED="true", RATE_LIMIT_DEFAULT="20/minute") as server:
        assert len(server.pids(2)) == 2
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: server.get(LIMITED).status_code, range(40)))
    assert Counter(answers) == {200: 20, 429: 20}


def test_metrics_are_those_of_all_workers(start: Start) -> None:
    with start() as server:
        server.pids(2)
        before = _count(server, "/slow/{seconds}")
        pids = {server.get("/slow/0").json() for _ in range(40)}
        counts = {_count(server, "/slow/{seconds}") - before for _ in range(10)}
    assert len(pids) == 2
    assert counts == {40}


def _count(server: Gunicorn, route: str) -> int:
    pattern = rf'gateway_requests_total{{method="GET",route="{re.escape(route)}",status="200"}} (\S+)'
    found = re.search(pattern, server.get("/metrics").text)
    return int(float(found[1])) if found else 0


def test_a_worker_that_is_killed_is_replaced_and_its_gauges_go_with_it(start: Start) -> None:
    with start() as server:
        killed, kept = server.pids(2)
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 30
        seen: set[int] = set()
        while len(seen - {killed}) < 2:
            assert time.monotonic() < deadline
            answer = server.get("/pid")
            assert answer.status_code == 200
            seen.add(answer.json())
        assert kept in seen
        left = list((server.log.parent / "metrics").glob(f"gauge_live*_{killed}.db"))
    assert left == []


@pytest.mark.thorough
def test_a_worker_whose_loop_hangs_is_replaced(start: Start) -> None:
    with start(GUNICORN_TIMEOUT="2", GUNICORN_GRACEFUL_TIMEOUT="1", GUNICORN_WORKERS="1") as server:
        (stuck,) = server.pids(1)
        with pytest.raises(httpx.TransportError):
            server.get("/stuck/20")
        assert server.pids(1) != {stuck}


def test_sigterm_lets_an_open_request_finish_and_takes_no_new_one(start: Start) -> None:
    with start() as server, ThreadPoolExecutor(1) as pool:
        open_request = pool.submit(server.get, "/slow/2")
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(httpx.ConnectError):
            server.get("/health")
        assert open_request.result().status_code == 200
        assert server.process.wait(20) == 0
        stopped = [line for line in server.lines() if line["event"] == "worker_stopped"]
    assert len(stopped) == 2


@pytest.mark.thorough
def test_a_request_that_takes_too_long_does_not_hold_up_the_end(start: Start) -> None:
    with start(GUNICORN_GRACEFUL_TIMEOUT="3") as server, ThreadPoolExecutor(1) as pool:
        open_request = pool.submit(server.get, "/slow/30")
        time.sleep(0.5)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert time.monotonic() - began < 6
        answer = open_request.result()
    assert answer.status_code == 503
    assert answer.json()["detail"] == "The gateway stops before it can answer."


@pytest.mark.thorough
def test_workers_are_recycled_without_an_error(start: Start) -> None:
    recycling = {"GUNICORN_MAX_REQUESTS": "30", "GUNICORN_MAX_REQUESTS_JITTER": "10", "GUNICORN_WORKERS": "3"}
    with start(**recycling) as server:
        before = server.pids(3)
        statuses = [server.get("/pid").status_code for _ in range(200)]
        after = server.pids(3)
    assert set(statuses) == {200}
    assert not before & after


def test_health_is_fast_while_much_else_is_asked(start: Start) -> None:
    with start() as server, ThreadPoolExecutor(6) as pool:
        stop = threading.Event()

        def ask() -> None:
            while not stop.is_set():
                server.get("/readyz")
                server.get(LIMITED)

        busy = [pool.submit(ask) for _ in range(6)]
        time.sleep(0.5)
        seconds = [server.get("/health").elapsed.total_seconds() for _ in range(50)]
        stop.set()
        for each in busy:
            each.result()
    assert statistics.quantiles(seconds, n=20)[-1] < 0.1, sorted(seconds)[-5:]


def test_the_log_is_json_tells_the_settings_and_no_secret(
    start: Start, live_environment: dict[str, str]
) -> None:
    with start(COHERE_API_KEY="hush-hush-hush", LOG_LEVEL="debug") as server:
        assert server.get("/fails").status_code == 500
        server.get("/health", headers={"X-API-Key": "presented-key", "Authorization": "Bearer presented-key"})
        text = server.log.read_text()
        lines = server.lines()
    starting = next(line for line in lines if line["event"] == "starting")
    assert starting["COHERE_API_KEY"] == "********"
    assert starting["GUNICORN_WORKERS"] == 2
    assert {"gunicorn.error", "uvicorn.error", "gateway"} <= {line["logger"] for line in lines}
    assert any("RuntimeError: no luck with ********" in line.get("exception", "") for line in lines)
    for secret in (
        "hush-hush-hush",
        "presented-key",
        live_environment["QDRANT_API_KEY"],
        live_environment["POSTGRES_PASSWORD"],
    ):
        assert secret not in text


def test_the_forwarded_address_is_believed_of_the_proxy_alone(start: Start) -> None:
    with start(IP_ALLOWLIST="192.168.10.0/24", TRUSTED_PROXIES="127.0.0.1") as server:
        assert server.get("/health", headers={"X-Forwarded-For": "192.168.10.1"}).status_code == 200
        assert server.get("/health", headers={"X-Forwarded-For": "203.0.113.1"}).status_code == 403
    with start(IP_ALLOWLIST="192.168.10.0/24", TRUSTED_PROXIES="10.0.0.1") as server:
        assert server.get("/health", headers={"X-Forwarded-For": "192.168.10.1"}).status_code == 403


@pytest.mark.thorough
def test_a_body_without_a_length_is_cut_off_over_a_real_connection(start: Start) -> None:
    with start(MAX_BODY_BYTES="1000") as server:
        answer = server.get("/health")
        assert "server" not in answer.headers
        pieces = (b"x" * 400 for _ in range(1000))
        refused = server.client.post("/v1/keys", content=pieces)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"
