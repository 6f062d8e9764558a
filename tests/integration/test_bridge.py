"""A model is tried beside the live one, then adopted: both bridges are kept, nothing else of the trial."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.assess.history.bridge import tabulate_bridges
from pipelines.detect.assets import score_days
from pipelines.detect.detectors.linear.model import MODEL_FILE, SHIPPED, load_model, write_model
from pipelines.detect.model_store import Adoption, adopt
from pipelines.detect.trial import describe_trial, has_messages, read_trial, try_model
from pipelines.errors import StateError
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.settings import Home
from pipelines.stale import stale_days

OTHER, THIRD = "more_eager", "less_eager"


@pytest.fixture
def home(copy: Callable[[Path], Path], computed: Path) -> Home:
    """A computed home that holds a model which alerts on the least it sees."""
    home = Home(copy(computed))
    keep_model(home, OTHER, sieve=0.001, alert=0.002)
    return home


def keep_model(home: Home, version: str, *, sieve: float, alert: float) -> None:
    shipped = load_model(SHIPPED).description
    thresholds = {signal: {"sieve": sieve, "alert": alert} for signal in shipped.thresholds}
    files = {path.name: path.read_bytes() for path in SHIPPED.iterdir() if path.name != MODEL_FILE}
    description = shipped.model_copy(update={"version": version, "thresholds": thresholds})
    write_model(home.path / "models" / version, description, files)


def test_a_trial_keeps_its_counts_and_leaves_the_rest_as_it_was(home: Home) -> None:
    before = {name: Lake(home.lake).read(name) for name in ("finding.finding", "finding.coverage")}
    assert has_messages(home)
    assert read_trial(home, OTHER) == {}
    found = try_model(home, OTHER, days=28)
    (bridge,) = [one for (_, signal), one in found.items() if signal == "u_suicidal_ideation"]
    assert bridge.new_count > bridge.old_count > 0
    assert f"{bridge.old_count} -> {bridge.new_count} conversations" in describe_trial(found)
    for name, rows in before.items():
        assert Lake(home.lake).read(name).equals(rows)
    assert try_model(home, OTHER, days=28) == found
    assert stale_days(home) == []


def test_an_adopted_model_is_bridged_when_the_days_are_scored_again(home: Home) -> None:
    adopt(home, Adoption(OTHER, "officer", "2026-11-28T00:00:00+00:00", "to see the bridge", ()))
    score_days(home, stale_days(home))
    rows = {row["signal_id"]: row for row in tabulate_bridges(Lake(home.lake)).to_pylist()}
    found = rows["u_suicidal_ideation"]
    assert found["is_trial"] is False
    assert found["old_version"].startswith("linear@")
    assert found["new_version"].endswith(OTHER)
    assert found["new_count"] > found["old_count"] > 0
    assert found["ratio"] == found["new_count"] / found["old_count"]
    with pytest.raises(StateError, match="is the live one"):
        try_model(home, OTHER, days=28)


def test_a_trial_beside_another_live_model_is_none_beside_this_one(home: Home) -> None:
    keep_model(home, THIRD, sieve=0.3, alert=0.999)
    try_model(home, OTHER, days=28)
    adopt(home, Adoption(THIRD, "officer", "2026-11-28T00:00:00+00:00", "to try beside it", ()))
    assert read_trial(home, OTHER) == {}
    found = try_model(home, OTHER, days=28)
    conversations = Lake(home.lake).read("staging.conversation")
    assert conversations is not None
    (bridge,) = [one for (_, signal), one in found.items() if signal == "u_suicidal_ideation"]
    assert bridge.new_count > bridge.old_count
    assert bridge.new_count <= conversations.num_rows


def test_in_a_calm_home_a_model_is_tried_as_well_and_its_bridge_is_one_of_zeros(home: Home) -> None:
    keep_model(home, THIRD, sieve=0.998, alert=0.999)
    with lakes.write(home.lake, by="test") as commit:
        seen, messages = commit.lake.read("finding.finding"), commit.lake.read("staging.message")
        assert seen is not None
        assert messages is not None
        loud = pa.array(seen["conversation_id"].unique().to_pylist(), pa.string())
        calm = messages.filter(pc.invert(pc.is_in(messages["conversation_id"], loud)))
        assert calm.num_rows
        commit.replace_days("staging.message", calm, commit.lake.partitions("staging.message"))
    found = try_model(home, THIRD, days=28)
    assert found == read_trial(home, THIRD)
    assert {signal for _, signal in found} >= {"u_suicidal_ideation"}
    assert all((one.both_count, one.old_count, one.new_count) == (0, 0, 0) for one in found.values())
    assert "u_suicidal_ideation: 0 -> 0 conversations" in describe_trial(found)
    adopt(home, Adoption(THIRD, "officer", "2026-11-28T00:00:00+00:00", "calm", ()))
    score_days(home, stale_days(home))
