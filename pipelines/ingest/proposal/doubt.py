"""What a person should settle before a proposed mapping is used: what a sample of their log leaves open.

Each doubt is a sentence with names of fields, counts and short words that repeat; never a free text.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipelines.ingest.field import LONGEST_DAY, NO_VALUE, NUMBER, SHORTENED, find
from pipelines.ingest.mapping import IDS
from pipelines.ingest.proposal.code_word import MOST_WORDS

ENVIRONMENT = re.compile(r"(^|[._])(env|environment|deployment_environment|stage)$", re.I)
TEST_WORDS = frozenset(
    {"test", "testing", "staging", "stage", "dev", "development", "qa", "synthetic", "internal", "ci",
     "sandbox", "loadtest"}
)  # fmt: skip
NEEDED = ("thread", "role", "text", "sent_at")
SHOWN = 12
PLAIN_NAME = re.compile(r"[\w. -]{1,40}")
"""Names that are longer or hold other signs may be data: some logs use ids, even texts, as names."""


def find_test_traffic(paths: Mapping[str, Iterable[str]]) -> dict[str, Any] | None:
    """The field that tells tests from people, and the values that mean a test; None where no field does."""
    for path, values in sorted(paths.items()):
        words = set(values)
        tests = sorted(word for word in words if word.lower() in TEST_WORDS)
        if ENVIRONMENT.search(path) and tests and len(words) <= MOST_WORDS:
            return {"field": path, "values": dict.fromkeys(tests, "true")}
    return None


def say_lacking(fields: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> list[str]:
    """How many records lack a field that a message must have: they would be rejected."""
    paths = [path for name, path in _paths_of(fields).items() if name in NEEDED]
    lacking = [path for record in records
               if (path := next((one for one in paths if not _holds(record, one)), None))]  # fmt: skip
    if not lacking:
        return []
    named = ", ".join(f"{path} in {lacking.count(path)}" for path in dict.fromkeys(lacking))
    return [
        f"{len(lacking)} of {len(records)} lack a field that a message needs ({named}): rejected. "
        "Records of another kind need a rule of their own, or their files a mapping of their own."
    ]


def say_times(path: str, values: Iterable[object]) -> list[str]:
    """Times that cannot be read, and times without an offset, which are read in the deployment's zone."""
    readings = [read_time(value) for value in values]
    unread, local = readings.count(None), readings.count(False)
    said = []
    if unread:
        said.append(
            f"{path}: {unread} of {len(readings)} times are neither ISO 8601 with a time of day "
            "(2026-08-03T21:15:00+02:00) nor a number since 1970, and would be rejected as bad_time. Change "
            "the export."
        )
    if local:
        said.append(
            f"{path}: {local} of {len(readings)} times have no offset from UTC and are read in the zone of "
            "the deployment. If your servers write in another zone, let the export write the offset."
        )
    return said


def say_no_values(fields: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Ids and labels that are a word for no value, and ids that a spreadsheet shortened."""
    said = []
    for name, path in _paths_of(fields).items():
        values = [value for value in values_at(records, path) if isinstance(value, str)]
        if (count := sum(value in NO_VALUE for value in values)) and name not in ("role", "text"):
            said.append(
                f"{path}: {count} of {len(records)} are NULL, \\N or another word for no value. In CSV they "
                "are read as missing, elsewhere as what they say; let the export leave them empty."
            )
        count = sum(SHORTENED.fullmatch(value) is not None for value in values)
        if count and name in IDS:
            said.append(
                f"{path}: {count} of {len(records)} ids are numbers that a spreadsheet shortened (1.2E+11): "
                "different ids fall together. They would be rejected as wrong_type; export ids as texts."
            )
    return said


def say_others(name: str, path: str, others: Sequence[str]) -> list[str]:
    """Which other fields look like the one that was taken."""
    if not others:
        return []
    more = ". If the day and the time of day lie apart, let the export join them" * (name == "sent_at")
    shown = ", ".join(others[:SHOWN])
    return [f"{name} is read from {path}; {shown} look{'s' * (len(others) == 1)} like it, too{more}."]


def say_nobody(path: str, *, value_count: int, thread_count: int) -> list[str]:
    """A user that is the same in every thread may be a product or a firm."""
    if value_count > 1 or thread_count < 2:
        return []
    return [f"user is read from {path}, which is the same in all {thread_count} threads. Is it a person?"]


def say_shared(fields: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> list[str]:
    """Threads in which several users write: numbers that begin anew for each user join different people."""
    paths = {name: tuple(path.split(".")) for name, path in _paths_of(fields).items()}
    means_user = {value for value, role in fields["role"]["values"].items() if role == "user"}
    users: dict[str, set[str]] = defaultdict(set)
    for record in records:
        thread, user = find(record, paths["thread"]), find(record, paths["user"])
        if thread is not None and user is not None and str(find(record, paths["role"])) in means_user:
            users[str(thread)].add(str(user))
    count = sum(len(several) > 1 for several in users.values())
    if not count:
        return []
    thread, user = (".".join(paths[name]) for name in ("thread", "user"))
    return [
        f"In {count} of {len(users)} threads ({thread}) several users ({user}) write. If the log numbers the "
        "threads of each user anew, different people would be read as one conversation: do not use this "
        "proposal then; let the export write an id that no two users share, such as user and number joined."
    ]


def say_not_found(missing: Iterable[str], columns: Mapping[str, int], count: int) -> str:
    """What a message needs and no field looks like, with the names there are."""
    usual = [name for name, seen in columns.items() if 2 * seen > count and PLAIN_NAME.fullmatch(name)]
    more = " ..." if len(usual) > SHOWN else ""
    return (
        f"no field looks like {', '.join(missing)}, which a message needs. "
        f"Write them under fields yourself; there are: {', '.join(usual[:SHOWN]) or 'none'}{more}."
    )


def say_lists(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Lists in most records, into which no mapping looks: the messages may lie there."""
    counts = Counter(name for one in records for name, value in one.items() if isinstance(value, list))
    usual = sorted(
        name for name, seen in counts.items() if 2 * seen > len(records) and PLAIN_NAME.fullmatch(name)
    )
    if not usual:
        return []
    return [
        f"{', '.join(usual[:SHOWN])}: lists, which a mapping does not look into. If the messages lie there, "
        "the format sharegpt reads them where the list is called messages or conversations and each has role "
        "and content; else let the export write a record for each message."
    ]


def _paths_of(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: path_of(rule) for name, rule in fields.items()}


def _holds(record: Mapping[str, Any], path: str) -> bool:
    value = find(record, tuple(path.split(".")))
    return value is not None and not (isinstance(value, str) and not value.strip())


def path_of(rule: Any) -> str:
    """Where a field of a proposal lies, whether or not its values are given a meaning."""
    path: str = rule["field"] if isinstance(rule, dict) else rule
    return path


def values_at(records: Iterable[Mapping[str, Any]], path: str) -> list[object]:
    """What the records hold at a path, where they hold anything."""
    wanted = tuple(path.split("."))
    return [value for one in records if (value := find(one, wanted)) is not None]


def read_time(value: object) -> bool | None:
    """Whether a time is certain; False without an offset, None where it cannot be read."""
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        if len(value) <= LONGEST_DAY:
            return None
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, dt.datetime):
        return value.tzinfo is not None
    return (
        True
        if isinstance(value, int | float | str | decimal.Decimal) and not isinstance(value, bool)
        else None
    )
