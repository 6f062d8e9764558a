"""Which addresses a store takes, and that no message repeats a password."""

import pytest

from risk_register.database.engine import make_engine, read_address
from risk_register.errors import StoreError


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_name_postgresql_uses_the_driver_that_is_installed(scheme: str) -> None:
    engine = make_engine(f"{scheme}://anna:a%20p%40ss@db.example/decisions", wait_seconds=1)
    assert engine.url.drivername == "postgresql+psycopg"
    assert engine.dialect.driver == "psycopg"
    assert engine.url.password == "a p@ss"
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "governance.sqlite",
        "mysql://anna:hush@db.example/decisions",
        "postgresql+psycopg2://anna:hush@db.example/decisions",
        "postgresql://anna:hush@db.example:port/decisions",
        "postgresql://anna:a@hush@db.example/decisions",
        "postgresql://anna:a@hu/sh@db.example/decisions",
    ],
)
def test_what_is_allowed_is_said_and_the_password_is_not(url: str) -> None:
    with pytest.raises(StoreError, match="Allowed: sqlite:///<file>, or postgresql://") as raised:
        make_engine(url, wait_seconds=1)
    assert "hush" not in str(raised.value)


def test_a_file_may_have_any_name() -> None:
    assert read_address("sqlite:////srv/anna@work/governance.sqlite").database == (
        "/srv/anna@work/governance.sqlite"
    )
