"""The formats of logs that can be read, each by one source; `FORMATS` is the only list of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.errors import DefinitionError
from pipelines.ingest.calls.call_log import CallLog, Extract
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.files.document import Item
from pipelines.ingest.mapping import MAPPED, SQL, Mapping
from pipelines.ingest.source import Source
from pipelines.ingest.sources import anthropic, langfuse, lmsys, openai, otel_genai, sharegpt, wildchat
from pipelines.ingest.sources.mapped import MappedSource


@dataclass(frozen=True)
class Format:
    """A format: its name on the command line and in a mapping, and what makes its source."""

    name: str
    make: Callable[[Mapping], Source]
    extract: Extract | None = None


def _log(name: str, extract: Extract, supported: str) -> Format:
    return Format(
        name,
        lambda mapping: CallLog(extract, supported, ZoneInfo(mapping.deployment.zone), mapping.test_traffic),
        extract,
    )


FORMATS = (
    Format(MAPPED, MappedSource),
    _log("langfuse", langfuse.extract, langfuse.SUPPORTED),
    _log("otel_genai", otel_genai.extract, otel_genai.SUPPORTED),
    _log("openai", openai.extract, openai.SUPPORTED),
    _log("anthropic", anthropic.extract, anthropic.SUPPORTED),
    _log("sharegpt", sharegpt.extract, sharegpt.SUPPORTED),
    _log("wildchat", wildchat.extract, wildchat.SUPPORTED),
    _log("lmsys", lmsys.extract, lmsys.SUPPORTED),
    Format(SQL, MappedSource),  # rows of a query, which come as lines of JSON
)


def recognise(record: dict[str, Any]) -> list[str]:
    """Names of the formats that find a call of a model in a record; `mapped` needs a person to say."""
    logs = {one.name: CallLog(one.extract, "", ZoneInfo("UTC")) for one in FORMATS if one.extract is not None}
    return [name for name, log in logs.items() if _has_call(log, record)]


def _has_call(log: CallLog, record: dict[str, Any]) -> bool:
    found = log.read_calls(Item(1, record))
    return any(isinstance(one, Call) and one.said for one in found)


def make_source(mapping: Mapping) -> Source:
    """The source that a mapping asks for.

    Raises:
        DefinitionError: the mapping names a format that does not exist.
    """
    for one in FORMATS:
        if one.name == mapping.format:
            return one.make(mapping)
    known = ", ".join(one.name for one in FORMATS)
    raise DefinitionError(f"format {mapping.format!r} is not one of those that can be read: {known}.")
