"""What the shipped cascade makes of the texts of a probe."""

from dataclasses import dataclass
from functools import cache

from pipelines.detect.cascade import make_cascade
from pipelines.detect.grading import make_gradebook
from pipelines.detect.labelled import LabelledRow, load_label_map, make_messages
from tests.unit.pipelines.detect.probe_texts import read_probe


@dataclass(frozen=True)
class Seen:
    """One sentence, its list, and what the cascade made of it."""

    text: str
    group: str
    is_unseen: bool
    is_alert: bool
    is_sieved: bool
    is_high: bool


@cache
def look(name: str) -> tuple[Seen, ...]:
    """Every sentence of a probe, scored as one batch."""
    told = [
        (group, place, text) for group, texts in read_probe(name).items() for place, text in enumerate(texts)
    ]
    rows = [
        LabelledRow.model_validate({"row_id": str(number), "role": "user", "text": text, "language": "en"})
        for number, (_, _, text) in enumerate(told)
    ]
    book = make_gradebook(make_messages(rows), make_cascade())
    labels = load_label_map().labels
    risk = book.grade("cascade", labels["self_harm_or_suicide"])
    high = book.grade("cascade", labels["suicide_high_risk"])
    return tuple(
        Seen(text, group, place % 2 == 1, bool(alert), bool(sieved), bool(grave))
        for (group, place, text), alert, sieved, grave in zip(
            told, risk.alert, risk.sieve, high.alert, strict=True
        )
    )


def choose(name: str, groups: tuple[str, ...] = (), **flags: bool) -> list[str]:
    """The sentences of these lists (all, unless said) with these marks."""
    return [
        one.text
        for one in look(name)
        if (not groups or one.group in groups)
        and all(getattr(one, flag) is value for flag, value in flags.items())
    ]
