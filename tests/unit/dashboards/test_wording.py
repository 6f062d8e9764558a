"""Numbers in words: zero is not a rate of nothing, missing is not zero, digits are those a rate can carry."""

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboards.records import Indicator, LanguageShare, Observation
from dashboards.theme import Absence
from dashboards.wording import (
    say_absences,
    say_counts,
    say_days_in,
    say_detectors,
    say_duration,
    say_group,
    say_interval,
    say_level,
    say_local,
    say_missing,
    say_month,
    say_observation,
    say_reason,
    say_share,
    say_size,
    say_things,
    say_unit,
    say_unseen,
    say_value,
    say_zero,
)


def test_conversations_in_languages_that_nobody_reads_are_counted_in_words():
    seen, unseen = LanguageShare("en", True, 150), LanguageShare("ar", False, 40)
    unknown = LanguageShare("unknown", False, 10)
    assert say_unseen([]) == "No conversation in this range."
    assert say_unseen([seen]) == "Detectors read the language of all 150 conversations in this range."
    assert say_unseen([seen, unseen, unknown]) == (
        "25.0\u00a0% of the conversations in this range (50 of 200) are in languages that no detector reads "
        "(ar 40, not known 10): what is said there is unknown, not clear."
    )


def observe(**more) -> Observation:
    row = {
        "indicator_id": "x", "period": "week", "period_start": date(2026, 11, 9), "slice": "all",
        "slice_value": "all", "estimate": "raw", "numerator": 3.0, "denominator": 60.0, "value": 0.05,
        "ci_low": 0.01, "ci_high": 0.139, "method": "wilson", "status": "within", "variation": "common_cause",
        "coverage": 1.0, "is_suppressed": False, "p90": None, "is_partial": False, "definition_version": "a",
        "detector_version": "b", "appetite_version": 1,
    }  # fmt: skip
    return Observation(**{**row, **more})


def define(kind: str, value_unit: str = "") -> Indicator:
    return Indicator(
        indicator_id="x", title="X", question="?", numerator="a", denominator="b", kind=kind, unit="message",
        value_unit=value_unit, direction="lower_is_better", minimum_denominator=20, family="harm", owner="o",
        lifecycle="draft", computed_by="sql", needs="", sql="", definition_version="1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (0.0523, "proportion", "5.23\u00a0%"),
        (0.236, "proportion", "23.6\u00a0%"),
        (1.0, "proportion", "100\u00a0%"),
        (0.0004, "proportion", "0.040\u00a0%"),
        (0.0, "proportion", "0\u00a0%"),
        (1.0, "rate_per_1000", "1.00"),
        (1234.0, "count", "1,234"),
        (0.0613, "index", "0.061"),
        (94.962, "index", "95.0"),
        (None, "proportion", "–"),
    ],
)
def test_a_value_has_the_digits_it_can_carry(value, kind, words):
    assert say_value(value, kind) == words


def test_where_all_were_reviewed_no_interval_of_no_width_is_shown():
    row = observe(
        numerator=124.0, denominator=137.0, value=0.905, ci_low=0.905, ci_high=0.905, method="census"
    )
    assert say_observation(row, define("proportion")) == (
        "90.5\u00a0% (all of them were reviewed; 124 of 137)"
    )


def test_no_event_is_told_as_none_seen_in_so_many_with_the_bound():
    row = observe(numerator=0.0, denominator=1204.0, value=0.0, ci_low=0.0, ci_high=0.0031)
    assert say_zero(row, "proportion") == "0 seen in 1,204: at most 0.31\u00a0%"
    assert say_zero(row, "rate_per_1000") == "0 seen in 1,204: at most 0.003 per 1,000"
    assert say_observation(row, define("proportion")) == "0 seen in 1,204: at most 0.31\u00a0%"


def test_one_event_is_told_as_a_share_with_its_interval():
    assert say_zero(observe(numerator=1.0), "proportion") is None
    assert say_observation(observe(), define("proportion")) == (
        "5.00\u00a0% (1.00\u00a0% to 13.9\u00a0%; 3 of 60)"
    )


def test_nothing_to_count_over_is_no_value_and_never_none_seen():
    row = observe(numerator=0.0, denominator=0.0, value=None, ci_low=None, ci_high=None)
    assert say_zero(row, "proportion") is None
    assert say_observation(row, define("proportion")) == "no value"
    assert say_observation(None, define("proportion")) == "no value"


def test_what_is_only_known_to_be_more_says_at_least_how_much():
    row = observe(numerator=52.0, denominator=114.0, value=None, ci_low=40.0, ci_high=None, at_least=40.0)
    assert say_level(row, "distribution") == "at least 40.0"
    assert say_observation(row, define("distribution", "turns")) == (
        "at least 40.0 turns (no interval; 52 of 114)"
    )
    assert say_level(observe(at_least=0.05), "proportion") == "5.00\u00a0%"
    nothing = observe(value=None, at_least=0.0)
    assert (say_level(nothing, "distribution"), say_observation(nothing, define("distribution"))) == (
        "–", "no value"
    )  # fmt: skip


def test_a_missing_interval_is_said_to_be_missing():
    assert say_interval(observe(ci_low=None), "proportion") == "no interval"


def test_almost_everything_scored_is_not_everything():
    assert say_share(0.9996) == "100.0\u00a0%"
    assert say_share(1.0) == "100\u00a0%"
    assert say_share(None) == "–"


