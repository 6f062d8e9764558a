"""The indicators of a home: those that ship, the share of each own signal, and an operator's own files.

`<home>/definitions/indicators/` mirrors `sql/indicators/`: an SQL file counts, a YAML file says what. An own
signal needs neither: the share of conversations that show it is counted by itself.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipelines.definition_file import InvalidFileError, Problem
from pipelines.indicators.definition import Change, Definition, definition_version, load_definitions
from pipelines.indicators.vocabulary import Direction, Family, Kind, Status, Unit
from pipelines.own_signal import PREFIX, ROUTE, OwnSignal, load_own_signals
from pipelines.settings import REPOSITORY, Home
from risk_register.definition import Polarity

OWN_INDICATORS = "indicators"
SHARE = REPOSITORY / "sql" / "own" / "own_signal_share.sql"
MINIMUM = 20
"""Conversations below which a share is not judged, as for the shipped shares."""
BETTER = {
    Polarity.USER_RISK: Direction.NEITHER,
    Polarity.ASSISTANT_HARM: Direction.LOWER_IS_BETTER,
    Polarity.PROTECTIVE: Direction.HIGHER_IS_BETTER,
}


@cache
def load_shipped_definitions() -> tuple[Definition, ...]:
    """Those that ship, read once a process."""
    return load_definitions()


def load_home_definitions(home: Home) -> tuple[Definition, ...]:
    """Every indicator that is counted in a home, by id.

    Raises:
        InvalidFileError: a file of the operator's is not valid; every problem of every file.
    """
    shares = tuple(_make_share(signal) for signal in load_own_signals(home.definitions))
    own = load_own_indicators(home.definitions / OWN_INDICATORS, taken={one.indicator_id for one in shares})
    return tuple(sorted((*load_shipped_definitions(), *shares, *own), key=lambda one: one.indicator_id))


def list_usable_definitions(home: Home) -> tuple[Definition, ...]:
    """The same, or those that ship alone while a file of the operator's is not valid.

    For what must go on then, such as calls to people. Counting reads `load_home_definitions` and refuses.
    """
    try:
        return load_home_definitions(home)
    except InvalidFileError:
        return load_shipped_definitions()


def load_own_indicators(folder: Path, *, taken: set[str]) -> tuple[Definition, ...]:
    """The indicators of an operator's own files; `taken` are ids of the shares of own signals.

    Raises:
        InvalidFileError: a file is not valid, its id is not one's own, or a signal has that id.
    """
    strange = [
        Problem(path, 1, "", ROUTE)
        for path in sorted(folder.glob("*.yaml"))
        if not path.stem.startswith(PREFIX)
    ]
    repeated = [
        Problem(folder / f"{name}.yaml", 1, "", "a signal has this id, and its share is counted by itself")
        for name in sorted(taken)
        if (folder / f"{name}.yaml").exists()
    ]
    if strange or repeated:
        raise InvalidFileError([*strange, *repeated])
    return load_definitions(folder)


def _make_share(signal: OwnSignal) -> Definition:
    sql = SHARE.read_text(encoding="utf-8")
    return Definition(
        indicator_id=signal.id,
        title=f"{signal.title} (own signal)",
        question=f"How many conversations show this: {signal.definition}",
        numerator="conversations in which patterns of this home found it",
        denominator="conversations in which they could read a message of that side",
        kind=Kind.PROPORTION,
        direction=BETTER[signal.polarity],
        family=Family.OWN,
        minimum_denominator=MINIMUM,
        parameters={"signal_id": signal.id},
        unit=Unit.CONVERSATION,
        needs=(f"signal:{signal.id}",),
        owner=signal.owner,
        status=Status.DRAFT,
        drafted_by=signal.drafted_by,
        checked_by=None,
        review_due_on=signal.review_due_on,
        changes=(Change(on=signal.added_on, what="Added by this home.", by=signal.drafted_by),),
        sql=sql,
        definition_version=definition_version(sql, signal.model_dump_json()),
    )
