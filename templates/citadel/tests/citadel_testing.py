"""PostgreSQL, Redis and Qdrant for tests: given by the environment, or started here and gone afterwards.

    TEST_POSTGRES_HOST, _PORT, _USER, _PASSWORD   a role that may create databases
    TEST_REDIS_URL
    TEST_QDRANT_URL, TEST_QDRANT_API_KEY

Use: `pytest_plugins = ["citadel_testing"]`. Every test has a database of its own, at the newest migration.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
import uuid
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from qdrant_client import AsyncQdrantClient

from citadel.engine import Database
from citadel.migrate import upgrade
from citadel.settings import DatabaseSettings

START_SECONDS = 60
EMULATOR = Path(__file__).resolve().parents[3] / "dist" / "emulator.mjs"


@dataclass
class Server:
    """A process that can be stopped, killed and started again at the same address."""

    command: list[str]
    directory: Path
    answers: Callable[[], object]
    user: int | None = None
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    stop_signal: int = signal.SIGTERM
    kill_signal: int = signal.SIGKILL

    def start(self) -> None:
        log = (self.directory / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                user=self.user,
                env={**os.environ, **self.environment},
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_there():
            if time.monotonic() > deadline or self.process.poll() is not None:
                tail = (self.directory / "log").read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{self.command[0]} did not start: {tail}")
            time.sleep(0.05)

    def stop(self) -> None:
        self._end(self.stop_signal)

    def kill(self) -> None:
        self._end(self.kill_signal)

    def _end(self, by: int) -> None:
        if self.process is None:
            return
        self.process.send_signal(by)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _is_there(self) -> bool:
        try:
            self.answers()
        except (OSError, psycopg.OperationalError):
            return False
        return True


@dataclass
class Postgres:
    """Where PostgreSQL is, and its process where it was started here."""

    host: str
    port: int
    user: str
    password: str
    server: Server | None = None

    def admin(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=database,
            autocommit=True,
        )

    def settings(self, database: str, **given: object) -> DatabaseSettings:
        where = {"host": self.host, "port": self.port, "user": self.user, "password": self.password}
        return DatabaseSettings.model_validate({**where, "db": database, "pool_size": 5, **given})


@dataclass
class Redis:
    """Where Redis is, and its process where it was started here."""

    url: str
    server: Server | None = None


@dataclass
class Qdrant:
    """Where Qdrant is, its key, what it is, and its process where it was started here."""

    url: str
    api_key: str
    kind: str
    server: Server | None = None

    def client(self, timeout: int = 10) -> AsyncQdrantClient:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Api key is used with an insecure connection")
            return AsyncQdrantClient(
                url=self.url, api_key=self.api_key, timeout=timeout, check_compatibility=False
            )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def servers_directory() -> Iterator[Path]:
    """Short, because PostgreSQL's socket lies in it, and open to the user that PostgreSQL runs as."""
    directory = Path(tempfile.mkdtemp(prefix="citadel-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def postgres(servers_directory: Path) -> Iterator[Postgres]:
    given = os.environ.get("TEST_POSTGRES_HOST")
    if given:
        yield Postgres(
            given,
            int(os.environ.get("TEST_POSTGRES_PORT", "5432")),
            os.environ.get("TEST_POSTGRES_USER", "postgres"),
            os.environ.get("TEST_POSTGRES_PASSWORD", ""),
        )
        return
    running = start_postgres(servers_directory / "postgres")
    yield running
    assert running.server
    running.server.stop()


def start_postgres(directory: Path) -> Postgres:
    """A cluster of its own with SCRAM, as an unprivileged user where we are root."""
    binaries = _postgres_binaries()
    directory.mkdir()
    user = None
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres").pw_uid
        os.chown(directory, user, -1)
    password = uuid.uuid4().hex
    secret = directory / "password"
    secret.write_text(password)
    initdb = [str(binaries / "initdb"), "-D", "data", "-U", "citadel", "-A", "scram-sha-256", "-N"]
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", f"--pwfile={secret}"]
    subprocess.run([*initdb, *locale], cwd=directory, check=True, stdout=subprocess.DEVNULL, user=user)
    port = free_port()
    running = Postgres("127.0.0.1", port, "citadel", password)
    options = {
        "fsync": "off",
        "full_page_writes": "off",
        "max_connections": "100",
        "listen_addresses": "127.0.0.1",
    }
    running.server = Server(
        command=[
            str(binaries / "postgres"),
            *("-D", "data", "-p", str(port), "-k", str(directory)),
            *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
        ],
        directory=directory,
        answers=lambda: running.admin().close(),
        user=user,
        stop_signal=signal.SIGINT,
        kill_signal=signal.SIGQUIT,
    )
    running.server.start()
    return running


def _postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    if not found:
        raise RuntimeError("no PostgreSQL here: install one, or set TEST_POSTGRES_HOST")
    return found[-1].parent


@pytest.fixture(scope="session")
def redis_server(servers_directory: Path) -> Iterator[Redis]:
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield Redis(given)
        return
    running = start_redis(servers_directory / "redis")
    yield running
    assert running.server
    running.server.stop()


def start_redis(directory: Path) -> Redis:
    binary = shutil.which("redis-server")
    if not binary:
        raise RuntimeError("no redis-server here: install one, or set TEST_REDIS_URL")
    directory.mkdir()
    port = free_port()
    server = Server(
        command=[binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        directory=directory,
        answers=lambda: socket.create_connection(("127.0.0.1", port), 1).close(),
    )
    server.start()
    return Redis(f"redis://127.0.0.1:{port}/0", server)


@pytest.fixture(scope="session")
def qdrant_server(servers_directory: Path) -> Iterator[Qdrant]:
    """The Qdrant that tests share. Each uses collections of its own names."""
    given = os.environ.get("TEST_QDRANT_URL")
    if given:
        yield Qdrant(given, os.environ.get("TEST_QDRANT_API_KEY", ""), f"Qdrant at {given}")
        return
    running = start_qdrant(servers_directory / "qdrant")
    yield running
    assert running.server
    running.server.stop()


@pytest.fixture
def own_qdrant(tmp_path: Path) -> Iterator[Qdrant]:
    """A Qdrant for one test, which may stop and start it."""
    running = start_qdrant(tmp_path / "qdrant")
    yield running
    assert running.server
    running.server.stop()


def start_qdrant(directory: Path) -> Qdrant:
    """Qdrant from PATH, else the emulator."""
    command = qdrant_command()
    directory.mkdir()
    port, key = free_port(), uuid.uuid4().hex
    url = f"http://127.0.0.1:{port}"
    configuration = directory / "config.yaml"
    configuration.write_text(
        f"storage: {{storage_path: {directory}/storage, snapshots_path: {directory}/snapshots}}\n"
        f"service: {{host: 127.0.0.1, http_port: {port}, grpc_port: {free_port()}, api_key: {key}}}\n"
        "log_level: WARN\ntelemetry_disabled: true\n"
    )
    server = Server(
        command=[*command, "--config-path", str(configuration)],
        directory=directory,
        answers=lambda: urllib.request.urlopen(f"{url}/readyz", timeout=5).close(),
    )
    server.start()
    return Qdrant(url, key, _kind(command), server)


def qdrant_command() -> list[str]:
    binary = shutil.which("qdrant")
    if binary:
        return [binary]
    node = shutil.which("node")
    if node and EMULATOR.is_file():
        return [node, str(EMULATOR)]
    raise RuntimeError("no Qdrant here: put one on PATH, build the emulator, or set TEST_QDRANT_URL")


def _kind(command: list[str]) -> str:
    told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{told} ({command[-1]})"


def pytest_report_header() -> str:
    given = os.environ.get("TEST_QDRANT_URL")
    return f"Qdrant: {given or _kind(qdrant_command())}"


@pytest.fixture(scope="session")
def template_database(postgres: Postgres) -> Iterator[str]:
    """An empty database at the newest migration, of which every test gets a copy."""
    name = f"citadel_{uuid.uuid4().hex[:12]}"
    with postgres.admin() as admin:
        admin.execute(f"CREATE DATABASE {name}")
        upgrade(postgres.settings(name))
        yield name
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_settings(postgres: Postgres, template_database: str) -> Iterator[DatabaseSettings]:
    """A database for one test."""
    name = f"citadel_{uuid.uuid4().hex[:12]}"
    with postgres.admin() as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template_database}")
        yield postgres.settings(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database(postgres: Postgres) -> Iterator[DatabaseSettings]:
    """A database for one test, without any table."""
    name = f"citadel_{uuid.uuid4().hex[:12]}"
    with postgres.admin() as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield postgres.settings(name)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_settings: DatabaseSettings) -> AsyncIterator[Database]:
    made = Database(database_settings)
    yield made
    await made.close()


@pytest.fixture
async def qdrant(qdrant_server: Qdrant) -> AsyncIterator[AsyncQdrantClient]:
    client = qdrant_server.client()
    yield client
    await client.close()
