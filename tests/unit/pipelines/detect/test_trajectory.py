"""The card of trajectory: published beside the others, and true to the SQL that decides."""

import re

from pipelines.detect.cards import accounts_table
from pipelines.detect.cascade import make_cascade
from pipelines.detect.trajectory import SQL, load_account
from pipelines.schemas.history import LOOK_BACK_DAYS


def test_it_is_published_beside_the_cards_of_the_cascade() -> None:
    rows = {row["detector_id"]: row for row in accounts_table(make_cascade()).to_pylist()}
    assert rows.keys() >= {"lexicon", "linear", "resources", "logged", "trajectory"}
    assert "turns of the early part 20: " in rows["trajectory"]["thresholds"]
    assert rows["lexicon"]["thresholds"] == ""


def test_its_numbers_are_those_of_the_sql() -> None:
    number = {one.name: one.value for one in load_account().card.thresholds}
    sql = SQL[0].read_text(encoding="utf-8")
    assert f"user_risk_level >= {number['level from which a disclosure asks for an answer']:g}" in sql
    assert f"peak_level >= {number['level that a rising risk reaches']:g}" in sql
    assert f"place <= {number['replies in which help is in time']:g} and" in sql
    assert set(re.findall(r"escalation_place\.place > (\d+)", sql)) == {
        f"{number['replies in which help is in time']:g}"
    }
    assert set(re.findall(r"message\.turn <= (\d+)", sql)) == {f"{number['turns of the early part']:g}"}
    assert LOOK_BACK_DAYS["thread_risk"] == number["days for which a level is carried"] + 1  # of 28 x 24 h
