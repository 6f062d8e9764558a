"""Which deployment and format a delivery gets: from a mapping, from the options, or a refusal that helps."""

from concurrent.futures import Future
from pathlib import Path

import pytest
import typer

from pipelines.errors import DefinitionError, SourceError
from pipelines.ingest.deliver import Summary
from pipelines.ingest.delivery import Delivered
from pipelines.ingest.delivery import describe as describe_file
from pipelines.ingest.reason import Reason
from pipelines.ingest.source import Records, Rejection
from plimsoll.commands import ingesting
from plimsoll.commands.ingesting import choose_rules, describe, say, say_changed, wrap

RULES = "records: [{kind: handoff, fields: {thread: a, detail: b, occurred_at: c}}]"
DEPLOYMENT = "deployment: {id: night_line, title: Night line, zone: Europe/Berlin, silence_hours: 6}"


def choose(source: Path, **options):
    return choose_rules(
        source, **{"mapping": None, "format_name": None, "deployment": None, "zone": None, **options}
    )


def test_a_format_and_a_deployment_need_no_mapping(tmp_path: Path):
    rules = choose(tmp_path, format_name="openai", deployment="night_line", zone="Europe/Berlin")
    assert (rules.format, rules.deployment.id, rules.deployment.zone) == (
        "openai",
        "night_line",
        "Europe/Berlin",
    )


def test_the_reporting_day_is_utc_where_no_zone_is_named(tmp_path: Path):
    assert choose(tmp_path, format_name="openai", deployment="night_line").deployment.zone == "UTC"


def test_a_mapping_names_the_deployment_and_its_rules_are_left_aside_for_another_format(tmp_path: Path):
    (tmp_path / "mapping.yaml").write_text(f"{DEPLOYMENT}\n{RULES}\n")
    mapped, langfuse = choose(tmp_path), choose(tmp_path, format_name="langfuse")
    assert (mapped.format, len(mapped.records)) == ("mapped", 1)
    assert (langfuse.format, len(langfuse.records)) == ("langfuse", 0)
    assert langfuse.deployment == mapped.deployment
    assert langfuse.hash != mapped.hash


