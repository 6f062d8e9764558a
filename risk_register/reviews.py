"""Reviews: people look at a random part of what was said, and their labels correct the numbers.

The one place to import reviews from; each rule lives in the module named for its noun. Frames come from the
pipelines, estimates from `methods.correction`; neither is known here.
"""

from __future__ import annotations

from risk_register.danger import PageRecord, list_pages, mark_sent, raise_danger, take_page
from risk_register.review_exports import ExportedLabel, LabelExport, Tally, export_labels, tally
from risk_register.review_frame import Frame, FrameStratum, FrameUnit
from risk_register.review_labels import (
    Submitted,
    check_answers,
    find_item_conversation,
    list_rubric,
    read_verdict,
    submit_label,
)
from risk_register.review_queue import ReviewTask, next_item, pass_on
from risk_register.review_results import Progress, StratumProgress, list_double_labels, read_progress
from risk_register.review_samples import SampleRecord, draw_sample, find_sample, list_samples, verify_draw
from risk_register.review_states import (
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
from risk_register.review_withdrawal import forget_conversations
from risk_register.reviewers import ReviewerRecord, list_topics, set_reviewer

__all__ = [
    "CLOCKS",
    "DOUBLE_SHARE",
    "LOCK_TIME",
    "MEASUREMENT_SHARE",
    "SEVERE_A_DAY",
    "TRANSITIONS",
    "ExportedLabel",
    "Frame",
    "FrameStratum",
    "FrameUnit",
    "ItemStatus",
    "LabelExport",
    "Lane",
    "PageRecord",
    "Progress",
    "Purpose",
    "ReviewTask",
    "ReviewerRecord",
    "SampleRecord",
    "StratumProgress",
    "Submitted",
    "Tally",
    "check_answers",
    "draw_sample",
    "export_labels",
    "find_item_conversation",
    "find_sample",
    "forget_conversations",
    "list_double_labels",
    "list_pages",
    "list_rubric",
    "list_samples",
    "list_topics",
    "mark_sent",
    "next_item",
    "pass_on",
    "raise_danger",
    "read_progress",
    "read_verdict",
    "set_reviewer",
    "submit_label",
    "take_page",
    "tally",
    "verify_draw",
]