def test_absences_have_words_of_their_own():
    words = [say_absences([absence]) for absence in Absence]
    assert len(set(words)) == len(Absence)


@pytest.mark.parametrize(
    ("denominator", "unit", "words"),
    [("open risks", "day", "share of open risks"), ("applicable items", "day", "share of applicable items"),
     ("delivered records", "day", "share of delivered records"), ("b", "message", "share of messages"),
     ("b", "user_week", "share of user-weeks")],
)  # fmt: skip
def test_what_is_computed_by_the_day_is_a_share_of_what_it_counts(denominator, unit, words):
    indicator = dataclasses.replace(define("proportion"), denominator=denominator, unit=unit)
    assert say_unit(indicator) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 h 0 min"), (59, "0 h 59 min"), (1439, "23 h 59 min"), (1440, "1 d 0 h"), (4000, "2 d 18 h")],
)
def test_a_duration_is_told_in_two_units(minutes, words):
    assert say_duration(timedelta(minutes=minutes)).replace("\u00a0", " ") == words


def test_a_month_and_a_size_are_told_as_people_say_them():
    assert (say_month("2026-10"), say_month("soon")) == ("October 2026", "soon")
    assert [say_size(count).replace("\u00a0", " ") for count in (1, 999_999, 1_200_000)] == [
        "1 kB",
        "999 kB",
        "1.2 MB",
    ]


@pytest.mark.parametrize(
    ("kind", "value_unit", "words"),
    [
        ("proportion", "", "share of messages"),
        ("rate_per_1000", "", "per 1,000 messages"),
        ("distribution", "seconds", "median, seconds"),
        ("index", "hours", "hours"),
        ("index", "", "index"),
    ],
)
def test_a_value_says_what_it_is_counted_in(kind, value_unit, words):
    assert say_unit(define(kind, value_unit)) == words


def test_a_median_is_told_with_its_unit():
    row = observe(numerator=3.0, denominator=4.0, value=400.0, ci_low=None, ci_high=None)
    assert say_observation(row, define("distribution", "seconds")) == "400 seconds (no interval; 3 of 4)"


@pytest.mark.parametrize(
    ("zone", "hour", "words"),
    [
        ("Europe/Warsaw", 13, "20 Nov 2026, 14:30 in Europe/Warsaw (13:30 UTC)"),
        ("Europe/Warsaw", 23, "21 Nov 2026, 00:30 in Europe/Warsaw (20 Nov 2026, 23:30 UTC)"),
        ("America/New_York", 3, "19 Nov 2026, 22:30 in America/New_York (20 Nov 2026, 03:30 UTC)"),
        ("UTC", 13, "20 Nov 2026, 13:30 UTC"),
    ],
)
def test_a_moment_of_a_place_says_what_it_is_in_utc(zone, hour, words):
    assert say_local(datetime(2026, 11, 20, hour, 30, tzinfo=UTC), zone) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0\u00a0%"),
        (0.0009, "below 0.1\u00a0%"),
        (0.001, "0.1\u00a0%"),
    ],
)
def test_a_few_of_very_many_are_not_none(share, words):
    assert say_share(share) == words


def test_days_in_a_sentence_of_a_machine_are_written_as_people_write_them():
    assert say_days_in("86 % from 2026-09-28 to 2026-10-08.") == "86 % from 28 Sep 2026 to 8 Oct 2026."
    assert say_days_in("(2026-10-04), 2026-13-45") == "(4 Oct 2026), 2026-13-45"
    assert say_days_in("tern-2026-08-06 replaced 2026-08-06-b") == "tern-2026-08-06 replaced 2026-08-06-b"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("rejected:missing_field", "rejected: missing field"),
        ("tell:region_is_known", "rule missed: region is known"),
        ("stop:schema_is_known", "stop rule missed: schema is known"),
        ("owed:judge", "messages owed by judge"),
        ("exact_duplicate", "exact duplicate"),
    ],
)
def test_why_a_row_did_not_pass_is_said_in_words(reason, words):
    assert say_reason(reason) == words


def test_groups_of_ours_are_words_and_those_of_the_operator_stay_as_they_came():
    assert say_group("gender", "non_binary") == "non binary"
    assert say_group("model", "tern_2026_03") == "tern_2026_03"


def test_detectors_are_named_with_their_release_and_without_a_hash():
    assert say_detectors("lexicon@1.5-3253f8f0,resources@3-7cbae026") == "lexicon 1.5, resources 3"
    assert say_detectors("lexicon 1.5-3253f8f0, logged 1") == "lexicon 1.5, logged 1"


@pytest.mark.parametrize(
    ("numerator", "denominator", "words"),
    [(0, 36, "0 of 36"), (1055, 1078, "1,055 of 1,078"), (None, 36, "of 36"), (None, None, "– of –")],
)
def test_an_index_has_a_denominator_alone(numerator, denominator, words):
    assert say_counts(numerator, denominator) == words


def test_signals_that_an_indicator_lacks_are_named_by_their_titles():
    missing = "signal:u_self_harm in es fr, signal:x_own, notice:consent"
    assert say_missing(missing) == "Self-injury in es fr, x own, notice:consent"
    assert say_missing("") == ""


@pytest.mark.parametrize(("count", "words"), [(0, "0 alarms"), (1, "1 alarm"), (1013, "1,013 alarms")])
def test_one_thing_is_one_and_others_are_many(count, words):
    assert say_things(count, "alarm") == words
