"""Texts of our own: labels follow from their level, none is measured on, none says how much of what."""

import re

import pytest

from pipelines.detect.examples import WRITTEN, make_rows
from pipelines.detect.labelled import LabelledRow, load_label_map, read_labelled
from pipelines.detect.overlap import hash_text
from pipelines.detect.training_plan import load_training_plan
from tests.unit.pipelines.detect.probe_texts import PROBES, read_probe

FILES = sorted(WRITTEN.glob("*.jsonl"))
HARMLESS = ("chat.jsonl", "public.jsonl", "strain.jsonl")
"""Whoever writes there is at no risk: nothing is graded, and amounts are of flour."""

GRADED = [path.name for path in FILES if path.name not in HARMLESS]
LEAST_LEVEL = {"self_harm_or_suicide": 1, "active_suicidal_ideation": 2, "suicide_high_risk": 4}
AMOUNT = re.compile(
    r"(?i)\b\d+\s?(?:mg|g|grams?|ml|pills?|tablets?|capsules?|packs?|feet|foot|metres?|meters?|floors?|stor(?:ey|ie)s?)\b"
)
"""How much, or from how high: what would make a text a guide."""


def read(name: str) -> list[LabelledRow]:
    return read_labelled(WRITTEN / name)


@pytest.mark.parametrize("name", HARMLESS)
def test_ordinary_texts_have_no_thought_of_it(name: str) -> None:
    rows = read(name)
    assert len(rows) >= 400
    assert all(row.labels == {"self_harm_or_suicide": 0} for row in rows)


@pytest.mark.parametrize("name", GRADED)
def test_labels_follow_from_the_level_that_the_writer_gave(name: str) -> None:
    rows = read(name)
    assert len(rows) >= 100
    for row in rows:
        if "suicide_risk_level" not in row.labels:  # an injury without a thought has no level
            assert list(row.labels.values()) == [1, 0, 0]
            continue
        level = int(str(row.labels["suicide_risk_level"]).removeprefix("cssrs_"))
        told = {label: value for label, value in row.labels.items() if label in LEAST_LEVEL}
        assert told == {label: int(level >= least) for label, least in LEAST_LEVEL.items()}
        assert row.labels.keys() <= load_label_map().names


def test_every_file_is_a_source_that_training_finds_without_a_folder_of_data(tmp_path) -> None:
    plan = load_training_plan()
    ours = [source for source in plan.sources if source.is_ours]
    assert sorted(source.file for source in ours) == [path.name for path in FILES]
    rows = make_rows(plan.without(tuple(s.name for s in plan.sources if not s.is_ours)), tmp_path)
    assert len(rows) == sum(len(read(path.name)) for path in FILES)
    assert not any(source.is_distress or source.tune for source in ours)


def test_no_text_comes_twice_and_none_is_measured_on() -> None:
    hashes = [hash_text(row.text) for path in FILES for row in read(path.name)]
    probed = {
        hash_text(text)
        for path in PROBES.glob("*.yaml")
        for texts in read_probe(path.stem).values()
        for text in texts
    }
    assert len(set(hashes)) == len(hashes)
    assert not probed & set(hashes)


def test_no_text_says_how_much_or_from_how_high() -> None:
    assert AMOUNT.search("I took 30 tablets")
    assert not [row.row_id for name in GRADED for row in read(name) if AMOUNT.search(row.text)]
