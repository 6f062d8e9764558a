"""The key risk indicators of a risk: how they stand, and the worst of them.

Pure: published statuses are passed in, nothing is looked up. A KRI names an indicator and a slice, never a
number; what is unknown is never taken for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from risk_register.content import Kri

# From calm to alarming; unknown stands above what is within its appetite.
ATTENTION = ("not_applicable", "within", "no_appetite_set", "insufficient_data", "watch", "breach")
UNKNOWN = "insufficient_data"


def find_status(kri: Kri, statuses: Mapping[tuple[str, str, str], str]) -> str:
    """How a KRI stands, in `statuses` by indicator, slice and slice value; what is not there is unknown."""
    return statuses.get((kri.indicator, kri.slice, kri.slice_value), UNKNOWN)


def find_worst(kris: Iterable[Kri], statuses: Mapping[tuple[str, str, str], str]) -> str:
    """The status that asks for most attention; unknown for a risk without KRIs."""
    return max((find_status(kri, statuses) for kri in kris), key=ATTENTION.index, default=UNKNOWN)


def split_name(name: str) -> tuple[str, str, str]:
    """Indicator, slice and slice value of what `name_kri` wrote."""
    indicator, _, group = name.removesuffix("]").partition("[")
    part, _, value = group.partition("=")
    return (indicator, part, value) if group else (indicator, "all", "all")


def name_kri(kri: Kri) -> str:
    """A KRI as one word: the indicator, and in brackets the slice if it is not the whole deployment."""
    return kri.indicator if kri.slice == "all" else f"{kri.indicator}[{kri.slice}={kri.slice_value}]"
