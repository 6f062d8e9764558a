"""Training rows from a home's own review labels: detection learns from the people who read.

A label is about a conversation. Where reviewers saw nothing of a signal, every message of the speaker is a
no. Where they saw it, the message that the detectors score highest is the yes, and the others stay unknown:
nobody said which. Where some of what the speaker said cannot be read here (its text has expired, or it is in
another language than the model's), or no detector scores any of it, it may have stood there: then none is a
yes. The texts stay in the home; a model trained on them is the home's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.detect.cascade import Cascade, make_cascade
from pipelines.detect.grading import CASCADE, make_gradebook
from pipelines.detect.labelled import LabelledRow, LabelMeaning, make_messages
from pipelines.detect.language import read_languages, with_languages
from pipelines.detect.training_plan import HeadPlan, TrainingPlan
from pipelines.lake.lake import Lake
from pipelines.reviewed_text import REVIEWS
from pipelines.settings import Home
from risk_register.database.store import Store
from risk_register.errors import DesignLostError
from risk_register.review.exports import export_labels
from risk_register.review.samples import list_samples

COLUMNS = ["deployment_id", "conversation_id", "message_id", "role", "text", "language"]


def read_reviewed(
    home: Home, plan: TrainingPlan, *, cascade: Cascade | None = None
) -> tuple[LabelledRow, ...]:
    """The messages of every conversation with a label that counts, labelled for the heads of the plan."""
    lake = Lake(home.lake)
    store = Store(home.governance_url)
    graders = cascade or make_cascade()
    rows: list[LabelledRow] = []
    for deployment_id in sorted({part[0] for part in lake.partitions("staging.message")}):
        answers = _read_answers(store, deployment_id)
        messages = lake.read("staging.message", deployment_id=deployment_id, columns=COLUMNS)
        if messages is None or not answers:
            continue
        is_labelled = pc.is_in(messages["conversation_id"], pa.array(sorted(answers)))
        rows += label_messages(messages.filter(is_labelled), answers, plan, cascade=graders)
    return tuple(rows)


def label_messages(
    messages: pa.Table, answers: Mapping[str, Mapping[str, int]], plan: TrainingPlan, *, cascade: Cascade
) -> list[LabelledRow]:
    """The messages (columns COLUMNS) as rows, with what their conversation's answers say of each head.

    The language is read as the detectors read it: many logs do not say it.
    """
    said_by = Counter(zip(messages["conversation_id"].to_pylist(), messages["role"].to_pylist(), strict=True))
    messages = messages.filter(pc.is_valid(messages["text"]))
    messages = with_languages(messages, read_languages(messages))
    rows = [
        LabelledRow(
            row_id=one["message_id"],
            role=one["role"],
            text=one["text"],
            language=one["language"],
            label_source="reviewers",
            cluster=one["conversation_id"],
            dataset=REVIEWS,
        )
        for one in messages.to_pylist()
        if one["role"] in ("user", "assistant") and one["text"] and one["language"] == "en"
    ]
    if not rows:
        return []
    book = make_gradebook(make_messages(rows), cascade)
    labels: list[dict[str, int | str | None]] = [{} for _ in rows]
    spoken: dict[tuple[str, str], list[int]] = {}
    for place, row in enumerate(rows):
        spoken.setdefault((row.cluster, row.role), []).append(place)
    for head in plan.heads:
        meaning = LabelMeaning.model_validate({"signals": (head.signal_id,), "role": head.role})
        score = book.grade(CASCADE, meaning).score
        for conversation_id, said in answers.items():
            places = spoken.get((conversation_id, head.role))
            if places is None:
                continue
            if _is_seen(head, said):
                highest = max(places, key=lambda place: (score[place], -place))
                if len(places) == said_by[conversation_id, head.role] and score[highest] > 0:
                    labels[highest][head.label] = 1
            else:
                for place in places:
                    labels[place][head.label] = 0
    return [row.model_copy(update={"labels": own}) for row, own in zip(rows, labels, strict=True) if own]


def _is_seen(head: HeadPlan, said: Mapping[str, int]) -> bool:
    """Whether reviewers saw the head's signal at its level; self-injury counts with the first head."""
    signals = [head.signal_id, *(["u_self_harm"] if head.level == 1 else [])]
    return any(signal in said and said[signal] >= head.level for signal in signals)


def _read_answers(store: Store, deployment_id: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for sample in list_samples(store, deployment_id):
        try:
            export = export_labels(store, sample_id=sample.sample_id, at=sample.drawn_at)
        except DesignLostError:
            continue  # nobody vouches for labels whose design is lost
        # A label that another person has still to read teaches nothing yet.
        found |= {label.conversation_id: dict(label.answers) for label in export.labels if label.is_final}
    return found


__all__ = ["COLUMNS", "label_messages", "read_reviewed"]
