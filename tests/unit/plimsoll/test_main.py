"""The command line's promises: one clear message, exit codes, results alone on standard output."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MAPPING = """\
deployment: {id: sample_companion, zone: UTC}
records:
  - kind: message
    fields: {thread: thread, role: role, text: text, sent_at: at}
"""


def plimsoll(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "plimsoll", *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    lines = [
        {"thread": "t1", "role": "user", "text": "hello", "at": "2026-08-03T10:00:00Z"},
        {"thread": "t1", "role": "assistant", "text": "hello, how are you?", "at": "2026-08-03T10:00:05Z"},
        {"thread": "t1", "role": "narrator", "text": "nobody", "at": "2026-08-03T10:00:06Z"},
    ]
    (folder / "day.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    return folder


DEAR = {"dagster", "duckdb", "great_expectations", "numpy", "openpyxl", "pandas", "pyarrow", "scipy",
        "sklearn", "sqlalchemy", "sqlglot", "statsmodels", "xlsxwriter"}  # fmt: skip


def loaded_by(*arguments: str) -> set[str]:
    """Libraries that take long to load and modules of commands that a call has loaded when it ends."""
    program = (
        "import sys, plimsoll.__main__ as door; sys.argv[0] = 'plimsoll'\n"
        "try: door.main()\n"
        f"finally: print(*({DEAR} | {{n for n in sys.modules if n.startswith('plimsoll.commands.')}})"
        " & sys.modules.keys(), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_a_delivered_name_acts_on_no_terminal(delivery: Path, tmp_path: Path) -> None:
    (delivery / "x\n0 records rejected\x1b[2K.jsonl").write_bytes((delivery / "day.jsonl").read_bytes())
    (delivery / "y\nAll is well\u202e.pdf").write_bytes(b"")
    done = plimsoll("ingest", delivery, "--home", tmp_path / "home")
    told = done.stdout + done.stderr
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert not [line for line in told.splitlines() if line.startswith(("All is well", "0 records rejected"))]
    assert r"x\x0a0 records rejected\x1b[2K.jsonl" in told
    assert r"not read: y\x0aAll is well\u202e.pdf" in told
    refused = plimsoll("status", "--home", tmp_path / "\x1b]0;no such home")
    assert (refused.returncode, r"\x1b]0;no such home" in refused.stderr) == (1, True)


def test_the_help_names_every_command_and_loads_none() -> None:
    assert loaded_by("--help") == set()


def test_a_command_loads_its_own_modules_and_libraries_alone() -> None:
    loaded = loaded_by("users", "--help")
    assert "plimsoll.commands.people" in loaded
    assert {one for one in loaded if one.startswith("plimsoll.")} <= {
        f"plimsoll.commands.{one}" for one in ("people", "acting", "option")
    }
    assert loaded & DEAR == {"sqlalchemy"}


def test_listing_the_register_loads_nothing_that_writes_spreadsheets() -> None:
    assert loaded_by("register", "--help") & DEAR == {"sqlalchemy"}


def test_without_a_command_the_help_is_shown() -> None:
    assert "Usage" in plimsoll().stdout + plimsoll().stderr


def test_an_unknown_option_is_wrong_usage() -> None:
    assert plimsoll("status", "--nonsense").returncode == 2


def test_a_missing_home_is_one_message_without_a_traceback(tmp_path: Path) -> None:
    done = plimsoll("status", "--home", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "is not a Plimsoll home yet" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_error_of_the_operating_system_is_one_sentence(tmp_path: Path, delivery: Path) -> None:
    plimsoll("ingest", delivery, "--home", tmp_path / "home")
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    done = plimsoll("backup", tmp_path / "taken" / "b.tar", "--home", tmp_path / "home")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Not a directory: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("mark", ["{}", ""])
def test_a_damaged_mark_of_a_home_is_one_sentence(tmp_path: Path, mark: str) -> None:
    (tmp_path / "home.json").write_text(mark, encoding="utf-8")
    for command in ("status", "run"):
        done = plimsoll(command, "--home", tmp_path)
        assert done.returncode == 1
        assert "is damaged" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_directory_with_other_things_does_not_become_a_home(tmp_path: Path, delivery: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("private", encoding="utf-8")
    done = plimsoll("ingest", delivery, "--home", tmp_path / "mine")
    assert done.returncode == 1
    assert "is not a Plimsoll home" in done.stderr
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["letter.txt"]


def test_ingest_and_status_put_one_json_document_on_standard_output(tmp_path: Path, delivery: Path) -> None:
    home = tmp_path / "home"
    done = plimsoll("ingest", delivery, "--home", home, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["rejected"] == {"unknown_role": 1}
    state = json.loads(plimsoll("status", "--home", home, "--json").stdout)["deployments"]["sample_companion"]
    assert (state["accepted_messages"], state["conversations"], state["threads"]) == (2, 1, 1)
    assert state["stale_day_count"] == 1


def test_running_without_messages_says_what_to_do_first(tmp_path: Path, delivery: Path) -> None:
    home = tmp_path / "home"
    (delivery / "day.jsonl").write_text("", encoding="utf-8")
    assert plimsoll("ingest", delivery, "--home", home).returncode == 0
    done = plimsoll("run", "--home", home)
    assert done.returncode == 1
    assert "plimsoll ingest" in done.stderr


def test_a_range_that_ends_before_it_begins_is_wrong_usage(tmp_path: Path, delivery: Path) -> None:
    plimsoll("ingest", delivery, "--home", tmp_path / "home")
    done = plimsoll("run", "--from", "2026-08-04", "--to", "2026-08-03", "--home", tmp_path / "home")
    assert (done.returncode, done.stdout) == (2, "")
    assert "lies before" in done.stderr


def test_demo_data_does_not_enter_a_real_home(tmp_path: Path, delivery: Path) -> None:
    home = tmp_path / "home"
    plimsoll("ingest", delivery, "--home", home)
    done = plimsoll("demo", "--no-serve", "--home", home)
    assert done.returncode == 1
    assert "never mix" in done.stderr


def test_an_indicators_sql_is_shown() -> None:
    done = plimsoll("sql", "show", "missed_escalation_rate")
    assert done.returncode == 0
    assert "set variable" in done.stdout
    assert plimsoll("sql", "show", "no_such_indicator").returncode == 1