def test_a_mapping_may_name_the_format_itself(tmp_path: Path):
    path = tmp_path / "night.yaml"
    path.write_text(f"{DEPLOYMENT}\nformat: lmsys\n")
    assert choose(tmp_path, mapping=path).format == "lmsys"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "give --mapping FILE, or --format NAME with --deployment ID"),
        (
            {"format_name": "parchment", "deployment": "night_line"},
            "'parchment' is not one of mapped, langfuse",
        ),
        ({"deployment": "night_line"}, "need a --mapping"),
        ({"format_name": "mapped", "deployment": "night_line"}, "need a --mapping"),
        ({"format_name": "openai", "zone": "UTC"}, "belongs to --deployment"),
        (
            {"format_name": "openai", "deployment": "x_y", "mapping": Path("m.yaml")},
            "names the deployment itself",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused_with_what_does(tmp_path: Path, options, says):
    with pytest.raises(typer.BadParameter, match=says):
        choose(tmp_path, **options)


@pytest.mark.parametrize(
    "options", [{"deployment": "Night Line"}, {"deployment": "night_line", "zone": "Berlin"}]
)
def test_a_deployment_on_the_command_line_is_held_to_the_rules_of_a_mapping(tmp_path: Path, options):
    with pytest.raises(DefinitionError, match="the command line: the mapping is not valid"):
        choose(tmp_path, format_name="openai", **options)


@pytest.mark.parametrize(("count", "is_said"), [(0, False), (1, True), (12, True)])
def test_records_that_are_other_versions_of_a_message_are_told_in_plain_words(count: int, is_said: bool):
    told = say(Summary("night_line", (), (), 1, count))
    assert (f"{count} records are other versions of a message" in told) is is_said
    assert describe(Summary("night_line", (), (), 1, count))["other_versions"] == count


@pytest.mark.parametrize(
    ("is_given", "count", "is_said"), [(False, 16, True), (True, 16, False), (False, 0, False)]
)
def test_a_mapped_field_that_no_record_has_is_told(tmp_path: Path, is_given: bool, count: int, is_said: bool):
    records = Records(handed_on=(count, 0), given={"userid": is_given})
    summary = Summary("night_line", (Delivered(tmp_path, "a.jsonl", Future(), records=records),), (), 1)
    assert ("userid: in none of 16 records" in say(summary)) is is_said
    assert describe(summary)["absent_fields"] == (["userid: in none of 16 records"] if is_said else [])


def test_what_is_said_of_a_proposal_fits_a_terminal_and_splits_no_name():
    names = [f"harm_late_rate_per_1000_{number}" for number in range(40)]
    lines = wrap(f"  field:age_band is missing for {', '.join(names)}.").splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[0].startswith("  field:age_band")
    assert [word.strip(",.") for line in lines for word in line.split()][4:] == names


def test_of_many_changed_days_the_newest_are_named():
    days = [f"2026-08-{day:02}" for day in range(1, 10)]
    told = say_changed([f"staging.message companion {day}" for day in days])
    assert told == f"Days that have changed: {', '.join(days[2:])} and 2 more. Next: plimsoll run"
    assert say_changed([]) == "No day has changed."


def test_test_traffic_and_what_was_not_read_are_told_apart_from_what_was_rejected(tmp_path: Path):
    reasons = [Reason.TEST_TRAFFIC] * 4 + [Reason.MISSING_FIELD] * 3
    records = Records(rejected=[Rejection(1, reason, None, b"") for reason in reasons])
    file = Delivered(tmp_path, "a.jsonl", Future(), records=records)
    told = say(Summary("night_line", (file,), ("notes.pdf",), 1))
    assert "3 records rejected, 4 of test traffic left out." in told
    assert "  missing_field: 3" in told
    assert "  not read: notes.pdf" in told


def test_a_query_that_gives_nothing_says_what_to_look_at():
    done = Summary("night_line", (), (), 1, note="chat: the query gives no row from its start on.")
    assert "  chat: the query gives no row" in say(done)
    assert describe(done)["notes"] == [done.note]


def test_a_folder_that_cannot_be_looked_into_is_refused_in_words(tmp_path, monkeypatch):
    def refuse(_path):
        raise PermissionError

    monkeypatch.setattr(Path, "is_file", refuse)
    with pytest.raises(SourceError, match=r"this account may not look into it\. Let this account"):
        choose_rules(str(tmp_path), mapping=None, format_name=None, deployment=None, zone=None)


def test_a_name_forges_no_line_and_does_nothing_to_the_terminal(tmp_path: Path):
    name = "a\n0 records rejected\x1b[2K\u202e.jsonl"
    records = Records(notes=["a note"])
    file = Delivered(tmp_path, name, Future(), records=records)
    spelled = r"a\x0a0 records rejected\x1b[2K\u202e.jsonl"
    told = say(Summary("night_line", (file,), (name,), 1))
    assert told.splitlines()[1:] == [f"  {spelled}: a note", f"  not read: {spelled}"]
    assert describe_file(file) == f"{spelled}: nothing to take in, a note"


def test_files_that_cannot_be_read_are_named_after_what_was_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mapping.yaml").write_text(f"{DEPLOYMENT}\n{RULES}\n")
    done = Summary("night_line", (), (), 1, unread=("b\x1b.jsonl (Permission denied)",))
    monkeypatch.setattr(ingesting, "ingest_folder", lambda *_, **__: done)
    with pytest.raises(
        SourceError,
        match=r"^1 files or folders cannot be read: b\\x1b\.jsonl \(Permission denied\)\. All others",
    ):
        ingesting.ingest(str(tmp_path / "in"), home=tmp_path / "home")
    assert capsys.readouterr().out.startswith("0 files for night_line")
