"""Metrics for Prometheus; right across workers through PROMETHEUS_MULTIPROC_DIR."""

from __future__ import annotations

import os

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = Counter("gateway_requests_total", "Requests answered.", ["method", "route", "status"])
LATENCY = Histogram(
    "gateway_request_duration_seconds",
    "Time until the answer was sent.",
    ["method", "route"],
    buckets=BUCKETS,
)
IN_FLIGHT = Gauge("gateway_requests_in_flight", "Requests being answered.", multiprocess_mode="livesum")
RATE_LIMITED = Counter("gateway_rate_limited_total", "Requests refused with 429.", ["group"])
RATE_LIMIT_BYPASSED = Counter(
    "gateway_rate_limit_uncounted_total", "Requests that could not be counted since Redis did not answer."
)
DEPENDENCY_UP = Gauge(
    "gateway_dependency_up",
    "Whether a dependency answered when it was last asked.",
    ["dependency"],
    multiprocess_mode="livemostrecent",
)
POOL = Gauge(
    "gateway_database_connections",
    "Connections to PostgreSQL by state, all workers together.",
    ["state"],
    multiprocess_mode="livesum",
)
OUTBOX_PENDING = Gauge(
    "gateway_outbox_pending",
    "Writes that are not in Qdrant yet.",
    multiprocess_mode="livemostrecent",
)
OUTBOX_REJECTED = Gauge(
    "gateway_outbox_rejected",
    "Writes that Qdrant has refused.",
    multiprocess_mode="livemostrecent",
)
OUTBOX_OLDEST = Gauge(
    "gateway_outbox_oldest_seconds",
    "Age of the oldest write that is not in Qdrant yet.",
    multiprocess_mode="livemostrecent",
)


def exposition() -> tuple[bytes, str]:
    """All workers' metrics as text, and its media type. Reads files: not for the event loop."""
    return generate_latest(_registry()), CONTENT_TYPE_LATEST


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry(support_collectors_without_names=True)
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
