"""How gunicorn serves a gateway that does not say so itself. Put there by vdb; the names are those of its environment."""

import os

_host = os.environ["GATEWAY_HOST"]
_address = f"[{_host}]" if ":" in _host else _host

bind = [f"{_address}:{os.environ['GATEWAY_PORT']}"]
workers = int(os.environ["GUNICORN_WORKERS"])
worker_class = "uvicorn_worker.UvicornWorker"
worker_tmp_dir = os.environ["RUNTIME_DIRECTORY"].split(":")[0]
graceful_timeout = int(os.environ["GUNICORN_GRACEFUL_TIMEOUT"])
keepalive = int(os.environ["GUNICORN_KEEPALIVE"])
loglevel = os.environ["LOG_LEVEL"]
control_socket_disable = True
