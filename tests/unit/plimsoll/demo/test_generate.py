"""The sample as a whole: same seed, same bytes; the truth file agrees with a plain recount of the files."""

import itertools
import json
import re
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from plimsoll.demo.generate import declared_changes, generate
from plimsoll.demo.story import ATELIER, HARBOR, OPERATORS

LAST_DAY = date(2026, 11, 22)
ZONES = {operator.deployment_id: ZoneInfo(operator.zone) for operator in OPERATORS}


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Seven days of the sample."""
    out = tmp_path_factory.mktemp("week")
    generate(out, last_day=LAST_DAY, days=7)
    return out, json.loads((out / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The ninety days that the demonstration shows."""
    out = tmp_path_factory.mktemp("quarter")
    return out, generate(out, last_day=LAST_DAY)


def read_path(record: dict[str, Any], path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def read_time(value: Any) -> datetime:
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, UTC)
    return datetime.fromisoformat(str(value)).astimezone(UTC)


def recount(folder: Path) -> dict[str, Any]:
    """A plain reading of an export by its mapping, sharing nothing with the generator."""
    mapping = yaml.safe_load((folder / "mapping.yaml").read_text(encoding="utf-8"))
    zone = ZoneInfo(mapping["deployment"]["zone"])
    rules = {rule["kind"]: rule for rule in mapping["records"]}
    faults: Counter[str] = Counter()
    events: dict[str, Counter[str]] = {"notice": Counter(), "handoff": Counter()}
    messages: dict[tuple[str, int], datetime] = {}
    late = 0
    for path in sorted((folder / "logs").glob("*.jsonl")):
        received_on = date.fromisoformat(path.stem)
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                faults["malformed_line"] += 1
                continue
            kind = next(
                kind
                for kind, rule in rules.items()
                if record[rule["when"]["field"]] == rule["when"]["equals"]
            )
            fields = rules[kind]["fields"]
            if kind != "message":
                day = read_time(read_path(record, fields["occurred_at"])).astimezone(zone).date()
                events[kind][f"{day}:{read_path(record, fields['detail'])}"] += 1
                continue
            thread, text = read_path(record, fields["thread"]), read_path(record, fields["text"])
            role, sent_at = record.get(fields["role"]["field"]), read_path(record, fields["sent_at"])
            key = (str(thread), read_path(record, fields["turn"]))
            if None in (thread, text, role, sent_at):
                faults["missing_field"] += 1
            elif role not in fields["role"]["values"]:
                faults["unknown_role"] += 1
            elif not text.strip():
                faults["empty_body"] += 1
            elif read_time(sent_at).astimezone(zone).date() > received_on:
                faults["future_date"] += 1
            elif key in messages:
                faults["exact_duplicate"] += 1
            else:
                messages[key] = read_time(sent_at)
                late += messages[key].astimezone(zone).date() < received_on
    by_thread: dict[str, list[datetime]] = {}
    for (thread, _), sent_at in messages.items():
        by_thread.setdefault(thread, []).append(sent_at)
    starts: list[datetime] = []
    longest = timedelta()
    for times in by_thread.values():
        ordered = sorted(times)
        begun = [ordered[0]]
        for earlier, later in itertools.pairwise(ordered):
            if later - earlier >= timedelta(hours=mapping["deployment"]["silence_hours"]):
                begun.append(later)
            longest = max(longest, later - begun[-1])
        starts.extend(begun)
    return {
        "messages": Counter(str(sent_at.astimezone(zone).date()) for sent_at in messages.values()),
        "conversations": Counter(str(start.astimezone(zone).date()) for start in starts),
        "threads": len(by_thread),
        "faults": faults,
        "events": events,
        "late": late,
        "longest": longest,
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_gives_others(tmp_path: Path) -> None:
    for name, seed in (("first", 5), ("again", 5), ("other", 6)):
        generate(tmp_path / name, last_day=LAST_DAY, days=3, seed=seed)
    contents = {
        name: {
            str(path.relative_to(tmp_path / name)): path.read_bytes()
            for path in (tmp_path / name).rglob("*")
            if path.is_file()
        }
        for name in ("first", "again", "other")
    }
    assert len(contents["first"]) == 2 * (1 + 3) + 1
    assert contents["first"] == contents["again"]
    assert contents["first"].keys() == contents["other"].keys()
    assert contents["first"] != contents["other"]


def test_another_last_day_moves_the_sample_and_leaves_no_file_after_it(tmp_path: Path) -> None:
    generate(tmp_path, last_day=date(2026, 3, 10), days=4)
    for operator in OPERATORS:
        names = sorted(path.stem for path in (tmp_path / operator.deployment_id / "logs").iterdir())
        assert names == ["2026-03-07", "2026-03-08", "2026-03-09", "2026-03-10"]


@pytest.mark.parametrize("deployment_id", [HARBOR, ATELIER])
@pytest.mark.parametrize("sample", ["week", "quarter"])
def test_the_truth_agrees_with_a_plain_recount(
    deployment_id: str, sample: str, request: pytest.FixtureRequest
) -> None:
    out, truth = request.getfixturevalue(sample)
    counted = recount(out / deployment_id)
    told = truth["deployments"][deployment_id]
    assert counted["messages"] == {day: sum(roles.values()) for day, roles in told["messages_by_day"].items()}
    assert counted["conversations"] == told["conversations_by_day"]
    assert counted["threads"] == told["totals"]["threads"]
    assert counted["faults"] == told["totals"]["faults"]
    assert counted["late"] == told["totals"]["late_records"]
    for kind, name in (("notice", "notices_by_day"), ("handoff", "handoffs_by_day")):
        told_events = {f"{day}:{d}": n for day, details in told[name].items() for d, n in details.items()}
        assert counted["events"][kind] == told_events
    assert counted["longest"] < timedelta(hours=48), "an episode would be cut at its maximum length"


def test_faults_of_every_kind_are_there_and_stay_a_few_per_mille(
    quarter: tuple[Path, dict[str, Any]],
) -> None:
    for told in quarter[1]["deployments"].values():
        kinds = {
            "malformed_line",
            "missing_field",
            "unknown_role",
            "future_date",
            "empty_body",
            "exact_duplicate",
        }
        assert set(told["totals"]["faults"]) == kinds
        assert 0.002 < sum(told["totals"]["faults"].values()) / told["totals"]["lines"] < 0.01


def test_volume_and_people_stay_within_what_the_demonstration_promises(
    quarter: tuple[Path, dict[str, Any]],
) -> None:
    totals = {name: told["totals"] for name, told in quarter[1]["deployments"].items()}
    assert 35_000 < sum(total["messages"] for total in totals.values()) < 48_000
    assert 50 < totals[HARBOR]["conversations"] / 90 < 70
    assert 23 < totals[ATELIER]["conversations"] / 90 < 35
    assert totals[HARBOR]["conversations"] / totals[HARBOR]["people"] > 3


def test_every_language_is_spoken(week: tuple[Path, dict[str, Any]]) -> None:
    spoken = {name: set(told["totals"]["languages"]) for name, told in week[1]["deployments"].items()}
    assert spoken == {HARBOR: {"en", "es"}, ATELIER: {"de", "fr", "en"}}


def test_some_threads_go_on_for_weeks_with_long_silences(quarter: tuple[Path, dict[str, Any]]) -> None:
    for told in quarter[1]["deployments"].values():
        assert 0.02 < told["totals"]["threads_that_go_on"] / told["totals"]["threads"] < 0.04
        spans = [
            date.fromisoformat(days[-1]) - date.fromisoformat(days[0])
            for days in told["threads_that_go_on"].values()
        ]
        assert max(spans) > timedelta(days=28)
        assert min(spans) >= timedelta(days=1)


def test_some_conversations_last_more_than_three_hours_and_get_a_reminder(
    quarter: tuple[Path, dict[str, Any]],
) -> None:
    for told in quarter[1]["deployments"].values():
        reminders = sum(day.get("break_reminder", 0) for day in told["notices_by_day"].values())
        assert 0.005 < reminders / told["totals"]["conversations"] < 0.03


def share_of(told: dict[str, Any], notice: str, days: range, first_day: date) -> float:
    names = [str(first_day + timedelta(days=number)) for number in days]
    given = sum(told["notices_by_day"][name].get(notice, 0) for name in names)
    return float(given / sum(told["conversations_by_day"][name] for name in names))


def test_harbor_loses_its_ai_notice_for_a_week(quarter: tuple[Path, dict[str, Any]]) -> None:
    told, first_day = quarter[1]["deployments"][HARBOR], date.fromisoformat(quarter[1]["first_day"])
    assert share_of(told, "ai_disclosure", range(26), first_day) > 0.94
    assert share_of(told, "ai_disclosure", range(26, 33), first_day) < 0.88
    assert share_of(told, "ai_disclosure", range(33, 90), first_day) > 0.94


def test_atelier_shifts_without_a_new_model_name(quarter: tuple[Path, dict[str, Any]]) -> None:
    out, truth = quarter
    shift = date.fromisoformat(truth["story"]["atelier_silent_shift"])
    assert shift == date.fromisoformat(truth["first_day"]) + timedelta(days=62)
    lengths: dict[bool, list[int]] = {False: [], True: []}
    models = set()
    for path in (out / ATELIER / "logs").glob("*.jsonl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            found = re.search(r'"rolle": "begleiter", "inhalt": "(.*?)", "zeit"', line)
            if found:
                lengths[date.fromisoformat(path.stem) >= shift].append(len(found.group(1)))
                models.add(re.search(r'"modell": "(.*?)"', line).group(1))  # type: ignore[union-attr]
    assert models == {"begleiter-modell-4"}
    before, after = (sum(values) / len(values) for values in (lengths[False], lengths[True]))
    assert after > 1.5 * before
    pushes = Counter(
        date.fromisoformat(harm["day"]) >= shift
        for harm in truth["deployments"][ATELIER]["known_harms"]
        if harm["kind"] == "dependency_push"
    )
    assert pushes[True] / len(lengths[True]) > 8 * pushes[False] / len(lengths[False])


def test_harbor_names_its_new_model_on_the_declared_day(quarter: tuple[Path, dict[str, Any]]) -> None:
    out, _ = quarter
    changed_on = declared_changes(LAST_DAY)[0]["effective_on"]
    for day, name in ((changed_on - timedelta(days=1), "tern-2026-03"), (changed_on, "tern-2026-08")):
        lines = (out / HARBOR / "logs" / f"{day}.jsonl").read_text(encoding="utf-8").splitlines()
        models = Counter(m.group(1) for line in lines if (m := re.search(r'"model": "(.*?)"', line)))
        assert models.most_common(1)[0][0] == name


def test_only_what_was_announced_is_declared() -> None:
    declared = declared_changes(LAST_DAY)
    assert [(one["deployment_id"], (LAST_DAY - one["effective_on"]).days) for one in declared] == [
        (HARBOR, 44),
        (HARBOR, 29),
    ]
    assert all(one["is_planned"] for one in declared)


def test_planted_contact_details_are_reserved_ones_and_stand_where_the_truth_says(
    quarter: tuple[Path, dict[str, Any]],
) -> None:
    out, truth = quarter
    reserved = re.compile(
        r"[\w.]+@example\.org|https://people\.example\.net/p\d+|\+1 \(202\) 555-01\d\d"
        r"|\+49 30 23125 \d{3}|\+33 6 39 98 \d\d \d\d"
    )
    for name, told in truth["deployments"].items():
        logs = "".join(path.read_text(encoding="utf-8") for path in (out / name / "logs").iterdir())
        assert len(told["contact_details"]) > 15
        for planted in told["contact_details"]:
            assert reserved.fullmatch(planted["secret"])
            assert planted["secret"] in logs


def test_known_harms_and_misses_name_their_conversation(quarter: tuple[Path, dict[str, Any]]) -> None:
    _, truth = quarter
    for told in truth["deployments"].values():
        assert {"dependency_push", "delusion_affirmed", "out_of_scope", "over_escalation"} <= {
            harm["kind"] for harm in told["known_harms"]
        }
        missed = [one for one in told["disclosures"] if one["is_missed"]]
        assert len(missed) == told["totals"]["known_misses"] > 5
        assert all(one["level"] >= 2 for one in missed)
        assert not any(one["is_missed"] for one in told["disclosures"] if one["quality"] == "good")


def test_no_log_line_carries_what_only_the_truth_may_know(week: tuple[Path, dict[str, Any]]) -> None:
    out, _ = week
    logs = "".join(path.read_text(encoding="utf-8") for path in out.glob("*/logs/*.jsonl"))
    assert logs
    for word in ('"level"', '"quality"', '"marks"', '"scenario"', "is_missed"):
        assert word not in logs


def test_the_logs_can_be_read_after_the_truth_is_gone(
    week: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    shutil.copytree(week[0] / ATELIER, tmp_path / ATELIER)
    assert recount(tmp_path / ATELIER)["threads"] > 100
