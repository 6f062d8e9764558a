"""How often groups of people with equal chances are called different by their reviews; printed, seeded."""

import numpy as np
import pytest

from tests.unit.pipelines.assess.equity.drawn_groups import Design, draw_groups

pytestmark = [pytest.mark.full, pytest.mark.long, pytest.mark.timeout(900)]

DRAWS = 400
LIKE = {"real": (0.7, 0.05), "share": 0.15, "correlation": 0.0, "sizes": (75, 180)}
DESIGNS = {
    "all reviewed, nobody unlike another": Design(reviewed=(75, 180), **LIKE),
    "flagged whole and half of the others, nobody unlike another": Design(reviewed=(75, 90), **LIKE),
    "31 women, as often as each other": Design(),
    "one woman has half": Design(one_woman=0.5),
    "one woman has nine of ten": Design(one_woman=0.9),
    "one woman has half, all reviewed": Design(one_woman=0.5, reviewed=(80, 400)),
    "one woman has half of the flagged alone": Design(one_woman=0.5, is_of_flagged_alone=True),
    "one woman has nine of ten of the flagged alone": Design(one_woman=0.9, is_of_flagged_alone=True),
    "twelve women, 15 % of conversations": Design(women=12, women_share=0.15, reviewed=(80, 200)),
    "three weeks, a share of .1": Design(weeks=3, share=0.1, reviewed=(80, 200)),
    "a share of .6, correlation .5": Design(share=0.6, correlation=0.5, one_woman=0.3),
}


@pytest.mark.parametrize("name", DESIGNS)
def test_groups_of_equal_chances_are_seldom_called_different_by_reviews(name: str, capsys):
    rows = [draw_groups(DESIGNS[name], seed).correct()["woman"] for seed in range(DRAWS)]
    found = [row for row in rows if row["method"] == "reviewed"]
    held = np.mean([row["ci_low"] <= 1 <= row["ci_high"] for row in found])
    different = np.mean([row["status"] == "different" for row in found])
    with capsys.disabled():
        print(f"\n{name}: {len(found)} of {DRAWS} compared, held {held:.3f}, different {different:.4f}")
    assert held >= 0.94
    assert different <= 0.02
