"""A mapping that is proposed for the export reads it as well as the one that was written by hand."""

import yaml


def test_a_proposed_mapping_reads_what_a_written_one_reads(kit, tmp_path):
    proposed = kit.command.plimsoll("ingest", kit.logs, "--infer")
    mapping = yaml.safe_load(proposed.output)
    assert "deployment.id" in proposed.errors
    assert kit.export.CANARY not in proposed.output + proposed.errors
    mapping["deployment"]["id"] = "replay_companion"
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump(mapping))
    home = kit.same_keys()
    kit.warm.ingest(home, kit.logs, path)
    inferred = kit.command.plimsoll("status", "--json", home=home).document["deployments"]["replay_companion"]
    written = kit.command.plimsoll("status", "--json", home=kit.ingested).document["deployments"][
        "replay_companion"
    ]
    assert {name: inferred[name] for name in inferred if name != "title"} == {
        name: written[name] for name in written if name != "title"
    }


def test_the_export_is_counted_as_it_was_made(kit):
    made = kit.export.sample_counts()
    facts = kit.command.plimsoll("status", "--json", home=kit.ingested).document["deployments"][
        "replay_companion"
    ]
    assert facts["duplicates"] == {"exact": made.pop("exact"), "conflicting": 0}
    assert {name: facts[name] for name in made} == made
    assert facts["delivered_records"] == facts["accepted_messages"] + facts["duplicates"]["exact"] + sum(
        facts["rejected"].values()
    ) + sum(facts["notices_by_kind"].values()) + sum(facts["handoffs_by_stage"].values())
