"""Alarms of the published file together with what people have decided about them since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dashboards.published import Reader
from dashboards.records import Alarm
from risk_register.alarm.cases import CaseRecord, list_cases
from risk_register.alarm.states import CaseState
from risk_register.alarm.suspected_changes import KIND as SUSPECTED
from risk_register.database.store import Store

DECIDED = frozenset({CaseState.ACKNOWLEDGED, CaseState.RESOLVED})
UNSAID = frozenset({None, "passed"})  # what an alarm turned out to have been, where nobody has said it


def read_alarms(reader: Reader, store: Store, deployment_id: str) -> tuple[Alarm, ...]:
    """The alarms of a deployment as they stand now, for every place that says which are open or call."""
    return merge_cases(reader.alarms(deployment_id), list_cases(store, deployment_id))


def merge_cases(alarms: Sequence[Alarm], cases: Iterable[CaseRecord]) -> tuple[Alarm, ...]:
    """Each alarm in the state that people gave it; what they decided is newer than the file.

    The file calls resolved what the data let go of as well; that is passed while nobody has said what it was.
    """
    known: Mapping[str, CaseRecord] = {case.alarm_id: case for case in cases}
    return tuple(_merge(alarm, known.get(alarm.alarm_id)) for alarm in alarms)


def _merge(alarm: Alarm, case: CaseRecord | None) -> Alarm:
    if case is None or case.state not in DECIDED:
        is_unsaid = alarm.state == CaseState.RESOLVED and alarm.resolution in UNSAID
        return replace(alarm, state=CaseState.PASSED.value) if is_unsaid else alarm
    return replace(
        alarm,
        state=case.state.value,
        resolution=case.resolution.value if case.resolution else None,
        is_paging=False,
    )


def list_suspected(alarms: Sequence[Alarm]) -> list[Alarm]:
    """Of alarms, the open ones that ask whether something changed that nobody declared."""
    return [one for one in alarms if one.kind == SUSPECTED and one.is_open]
