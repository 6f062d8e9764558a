"""A full disk is told with its folder, in whatever words a library says it; nothing else is called one."""

import errno
import os
from pathlib import Path

import duckdb
import pytest

from pipelines.discretion import UnforeseenError
from pipelines.errors import HomeError, StateError
from pipelines.full_disk import is_full, told_full
from risk_register.errors import StoreError

FULL = [
    OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    OSError(errno.EDQUOT, os.strerror(errno.EDQUOT), "/somewhere"),
    duckdb.Error('Could not write file "/x.aside.wal": No space left on device'),
    UnforeseenError("counting of facts failed: OSError at lake.py:111: No space left on device."),
    StoreError("The governance store sqlite:////x refused: database or disk is full"),
]


@pytest.mark.parametrize("error", FULL, ids=lambda error: type(error).__name__)
def test_the_folder_and_what_is_free_are_named(tmp_path: Path, error: Exception):
    with (
        pytest.raises(
            HomeError, match=rf"The disk of {tmp_path} is full: \d+ MB are free now\. What was there"
        ),
        told_full(tmp_path),
    ):
        raise error


@pytest.mark.parametrize("path", [[], ["/somewhere"]])
def test_a_file_that_may_not_grow_further_is_no_full_disk_and_the_limit_is_named(
    tmp_path: Path, path: list[str]
):
    error = OSError(errno.EFBIG, os.strerror(errno.EFBIG), *path)
    assert is_full(error)
    with pytest.raises(HomeError, match=rf"A file in {tmp_path} may not grow.*ulimit"), told_full(tmp_path):
        raise error


@pytest.mark.parametrize(
    "error", [OSError(errno.EACCES, "denied"), StateError("no messages"), KeyError("full")]
)
def test_any_other_error_passes_as_it_is(tmp_path: Path, error: Exception):
    with pytest.raises(type(error)) as caught, told_full(tmp_path):
        raise error
    assert caught.value is error
