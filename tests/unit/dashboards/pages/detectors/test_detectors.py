"""Detectors: what is known of each, what it takes to count, and what only a judge can see."""

from dashboards.pages.detectors.detectors import _name

PAGE, HARBOR = "/detectors", "?deployment=harbor_companion"


def test_a_card_says_what_it_is_for_how_it_fails_and_from_which_score_on_it_counts(officer):
    words = officer.read(PAGE, HARBOR)
    for text in ("Marks messages that show a risk", "Diagnosis, or a decision about one person.",
                 "Veiled risk is not seen.", "No text of anybody.", "One clear rule reaches it.",
                 "validated", "limited", "unvalidated", "0.3", "0.5"):  # fmt: skip
        assert text in words


def test_measured_figures_stand_with_interval_rows_and_who_labelled(officer):
    words = officer.read(PAGE, HARBOR)
    assert "0.950" in words
    assert "0.900 to 0.980" in words
    assert "812" in words
    assert "people" in words


def test_what_only_a_judge_can_see_says_so_without_a_number(officer):
    part = officer.read(PAGE, HARBOR).split("A matter of meaning")[1].split("Lexicon")[0]
    assert part.count("needs review or a judge") == 4
    assert "Affirms a delusion" in part


def test_a_detector_without_signals_of_its_own_shows_the_numbers_that_decide(officer):
    part = officer.read(PAGE, HARBOR).split("Trajectory")[1]
    assert "It looks for no signal of its own." in part
    assert "Level that a rising risk reaches 3: High." in part


def test_the_share_in_languages_that_nobody_reads_is_said(officer):
    assert "in languages that no detector reads (ar" in officer.read(PAGE, HARBOR)


def test_an_own_signal_is_named_as_one():
    assert _name("x_work_worry") == "Work worry (own signal)"
    assert _name("lexicon") == "Lexicon"


def read_misses(officer, search=HARBOR):
    return officer.read(PAGE, search).split("What is missed")[1].split("A matter of meaning")[0]


def test_what_is_missed_stands_with_interval_sample_and_the_word_of_who_read_it(officer):
    part = read_misses(officer)
    for text in ("As the judge sees it, which is no ground truth", "29.6\u00a0% (8.0\u00a0% to 55.2\u00a0%)",
                 "54 (11 to 156)", "127 of 1,840", "3 in 2,310 of 41,200",
                 "77 days; 13 of other"):  # fmt: skip
        assert text in part


def test_a_sample_without_a_miss_is_a_bound_and_a_small_one_says_nothing(officer):
    part = read_misses(officer)
    assert "at most 34.2\u00a0%" in part
    assert "none seen, at most 66" in part
    assert "nothing confirmed" in part
    assert "too few read" in part


def test_without_a_sample_what_is_missed_is_unknown(officer):
    part = read_misses(officer, "?deployment=quiet_cove")
    assert "unknown" in part
    assert "no judge and no moderation endpoint" in part
    assert "%" not in part


def test_numbers_of_small_cells_do_not_leave(officer):
    answer = officer.client.get(f"/download{PAGE}/misses.csv{HARBOR}")
    month, *_ = [line for line in answer.get_data(as_text=True).splitlines() if ",month," in line]
    assert month.count("suppressed") == 13
    assert "53.5" not in month
    assert "53.5" in answer.get_data(as_text=True)
