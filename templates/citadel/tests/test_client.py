"""The documents' commands work as they are written."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy.orm import Session

import citadel.models
import models.database_models
from citadel.engine import sync_engine
from citadel.models import ApiKey, Collection, EmbeddingJob, User, VectorMetadata
from citadel.settings import ROOT, DatabaseSettings
from schemas.database_schemas import ApiKeyRecord, EmbeddingJobRecord, UserRecord, VectorRecord
from services.database_client import DatabaseClient

CONNECTION = """
from services.database_client import DatabaseClient
client = DatabaseClient()
with client.get_connection() as conn:
    result = conn.execute('SELECT COUNT(*) FROM users;')
    print(f'Connection successful: {result.fetchone()[0]} users')
"""
COLLECTIONS = """
from services.database_client import DatabaseClient
client = DatabaseClient()
collections = client.get_collections()
print(f'Collections synchronized: {len(collections)}')
"""
POOL = """
from services.database_client import DatabaseClient
client = DatabaseClient()
print(f'Pool status: {client.pool.status()}')
"""


@pytest.fixture
def python(database_settings: DatabaseSettings) -> Callable[[str], str]:
    """Runs a script as `python -c` in /opt/citadel would."""
    names = ("host", "port", "user", "db")
    environment = {f"POSTGRES_{name.upper()}": str(getattr(database_settings, name)) for name in names}
    environment["POSTGRES_PASSWORD"] = database_settings.password.get_secret_value()
    environment["PYTHONDONTWRITEBYTECODE"] = "1"

    def run(script: str) -> str:
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return done.stdout

    return run


@pytest.fixture
def client(database_settings: DatabaseSettings) -> Iterator[DatabaseClient]:
    made = DatabaseClient(database_settings)
    yield made
    made.close()


@pytest.fixture
def session(database_settings: DatabaseSettings) -> Iterator[Session]:
    engine = sync_engine(database_settings)
    with Session(engine) as made:
        yield made
    engine.dispose()


def test_the_connection_test_of_the_document(python: Callable[[str], str]) -> None:
    assert python(CONNECTION) == "Connection successful: 0 users\n"


def test_the_synchronisation_test_of_the_document(python: Callable[[str], str], session: Session) -> None:
    session.add_all([Collection(name="a"), Collection(name="b")])
    session.commit()
    assert python(COLLECTIONS) == "Collections synchronized: 2\n"


def test_the_pool_status_of_the_document(python: Callable[[str], str]) -> None:
    assert python(POOL).startswith("Pool status: Pool size: 20  Connections in pool: 0")


def test_the_models_have_the_documents_place() -> None:
    for name in models.database_models.__all__:
        assert getattr(models.database_models, name) is getattr(citadel.models, name)


def test_a_connection_commits_or_rolls_back(client: DatabaseClient) -> None:
    with client.get_connection() as connection:
        connection.execute("INSERT INTO users (username) VALUES ('kept')")
    with pytest.raises(ZeroDivisionError):
        with client.get_connection() as connection:
            connection.execute("INSERT INTO users (username) VALUES ('lost')")
            _ = 1 / 0
    with client.get_connection() as connection:
        assert connection.execute("SELECT username FROM users").fetchall() == [("kept",)]


def test_the_pool_keeps_a_connection_for_the_next_one(client: DatabaseClient) -> None:
    with client.get_connection():
        assert "Current Checked out connections: 1" in client.pool.status()
    assert "Connections in pool: 1" in client.pool.status()


def test_records_are_made_from_rows(session: Session, client: DatabaseClient) -> None:
    user = User(username="ada", email="ada@example.org")
    collection = Collection(name="mixtral", vector_size=384, distance="Cosine")
    session.add_all([user, collection])
    session.flush()
    vector = VectorMetadata(collection_id=collection.id, point_id="7", payload={"a": 1})
    job = EmbeddingJob(collection_id=collection.id, model="mixtral", total=3)
    key = ApiKey(user_id=user.id, name="k", lookup="00", digest=bytes(32), scopes=["read"])
    session.add_all([vector, job, key])
    session.commit()
    assert UserRecord.model_validate(user).active
    assert VectorRecord.model_validate(vector).payload == {"a": 1}
    assert EmbeddingJobRecord.model_validate(job).status == "queued"
    assert "digest" not in ApiKeyRecord.model_validate(key).model_dump()
    assert [(each.name, each.vector_size) for each in client.get_collections()] == [("mixtral", 384)]


def test_a_user_takes_its_keys_along_and_a_collection_its_vectors(session: Session) -> None:
    user, collection = User(username="ada"), Collection(name="mixtral")
    session.add_all([user, collection])
    session.flush()
    session.add(VectorMetadata(collection_id=collection.id, point_id="7"))
    session.add(ApiKey(user_id=user.id, name="k", lookup="00", digest=bytes(32), scopes=["read"]))
    session.commit()
    session.delete(user)
    session.delete(collection)
    session.commit()
    assert session.query(ApiKey).count() == session.query(VectorMetadata).count() == 0
