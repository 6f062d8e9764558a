"""Published: what the dashboard, the reports and other people's scripts read.

Keys are frozen. Columns may be added, never renamed. The file is `published-<generation>.duckdb`,
schema `published`, and is never written again once it is current.
"""

from pipelines.schemas.published.equity import EQUITY
from pipelines.schemas.published.evidence import (
    CANARY_PROBE,
    CANARY_RUN,
    DATA_QUALITY,
    DETECTOR,
    DETECTOR_CARD,
    DETECTOR_FIGURE,
    FINDING_SUMMARY,
    LANGUAGE,
    READINESS,
)
from pipelines.schemas.published.file import BUILD, DEPLOYMENT, DICTIONARY, LINEAGE
from pipelines.schemas.published.governance import APPETITE, CHANGE, CHECKLIST_ITEM, INCIDENT, REGIME, RISK
from pipelines.schemas.published.health import (
    DATA_ALERT,
    DATA_CHECK,
    DATA_DAY,
    DATA_RULE,
    FIELD_COMPLETENESS,
    RESTATEMENT,
)
from pipelines.schemas.published.judgement import (
    ALARM,
    ALARM_STREAM,
    DRIFT,
    DRIFT_SHIFT,
    INDICATOR,
    NEEDS_EYES,
    OBSERVATION,
)
from pipelines.schemas.published.measurement import (
    BRIDGE,
    CHART,
    CORRECTION,
    DETECTOR_PERFORMANCE,
    LIKELIHOOD,
    MISS_RATE,
)

TABLES = (
    BUILD, DICTIONARY, DEPLOYMENT, OBSERVATION, INDICATOR, APPETITE, ALARM, ALARM_STREAM, NEEDS_EYES, CHANGE,
    RISK, CHECKLIST_ITEM, REGIME, INCIDENT, FINDING_SUMMARY, LANGUAGE, DATA_QUALITY, READINESS, DETECTOR,
    DETECTOR_CARD, DETECTOR_FIGURE, CANARY_RUN, CANARY_PROBE, DRIFT, DRIFT_SHIFT, EQUITY, LINEAGE, LIKELIHOOD,
    CHART,
    CORRECTION, DETECTOR_PERFORMANCE, BRIDGE, MISS_RATE,
    DATA_DAY, DATA_ALERT, DATA_RULE, DATA_CHECK, FIELD_COMPLETENESS, RESTATEMENT,
)  # fmt: skip

__all__ = [
    "ALARM",
    "ALARM_STREAM",
    "APPETITE",
    "BRIDGE",
    "BUILD",
    "CANARY_PROBE",
    "CANARY_RUN",
    "CHANGE",
    "CHART",
    "CHECKLIST_ITEM",
    "CORRECTION",
    "DATA_ALERT",
    "DATA_CHECK",
    "DATA_DAY",
    "DATA_QUALITY",
    "DATA_RULE",
    "DEPLOYMENT",
    "DETECTOR",
    "DETECTOR_CARD",
    "DETECTOR_FIGURE",
    "DETECTOR_PERFORMANCE",
    "DICTIONARY",
    "DRIFT",
    "DRIFT_SHIFT",
    "EQUITY",
    "FIELD_COMPLETENESS",
    "FINDING_SUMMARY",
    "INCIDENT",
    "INDICATOR",
    "LANGUAGE",
    "LINEAGE",
    "MISS_RATE",
    "NEEDS_EYES",
    "OBSERVATION",
    "READINESS",
    "REGIME",
    "RESTATEMENT",
    "RISK",
    "TABLES",
]
