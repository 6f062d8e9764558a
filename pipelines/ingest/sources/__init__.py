"""The formats of logs that can be read, each by one source; `FORMATS` is the only list of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from pipelines.errors import DefinitionError
from pipelines.ingest.call_log import CallLog, Extract
from pipelines.ingest.mapping import MAPPED, Mapping
from pipelines.ingest.source import Source
from pipelines.ingest.sources import anthropic, langfuse, lmsys, openai, otel_genai, sharegpt, wildchat
from pipelines.ingest.sources.mapped import MappedSource


@dataclass(frozen=True)
class Format:
    """A format: its name on the command line and in a mapping, and what makes its source."""

    name: str
    make: Callable[[Mapping], Source]


def _log(extract: Extract, supported: str) -> Callable[[Mapping], Source]:
    return lambda mapping: CallLog(extract, supported, ZoneInfo(mapping.deployment.zone))


FORMATS = (
    Format(MAPPED, MappedSource),
    Format("langfuse", _log(langfuse.extract, langfuse.SUPPORTED)),
    Format("otel_genai", _log(otel_genai.extract, otel_genai.SUPPORTED)),
    Format("openai", _log(openai.extract, openai.SUPPORTED)),
    Format("anthropic", _log(anthropic.extract, anthropic.SUPPORTED)),
    Format("sharegpt", _log(sharegpt.extract, sharegpt.SUPPORTED)),
    Format("wildchat", _log(wildchat.extract, wildchat.SUPPORTED)),
    Format("lmsys", _log(lmsys.extract, lmsys.SUPPORTED)),
)


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
