"""The groups of an indicator: one week beside what takes several."""

HARBOR = "?deployment=harbor_companion&slice=language"


def test_a_ratio_of_several_weeks_stands_beside_its_own_counts(officer):
    words = officer.read("/indicators/missed_escalation_rate", HARBOR)
    assert "Against the rest Over time" in words
    assert "1.90 (1.40 to 2.60)" in words
    assert "40 of 260 in the 4 weeks to 15 Nov 2026" in words


def test_the_chosen_slice_is_said_in_words(officer):
    words = officer.read("/indicators/missed_escalation_rate", HARBOR)
    assert "language (chosen)" in " ".join(words.split())
