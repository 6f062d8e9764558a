"""An age band is read by what it says; what is not understood is never of age."""

import pytest

from pipelines.indicators.age import AgeGroup, read_age_band, tabulate_ages

MINORS = [
    *("under-13", "under_13", "<13", "0-12", "13-15", "13-17", "16-17", "0-17", "under-18", "under_18"),
    *("<18", "minor", "Under 18", "Under-18", "MINOR", "12-17", "14-17", "13 to 17", "17", "teen", "child"),
    *("<16", "<=17", "13\N{EN DASH}17", "\N{LESS-THAN OR EQUAL TO} 17", "17 and under", "17 or younger"),
    *("up to 17", "less than 18", "U18", "< 18 years", "Minor (13-17)", "13 - 17", "aged 13-17", "teens"),
    "younger than 16",
]  # fmt: skip
ADULTS = [
    *("18-24", "18+", "18 +", "adult", "Adults", "25 and over", "65 or older", "18", "25-34", "55 plus"),
    *(">=18", ">17", "over 17", "over 18", "from 18", "at least 18", "adult (18+)", "18 years"),
]  # fmt: skip
EITHER = ["16-20", "under 25", "16+", "13 and over", "<=18", "over 16", ">16", "15 to 24", "18 and under"]
UNKNOWN = [
    *("", "unknown", "unrecognised", "prefer not to say", "not under 18", "n/a", "1", "4", "2010", "-"),
    *("1990-1995", "group 17", "level 3", "18-24-35", "24-18", "band_b", "18 or under 13", "over", "17-18x"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("band", "group"),
    [
        *((band, AgeGroup.MINOR) for band in MINORS),
        *((band, AgeGroup.ADULT) for band in ADULTS),
        *((band, AgeGroup.EITHER) for band in EITHER),
        *((band, AgeGroup.UNKNOWN) for band in UNKNOWN),
    ],
)
def test_a_band_is_read_by_what_it_says(band: str, group: AgeGroup):
    assert read_age_band(band) is group


def test_each_band_that_occurs_has_one_row():
    assert tabulate_ages(["18+", "teen", "18+"]).to_pylist() == [
        {"age_band": "18+", "age_group": "adult"},
        {"age_band": "teen", "age_group": "minor"},
    ]
