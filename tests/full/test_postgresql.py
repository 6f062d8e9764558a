"""The PostgreSQL that `./run test full` provides: real, empty for each test, and strict about locks."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.full

OLDEST_SUPPORTED = (13,)  # `drop database ... with (force)`, which ends a test, came with it


@pytest.fixture
def engine(postgres_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(postgres_url)
    yield engine
    engine.dispose()


def test_the_server_is_a_supported_postgresql(engine: sa.Engine):
    with engine.connect() as connection:
        version = connection.dialect.server_version_info
    assert version is not None
    assert version >= OLDEST_SUPPORTED


@pytest.mark.parametrize("attempt", [1, 2])
def test_every_test_gets_an_empty_database(engine: sa.Engine, attempt: int):
    assert sa.inspect(engine).get_table_names() == [], f"attempt {attempt} saw the tables of another test"
    with engine.begin() as connection:
        connection.execute(sa.text("create table trace (id integer)"))
    assert sa.inspect(engine).get_table_names() == ["trace"]


def test_an_advisory_lock_keeps_a_second_writer_out_until_the_first_commits(engine: sa.Engine):
    take = sa.text("select pg_try_advisory_xact_lock(1)")
    with engine.connect() as first, engine.connect() as second:
        assert first.execute(take).scalar_one() is True
        assert second.execute(take).scalar_one() is False
        first.commit()
        assert second.execute(take).scalar_one() is True
