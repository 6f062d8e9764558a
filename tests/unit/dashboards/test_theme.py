"""Every state has a word, a shape and a colour; shapes are drawn; colours can be read on both schemes."""

import re
from pathlib import Path

import pytest

from dashboards import theme, vocabulary
from dashboards.theme import (
    PALETTES,
    STATUS_MARKS,
    Direction,
    Scheme,
    Status,
    Tone,
    Variation,
    mark_variation,
)
from methods.drift import DriftStatus
from methods.equity import EquityStatus
from methods.miss_rate import MissState
from pipelines.assess.level.status import Status as AssessedStatus
from pipelines.schemas.published.judgement import ALARM
from risk_register.acceptability import Acceptability
from risk_register.alarm.states import CaseState
from risk_register.incident.states import IncidentStatus
from risk_register.item.checklist import ItemStatus

ASSETS = Path(theme.__file__).parent / "assets"
VOCABULARIES = {
    "status": theme.STATUS_MARKS,
    "absence": theme.ABSENCE_MARKS,
    "readiness": theme.READINESS_MARKS,
    "checklist": theme.CHECKLIST_MARKS,
    "acceptability": theme.ACCEPTABILITY_MARKS,
    "badge": theme.BADGE_MARKS,
    "alarm": vocabulary.ALARM_MARKS,
    "miss": vocabulary.MISS_MARKS,
    "equity": vocabulary.EQUITY_MARKS,
    "drift": vocabulary.DRIFT_MARKS,
    "incident": vocabulary.INCIDENT_MARKS,
    "appetite": vocabulary.APPETITE_MARKS,
    "report": vocabulary.REPORT_MARKS,
}
READABLE = 4.5  # WCAG 2.2 AA for text


@pytest.mark.parametrize("name", VOCABULARIES)
def test_no_two_states_share_a_word_or_a_shape(name):
    marks = list(VOCABULARIES[name].values())
    assert len(marks) > 1
    assert len({mark.word for mark in marks}) == len({mark.shape for mark in marks}) == len(marks)
    assert all(mark.sentence.endswith(".") for mark in marks)


def test_every_state_of_the_closed_vocabularies_has_a_mark():
    assert set(STATUS_MARKS) == set(Status)
    assert set(theme.ABSENCE_MARKS) == set(theme.Absence)
    assert set(theme.CHECKLIST_MARKS) == {status.value for status in ItemStatus}
    assert set(theme.ACCEPTABILITY_MARKS) == {verdict.value for verdict in Acceptability}


def test_what_is_assessed_elsewhere_has_its_marks_here():
    assert set(vocabulary.MISS_MARKS) == {state.value for state in MissState}
    assert set(vocabulary.EQUITY_MARKS) == {status.value for status in EquityStatus}
    assert set(vocabulary.DRIFT_MARKS) == {status.value for status in DriftStatus} | {"reference"}
    assert set(vocabulary.INCIDENT_MARKS) == {status.value for status in IncidentStatus}
    declared = next(column for column in ALARM.columns if column.name == "state").meaning
    in_the_file = set(declared.rstrip(".").replace(" or ", ", ").split(", "))
    assert set(vocabulary.ALARM_MARKS) == in_the_file | {CaseState.PASSED}
    assert set(vocabulary.ALARM_MARKS) == set(CaseState)
    assert vocabulary.ALARM_MARKS[CaseState.PASSED].tone is theme.Tone.UNKNOWN


def test_statuses_are_those_that_are_assessed_in_the_same_order():
    assert [status.value for status in Status] == [status.value for status in AssessedStatus]


def test_unknown_is_never_ranked_with_good_nor_coloured_like_it():
    for unknown in (Status.NO_APPETITE_SET, Status.INSUFFICIENT_DATA):
        assert theme.rank_status(Status.WITHIN) < theme.rank_status(unknown) < theme.rank_status(Status.WATCH)
        assert STATUS_MARKS[unknown].tone is Tone.UNKNOWN


@pytest.mark.parametrize(
    ("variation", "direction", "word", "tone"),
    [
        (Variation.SPECIAL_CAUSE_HIGH, Direction.LOWER_IS_BETTER, "higher, worse", Tone.CONCERN),
        (Variation.SPECIAL_CAUSE_LOW, Direction.LOWER_IS_BETTER, "lower, better", Tone.CALM),
        (Variation.SPECIAL_CAUSE_HIGH, Direction.HIGHER_IS_BETTER, "higher, better", Tone.CALM),
        (Variation.SPECIAL_CAUSE_LOW, Direction.HIGHER_IS_BETTER, "lower, worse", Tone.CONCERN),
        (Variation.SPECIAL_CAUSE_HIGH, Direction.NEITHER, "higher than usual", Tone.UNKNOWN),
        (Variation.COMMON_CAUSE, Direction.LOWER_IS_BETTER, "usual variation", Tone.QUIET),
    ],
)
def test_whether_a_special_cause_is_good_depends_on_the_direction(variation, direction, word, tone):
    mark = mark_variation(variation, direction)
    assert (mark.word, mark.tone) == (word, tone)


def test_every_shape_and_every_tone_is_drawn():
    drawn = (ASSETS / "marks.css").read_text()
    assert [shape for shape in theme.Shape if f".shape-{shape} " not in drawn] == []
    assert [tone for tone in Tone if f".tone-{tone} " not in drawn] == []


def read_tokens(scheme: Scheme) -> dict[str, str]:
    light, dark = (ASSETS / "tokens.css").read_text().split(':root[data-mantine-color-scheme="dark"]')
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light if scheme is Scheme.LIGHT else dark))


@pytest.mark.parametrize("scheme", Scheme)
def test_figures_and_pages_have_the_same_colours(scheme):
    tokens, palette = read_tokens(scheme), PALETTES[scheme]
    assert (tokens["surface"], tokens["ink"], tokens["muted"], tokens["line"]) == (
        palette.surface, palette.ink, palette.muted, palette.line,
    )  # fmt: skip
    assert {tone: tokens[tone] for tone in Tone} == dict(palette.tones)


def contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", Scheme)
def test_every_tone_can_be_read_on_every_ground(scheme):
    tokens = read_tokens(scheme)
    grounds = ["surface", "canvas", "raised"]
    texts = ["ink", "muted", "accent", *Tone]
    poor = {
        f"{text} on {ground}": round(contrast(tokens[text], tokens[ground]), 2)
        for ground in grounds
        for text in texts
        if contrast(tokens[text], tokens[ground]) < READABLE
    }
    for tone in ("concern", "caution", "calm"):
        if contrast(tokens[tone], tokens[f"{tone}-soft"]) < READABLE:
            poor[f"{tone} on its own ground"] = round(contrast(tokens[tone], tokens[f"{tone}-soft"]), 2)
    assert poor == {}


def test_nothing_in_the_assets_comes_from_elsewhere():
    for path in ASSETS.iterdir():
        text = path.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "http" not in text, path.name
        assert "@import" not in text, path.name
