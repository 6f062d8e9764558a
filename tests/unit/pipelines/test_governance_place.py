"""A home says where its decisions lie, so that no command begins an empty store beside them."""

from pathlib import Path

import pytest

from pipelines.errors import HomeError
from pipelines.governance_place import (
    DECIDED,
    FILE,
    MARK,
    find_store,
    mark_place,
    read_mark,
    renew_mark,
    tell_lost,
)

ADDRESS = "postgresql://plimsoll:a%20secret@db.example/decisions"
PLACE = "postgresql://db.example:5432/decisions"


def test_without_a_word_decisions_lie_in_the_home(tmp_path: Path) -> None:
    assert find_store(tmp_path, None) == f"sqlite:///{tmp_path / FILE}"
    mark_place(tmp_path, None)
    assert read_mark(tmp_path) is None


@pytest.mark.parametrize(
    "named",
    [
        ADDRESS,
        "postgres://other:word@db.example:5432/decisions",
        "postgresql+psycopg://db.example/decisions?sslmode=verify-full",
    ],
)
def test_the_mark_names_the_database_whoever_comes_and_how(tmp_path: Path, named: str) -> None:
    mark_place(tmp_path, ADDRESS)
    assert read_mark(tmp_path) == PLACE
    assert "secret" not in (tmp_path / MARK).read_text()
    assert find_store(tmp_path, named) == named


def test_a_socket_is_a_host(tmp_path: Path) -> None:
    mark_place(tmp_path, "postgresql://plimsoll@/decisions?host=/run/postgresql")
    assert read_mark(tmp_path) == "postgresql:///run/postgresql:5432/decisions"


def test_a_command_without_the_address_begins_no_store_of_its_own(tmp_path: Path) -> None:
    mark_place(tmp_path, ADDRESS)
    with pytest.raises(HomeError, match=f"lie in {PLACE}, and PLIMSOLL_GOVERNANCE_URL is not set"):
        find_store(tmp_path, None)


@pytest.mark.parametrize(
    "named", ["postgresql://db.example/other", "postgresql://db.example:6432/decisions", "sqlite:////else"]
)
def test_another_database_than_the_one_marked_is_refused(tmp_path: Path, named: str) -> None:
    mark_place(tmp_path, ADDRESS)
    with pytest.raises(HomeError, match=f"lie in {PLACE}"):
        find_store(tmp_path, named)


def test_decisions_in_the_home_are_not_left_behind(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    for ask in (find_store, mark_place):
        with pytest.raises(HomeError, match="upgrade --move"):
            ask(tmp_path, ADDRESS)
    assert read_mark(tmp_path) is None
    assert find_store(tmp_path, "sqlite:////elsewhere.sqlite") == "sqlite:////elsewhere.sqlite"


def test_an_address_that_cannot_be_read_marks_nothing(tmp_path: Path) -> None:
    mark_place(tmp_path, "postgresql://db.example:port/decisions")
    assert not (tmp_path / MARK).exists()


def test_a_damaged_mark_is_told(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text("{}")
    with pytest.raises(HomeError, match="is damaged"):
        find_store(tmp_path, ADDRESS)


def test_a_restored_home_decides_where_whoever_restores_says(tmp_path: Path) -> None:
    mark_place(tmp_path, ADDRESS)
    renew_mark(tmp_path, None)
    assert read_mark(tmp_path) == PLACE
    renew_mark(tmp_path, "postgresql://db.example/rehearsal")
    assert read_mark(tmp_path) == "postgresql://db.example:5432/rehearsal"


@pytest.mark.parametrize("sign", DECIDED)
@pytest.mark.parametrize("left", [None, b""])
def test_decisions_that_are_lost_are_not_begun_anew_without_a_word(
    tmp_path: Path, sign: str, left: bytes | None
) -> None:
    if left is not None:
        (tmp_path / FILE).write_bytes(left)  # as a dashboard leaves it that was running meanwhile
    (tmp_path / sign).parent.mkdir()
    assert find_store(tmp_path, None) == f"sqlite:///{tmp_path / FILE}"
    (tmp_path / sign).touch()
    with pytest.raises(HomeError, match=rf"{FILE} is missing.*upgrade --anew"):
        find_store(tmp_path, None)
    (tmp_path / FILE).write_bytes(b"decisions")
    assert find_store(tmp_path, None) == f"sqlite:///{tmp_path / FILE}"


def test_decisions_that_lie_elsewhere_are_not_missed_in_the_home(tmp_path: Path) -> None:
    (tmp_path / DECIDED[0]).mkdir(parents=True)
    assert find_store(tmp_path, ADDRESS) == ADDRESS
    mark_place(tmp_path, ADDRESS)
    assert tell_lost(tmp_path, ADDRESS) is None
    with pytest.raises(HomeError, match=f"lie in {PLACE}"):
        find_store(tmp_path, None)
