"""An error that quotes a row comes out without the quotation, in everything that is printed of it."""

import errno
import traceback

import duckdb
import pytest

from pipelines.discretion import Discretion, UnforeseenError
from pipelines.errors import StateError
from risk_register.errors import RegisterError

CANARY = "the lighthouse keeper counts seventeen pelicans"


@Discretion("a step")
def convert() -> None:
    with duckdb.connect() as connection:
        connection.execute("select cast($text as integer)", {"text": CANARY})


def test_what_a_library_quotes_is_in_its_own_error():
    with pytest.raises(duckdb.Error, match="lighthouse"):
        convert.__wrapped__()  # type: ignore[attr-defined]


def test_outside_only_the_kind_and_the_place_are_known():
    with pytest.raises(UnforeseenError) as caught:
        convert()
    printed = "".join(traceback.format_exception(caught.value))
    assert "lighthouse" not in printed
    assert "a step failed: ConversionException at tests/unit/pipelines/test_discretion.py:" in printed


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_full_disk_is_named_and_no_word_or_file_beside_it(is_wrapped):
    def step() -> None:
        full = OSError(errno.ENOSPC, CANARY, f"/data/{CANARY}")
        if not is_wrapped:
            raise full
        raise ValueError(CANARY) from full

    with pytest.raises(
        UnforeseenError, match=r"test_discretion\.py:\d+: No space left on device\."
    ) as caught:
        Discretion("a step")(step)()
    assert "lighthouse" not in "".join(traceback.format_exception(caught.value))


def test_an_error_while_another_is_handled_does_not_bring_it_along():
    def step() -> None:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise KeyError("x") from error

    with pytest.raises(UnforeseenError) as caught, Discretion("a step"):
        step()
    assert "lighthouse" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("error", [StateError("ours"), RegisterError("ours"), KeyboardInterrupt()])
def test_our_own_errors_and_interrupts_pass_as_they_are(error: BaseException):
    with pytest.raises(type(error)) as caught, Discretion("a step"):
        raise error
    assert caught.value is error


def test_a_step_that_works_gives_its_result():
    assert Discretion("a step")(lambda: 7)() == 7
