"""How a database is reached whose rows are taken in: no longer waited for than for the store of decisions."""

import pytest
import sqlalchemy as sa

from pipelines.ingest.fetching.database import open_database
from risk_register.database.engine import REACH


class ReachedError(Exception):
    """A connection would have been opened now."""


def find_reach(address):
    engine = open_database(address)
    told = {}

    @sa.event.listens_for(engine, "do_connect")
    def _connect(_dialect, _record, _args, named):
        told.update(named)
        raise ReachedError

    with pytest.raises(ReachedError):
        engine.connect()
    return told


def test_a_server_is_not_waited_for_without_end():
    told = find_reach("postgresql+psycopg://reader@host/chat")
    assert told.items() >= REACH.items()


def test_what_the_address_says_of_it_is_stronger():
    told = find_reach("postgresql+psycopg://reader@host/chat?connect_timeout=3")
    assert (told["connect_timeout"], told["keepalives_idle"]) == ("3", REACH["keepalives_idle"])


def test_a_file_is_told_nothing_of_a_network(tmp_path):
    assert not find_reach(f"sqlite:///{tmp_path / 'chat.sqlite'}").keys() & REACH.keys()
