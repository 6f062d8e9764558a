"""Retention by itself, every night: by limits that people agreed on, or a rehearsal that says what would go.

To drop is not to be undone, so nothing drops by itself before somebody has written the limits down.
"""

from __future__ import annotations

import datetime as dt

from pipelines.aside import clear_aside
from pipelines.errors import StateError
from pipelines.privacy.decisions import forget_erased
from pipelines.privacy.erasure import sweep_erased
from pipelines.privacy.limits import are_agreed
from pipelines.privacy.request import Lapse, Withdraw
from pipelines.privacy.retention import Retained, retain
from pipelines.settings import Home


def keep_limits(home: Home, withdraw: Withdraw, lapse: Lapse, *, at: dt.datetime) -> Retained:
    """Drop what is older than the agreed limits; without any, only find what would go.

    Dagster keeps what is said of it, and names of files may be names of people: it says how many.

    Raises:
        DefinitionError: limits or holds are not valid; nothing was dropped.
        StateError: a delivered file could not be checked for erased people; what is too old was dropped.
    """
    clear_aside(home, by="retention")
    on = at.date()
    is_agreed = are_agreed(home.definitions)
    unchecked: list[str] = []
    if is_agreed:
        _, unchecked = sweep_erased(home, withdraw, on=on, at=at)
    else:  # to have erased somebody was agreed, whatever limits are
        forget_erased(home, at=at)
    done = retain(home, lapse, as_of=on, at=at, is_rehearsal=not is_agreed)
    if unchecked:
        kept = say_kept(done, is_agreed=is_agreed)
        raise StateError(
            f"{kept} {len(unchecked)} delivered files cannot be checked for erased people: "
            "`plimsoll retention` names them and says what helps."
        )
    return done


def say_kept(done: Retained, *, is_agreed: bool) -> str:
    """What was dropped, or would be once limits are agreed."""
    counts = (
        f"{done.text_count} texts of {len(done.text_days)} days, findings of {len(done.finding_days)} days, "
        f"counts of {len(done.count_days)} days, {len(done.inbox_files)} delivered files and old records of "
        f"{len(done.cut_files)} others; {done.held_count} texts and {len(done.held_files)} files stay "
        "under a hold"
    )
    if done.uncut_files:
        counts += f"; {len(done.uncut_files)} are not to be looked into, and `plimsoll retention` names them"
    if is_agreed:
        return f"Dropped {counts}."
    return (
        f"Nothing was dropped, for no limits are agreed. Those that ship would drop {counts}. "
        "Write definitions/retention.yaml to agree on limits."
    )
