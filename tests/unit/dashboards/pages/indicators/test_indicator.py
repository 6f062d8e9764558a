"""The page of an indicator says one thing by one name, and names no detector by a hash alone."""

import json

PAGE = "/indicators/si_prevalence"
HARBOR = "?deployment=harbor_companion"


def test_usual_variation_has_one_name_in_chart_mark_and_table(officer):
    content = json.dumps(officer.show(PAGE, HARBOR))
    assert '"variation": "usual variation"' in content
    assert "common cause" not in content


def test_detectors_are_named_in_words_with_their_exact_release_in_small(officer):
    content = officer.show("/indicators/missed_escalation_rate", HARBOR)
    small = [part for part in json.dumps(content).split('"type": ') if part.startswith('"Small"')]
    assert len(small) == 1
