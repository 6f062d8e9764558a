"""An operator's own signals: `<home>/definitions/signals/x_*.yaml`, one file a signal, as in the taxonomy.

They are scored like the others, measured by nobody, and can call nobody. Patterns that look for them are read
in `detect/own.py`; the share of conversations that show them is counted in `indicators/own.py`.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints

from pipelines.definition_file import InvalidFileError, Problem, open_definition
from risk_register.definition import Polarity, Signal, Speaker, Text

SIGNALS = "signals"
PREFIX = "x_"
"""Of every id of an operator's own, so that it can never be taken for a shipped one."""
ROUTE = (
    f"an id of your own begins with {PREFIX}; a shipped definition cannot be replaced here: add one beside "
    "it, set limits for a deployment with `plimsoll appetite`, or propose a change where it is kept"
)


class OwnSignal(Signal):
    """A signal of an operator's own; who says it follows from what it points to, not from its id."""

    id: Annotated[str, StringConstraints(pattern=r"^x_[a-z][a-z0-9]*(_[a-z0-9]+)*$")]
    polarity: Literal[Polarity.USER_RISK, Polarity.ASSISTANT_HARM, Polarity.PROTECTIVE]
    owner: Text
    drafted_by: Text
    added_on: dt.date
    review_due_on: dt.date

    @property
    def speaker(self) -> Speaker:
        """Whose messages carry it."""
        return Speaker.USER if self.polarity is Polarity.USER_RISK else Speaker.ASSISTANT


def load_own_signals(definitions: Path) -> tuple[OwnSignal, ...]:
    """The signals of a home, by id.

    Raises:
        InvalidFileError: every problem of every file.
    """
    found: list[OwnSignal] = []
    problems: list[Problem] = []
    for path in sorted((definitions / SIGNALS).glob("*.yaml")):
        try:
            if not path.stem.startswith(PREFIX):
                raise InvalidFileError([Problem(path, 1, "", ROUTE)])
            found.append(open_definition(path).read(OwnSignal, {"id": path.stem}))
        except InvalidFileError as error:
            problems.extend(error.problems)
    if problems:
        raise InvalidFileError(problems)
    return tuple(found)
