"""Reviews: people look at a random part of what was said, and their labels correct the numbers.

The one place to import reviews from; each rule lives in the module named for its noun. Frames come from the
pipelines, estimates from `methods.correction`; neither is known here.
"""

from __future__ import annotations

from risk_register.review.exports import ExportedLabel, LabelExport, Tally, export_labels, tally
from risk_register.review.flags import FlaggedItem, flag_item, is_flagged, list_flagged
from risk_register.review.frame import Frame, FrameStratum, FrameUnit
from risk_register.review.labels import (
    Submitted,
    check_answers,
    find_item_conversation,
    find_risk_level,
    list_rubric,
    read_verdict,
    submit_label,
)
from risk_register.review.pace import LaneLengths, OwnPace, read_lanes, read_own_pace
from risk_register.review.queue import ReviewTask, next_item, open_task, pass_on, recuse
from risk_register.review.readers import Wait, find_waits
from risk_register.review.results import Progress, StratumProgress, list_double_labels, read_progress
from risk_register.review.reviewers import ReviewerRecord, list_topics, read_reviewer, set_reviewer
from risk_register.review.samples import SampleRecord, draw_sample, find_sample, list_samples, verify_draw
from risk_register.review.settings import ReviewSettings, read_settings, set_settings
from risk_register.review.states import (
    CLOCKS,
    DOUBLE_SHARE,
    LOCK_TIME,
    MEASUREMENT_SHARE,
    SEVERE_A_DAY,
    TRANSITIONS,
    ItemStatus,
    Lane,
    Purpose,
)
from risk_register.review.withdrawal import forget_person

__all__ = [
    "CLOCKS",
    "DOUBLE_SHARE",
    "LOCK_TIME",
    "MEASUREMENT_SHARE",
    "SEVERE_A_DAY",
    "TRANSITIONS",
    "ExportedLabel",
    "FlaggedItem",
    "Frame",
    "FrameStratum",
    "FrameUnit",
    "ItemStatus",
    "LabelExport",
    "Lane",
    "LaneLengths",
    "OwnPace",
    "Progress",
    "Purpose",
    "ReviewSettings",
    "ReviewTask",
    "ReviewerRecord",
    "SampleRecord",
    "StratumProgress",
    "Submitted",
    "Tally",
    "Wait",
    "check_answers",
    "draw_sample",
    "export_labels",
    "find_item_conversation",
    "find_risk_level",
    "find_sample",
    "find_waits",
    "flag_item",
    "forget_person",
    "is_flagged",
    "list_double_labels",
    "list_flagged",
    "list_rubric",
    "list_samples",
    "list_topics",
    "next_item",
    "open_task",
    "pass_on",
    "read_lanes",
    "read_own_pace",
    "read_progress",
    "read_reviewer",
    "read_settings",
    "read_verdict",
    "recuse",
    "set_reviewer",
    "set_settings",
    "submit_label",
    "tally",
    "verify_draw",
]
