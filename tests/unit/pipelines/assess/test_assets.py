"""What Dagster is told of a run of assess."""

from __future__ import annotations

import dagster as dg
import pytest

from pipelines.assess import assets
from pipelines.settings import Home

UNTOLD = "harbor: nobody is called for its alarms and grave findings. It has no officer."


@pytest.mark.parametrize("untold", [(), (UNTOLD,)])
def test_who_could_not_be_told_is_a_failed_check_and_stops_nothing(tmp_path, monkeypatch, instance, untold):
    monkeypatch.setattr(assets, "assess_all", lambda home, at: untold)
    result = dg.materialize([assets.build(Home(tmp_path), counted=[])], instance=instance)
    (check,) = result.get_asset_check_evaluations()
    assert result.success
    assert (check.passed, check.description or "") == (not untold, "".join(untold))
