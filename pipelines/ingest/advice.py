"""What the word of a reason alone does not tell: where it was met, and what is allowed or what to do.

Nothing here shows a value or a text of a log.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pipelines.ingest.files.document import is_csv
from pipelines.ingest.files.lines import LONGEST_LINE
from pipelines.ingest.reason import Reason
from pipelines.ingest.source import Rejection

WHOLE_FILE = 0
"""The position of a rejection that is about the file and no line of it."""
ADVICE = {
    Reason.MALFORMED_LINE: "not one JSON object",
    Reason.LINE_TOO_LONG: f"longer than {LONGEST_LINE // 1024 // 1024} MB",
    Reason.MISSING_FIELD: "a field that a record of this kind needs is not there, null or empty",
    Reason.WRONG_TYPE: "an id is a text or a whole number written out (not 1.2E+11), a turn a whole "
    "number, what was said a text, a mark of test traffic true or false",
    Reason.EMPTY_BODY: "a message needs text; empty ones are counted and left out",
    Reason.UNKNOWN_ROLE: "not one of the format, or of user, assistant and agent that role.values may mean",
    Reason.UNKNOWN_DETAIL: "not a stage of a handoff or a kind of notice that detail.values may mean",
    Reason.BAD_TIME: "allowed are ISO 8601 with a time of day (2026-08-03T21:15:00+02:00) or a number since "
    "1970; from 2000 on",
    Reason.FUTURE_DATE: "later than the day of delivery allows",
    Reason.BIRTH_DATE: "a date of birth is not taken in; deliver an age band",
    Reason.PRECISE_LOCATION: "a precise place is not taken in; deliver a region as ISO 3166",
    Reason.TEST_TRAFFIC: "left out and counted, no fault",
    Reason.NOT_UTF8: "in another encoding; deliver it as UTF-8",
    Reason.BINARY_FILE: "it is not text; deliver JSON lines in UTF-8, CSV or Parquet",
    Reason.BROKEN_ARCHIVE: "it ends early or is damaged; what came before was read, deliver it again",
    Reason.REPEATED_COLUMN: "two columns have the same name; give each its own",
    Reason.FILE_TOO_LARGE: "one JSON document is too large; deliver a record a line",
    Reason.UNKNOWN_FORMAT: "it is not of the format that the mapping names",
}
ROW = "not one row of CSV with a value for every column"
DOCUMENT = "; one document over many lines needs a name that ends in .json"
"""Of lines from the first on: as programs write JSON for people."""


def say_rejected(name: str, rejected: Sequence[Rejection]) -> list[str]:
    """A phrase for each reason why records of a file were not accepted, with the first places."""
    unit = "line" if re.search(r"\.(jsonl|ndjson)(\.|$)", name) else "record"
    said = []
    for reason, count in sorted(Counter(item.reason for item in rejected).items()):
        same = [item for item in rejected if item.reason is reason]
        places = [item.position for item in same][:3]
        where = f"{unit} " + ", ".join(map(str, places)) + (" ..." if count > 3 else "")
        where = "whole file" if places == [WHOLE_FILE] else where
        fields = Counter(item.field for item in same if item.field)
        if fields:
            named = [f"{name} {times}" if len(fields) > 1 else name for name, times in fields.most_common(3)]
            where = f"{', '.join(named)}{' ...' if len(fields) > 3 else ''}; {where}"
        is_row = reason is Reason.MALFORMED_LINE and is_csv(Path(name))
        advice = f"; {ROW if is_row else ADVICE[reason]}" if reason in ADVICE else ""
        advice += DOCUMENT * (reason is Reason.MALFORMED_LINE and unit == "line" and places == [1, 2, 3])
        said.append(f"{count} rejected as {reason} ({where}{advice})")
    return said
