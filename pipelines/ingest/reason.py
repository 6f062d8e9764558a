"""Why what was delivered was not taken in: the words that the ledger, the page and the command line share."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a record, or a whole file, was rejected."""

    MALFORMED_LINE = "malformed_line"  # not one JSON object, or not one row of CSV
    LINE_TOO_LONG = "line_too_long"  # longer than the limit
    UNKNOWN_RECORD = "unknown_record"  # no rule of the mapping applies
    MISSING_FIELD = "missing_field"  # a required field is absent or null
    WRONG_TYPE = "wrong_type"  # a field holds something else than it must
    UNKNOWN_ROLE = "unknown_role"  # a role that the mapping does not name
    UNKNOWN_DETAIL = "unknown_detail"  # a handoff stage or kind of notice that the mapping does not name
    BAD_TIME = "bad_time"  # neither ISO 8601 with a time of day nor an epoch number
    FUTURE_DATE = "future_date"  # later than the delivery allows
    EMPTY_BODY = "empty_body"  # a message without text
    BIRTH_DATE = "birth_date"  # in the place of a label; map an age band instead
    PRECISE_LOCATION = "precise_location"  # coordinates or a street in the place of a label
    TEST_TRAFFIC = "test_traffic"  # marked as a test by the operator; left out, and no fault
    ERASED = "erased"  # of a person or thread that was erased; where it stood is not kept
    UNKNOWN_FORMAT = "unknown_format"  # the whole file: not of the named format, or another version
    REPEATED_COLUMN = "repeated_column"  # the whole file: two columns of CSV have the same name
    FILE_TOO_LARGE = "file_too_large"  # the whole file: one JSON document beyond the limit; lines have none
    BINARY_FILE = "binary_file"  # the whole file: not text
    NOT_UTF8 = "not_utf8"  # a line, or the whole file: another encoding
    BROKEN_ARCHIVE = "broken_archive"  # the whole file: gzip that does not unpack
