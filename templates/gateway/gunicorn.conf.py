"""How gunicorn serves the gateway: `gunicorn -c gunicorn.conf.py gateway.asgi:app`. All by environment."""

import os
from pathlib import Path

import structlog
from prometheus_client import multiprocess

from gateway.logging import configure, logging_dict
from gateway.settings import Settings

settings = Settings()
host = f"[{settings.GATEWAY_HOST}]" if ":" in settings.GATEWAY_HOST else settings.GATEWAY_HOST

bind = [f"{host}:{settings.GATEWAY_PORT}"]
workers = settings.workers
worker_class = "gateway.worker.Worker"
# A worker that drains sends no heartbeat: it must not be taken for one that hangs.
timeout = max(settings.GUNICORN_TIMEOUT, settings.GUNICORN_GRACEFUL_TIMEOUT + 1)
graceful_timeout = settings.GUNICORN_GRACEFUL_TIMEOUT
keepalive = settings.GUNICORN_KEEPALIVE
max_requests = settings.GUNICORN_MAX_REQUESTS
max_requests_jitter = settings.GUNICORN_MAX_REQUESTS_JITTER
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
forwarded_allow_ips = ""
control_socket_disable = True
proc_name = settings.SERVICE_NAME
logconfig_dict = logging_dict(settings)
accesslog = None


def on_starting(server):  # noqa: ARG001
    """Tells the settings, secrets masked, and clears the metrics of workers that are no more."""
    configure(settings)
    structlog.get_logger("gateway").info("starting", **settings.summary())
    directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if directory:
        Path(directory).mkdir(parents=True, exist_ok=True)
        for stale in Path(directory).glob("*.db"):
            stale.unlink()


def child_exit(server, worker):  # noqa: ARG001
    """A worker that is gone no longer counts in the gauges of living ones."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        multiprocess.mark_process_dead(worker.pid)
