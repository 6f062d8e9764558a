"""What a stranger may deliver by mistake: one clear message, no traceback, and nothing else is lost."""

import gzip
import json
import os
import sys
from pathlib import Path

import pytest

from pipelines.lake.lake import Lake

MEGABYTE = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def test_a_folder_without_a_readable_file_is_refused(kit, folder):
    (folder / "minutes.docx").write_bytes(b"PK")
    answer = kit.command.plimsoll(
        "ingest", folder, "--mapping", kit.mapping, home=folder.parent / "h", status=1
    )
    assert "no readable file" in answer.errors
    assert "minutes.docx" in answer.errors
    assert ".jsonl" in answer.errors
    assert len(answer.errors.splitlines()) == 1


def test_a_mapping_with_an_unknown_field_is_refused_before_anything_is_made(kit, folder):
    wrong = folder.parent / "wrong.yaml"
    wrong.write_text(kit.mapping.read_text().replace("      language: meta.lang", "      tongue: meta.lang"))
    home = folder.parent / "home"
    answer = kit.command.plimsoll("ingest", kit.logs, "--mapping", wrong, home=home, status=1)
    assert "wrong.yaml" in answer.errors
    assert "tongue: not a field of a message; allowed are" in answer.errors
    assert not home.exists()


def test_a_mapping_in_another_zone_than_what_is_held_is_refused(kit, folder):
    home, other = kit.copy(kit.ingested), folder.parent / "other.yaml"
    other.write_text(kit.mapping.read_text().replace("zone: UTC", "zone: Europe/Berlin"))
    before = Lake(home / "lake").generation
    answer = kit.command.plimsoll("ingest", kit.logs, "--mapping", other, home=home, status=1)
    assert "held with zone UTC" in answer.errors
    assert "Europe/Berlin" in answer.errors
    assert Lake(home / "lake").generation == before


def test_files_that_are_wrong_as_a_whole_are_named_and_the_others_are_taken(kit, folder):
    good = kit.export.talk("good", kit.export.moment(0), "Hello.", "Hello, how was your day?")
    lines = "".join(json.dumps(record) + "\n" for record in good)
    more = "".join(
        json.dumps(kit.export.message("more", turn, kit.export.moment(0, 9 + turn / 100), f"{turn}")) + "\n"
        for turn in range(400)
    )
    (folder / "a_good.jsonl").write_text(lines)
    (folder / "b_noise.jsonl").write_bytes(os.urandom(5000) + b"\0")
    (folder / "c_sixteen.jsonl").write_text(lines, encoding="utf-16")
    (folder / "d_empty.jsonl").write_bytes(b"")
    (folder / "e_list.jsonl").write_text(json.dumps(good))
    (folder / "f_numbers.jsonl").write_text('1\n[]\nnull\n"text"\n')
    (folder / "g_packed.jsonl.gz").write_bytes(gzip.compress(more.encode()))
    (folder / "h_broken.jsonl.gz").write_bytes(gzip.compress(lines.encode())[:-9])
    (folder / "i_marked.jsonl").write_bytes(b"\xef\xbb\xbf" + lines.replace("good", "marked").encode())
    home = folder.parent / "home"
    answer = kit.command.plimsoll("ingest", folder, "--mapping", kit.mapping, "--json", home=home)
    told = {line.partition(":")[0]: line for line in answer.errors.splitlines()}
    assert "binary_file (whole file" in told["b_noise.jsonl"]
    assert "not_utf8 (whole file" in told["c_sixteen.jsonl"]
    assert "deliver it as UTF-8" in told["c_sixteen.jsonl"]
    assert "empty file" in told["d_empty.jsonl"]
    assert "not one JSON object" in told["e_list.jsonl"]
    assert "4 rejected as malformed_line (line 1, 2, 3 ..." in told["f_numbers.jsonl"]
    assert "400 messages" in told["g_packed.jsonl.gz"]
    assert "broken_archive (whole file" in told["h_broken.jsonl.gz"]
    assert "2 messages" in told["i_marked.jsonl"]
    assert answer.document["rejected"] == {
        "binary_file": 1, "not_utf8": 1, "malformed_line": 5, "broken_archive": 1,
    }  # fmt: skip
    kept = Lake(home / "lake").read("staging.message")
    assert kept.num_rows == 2 + 400 + 2


def test_a_corrected_mapping_accepts_exactly_once_what_was_rejected(kit, folder):
    home, wrong = folder.parent / "home", folder.parent / "wrong.yaml"
    wrong.write_text(kit.mapping.read_text().replace("human: user, ", ""))
    first = kit.command.plimsoll("ingest", kit.logs, "--mapping", wrong, "--json", home=home).document
    assert first["rejected"]["unknown_role"] > 90
    second = kit.command.plimsoll("ingest", kit.logs, "--mapping", kit.mapping, "--json", home=home).document
    assert second["rejected"] == kit.export.sample_counts()["rejected"]


def test_a_line_of_two_hundred_megabytes_is_rejected_in_little_memory(kit, folder):
    good = [
        json.dumps(record).encode() for record in kit.export.talk("t", kit.export.moment(0), "Hi.", "Hi!")
    ]
    plain = folder / "small.jsonl"
    plain.write_bytes(b"\n".join(good))
    usual = measure_memory(kit, folder, folder.parent / "h1")
    with plain.open("wb") as stream, gzip.open(folder / "packed.jsonl.gz", "wb", compresslevel=1) as packed:
        for target in (stream, packed):
            target.write(good[0] + b"\n" + b'{"event": "message", "body": "')
            for _ in range(200):
                target.write(b"x" * MEGABYTE)
            target.write(b'"}\n' + good[1] + b"\n")
    assert plain.stat().st_size > 200 * MEGABYTE
    assert measure_memory(kit, folder, folder.parent / "h2") < usual + 100 * MEGABYTE
    rejected = Lake(folder.parent / "h2" / "lake").read("ledger.rejected").to_pylist()
    assert [(row["reason"], row["position"]) for row in rejected] == [("line_too_long", 2)] * 2
    assert Lake(folder.parent / "h2" / "lake").read("staging.message").num_rows == 2


def measure_memory(kit, folder: Path, home: Path) -> int:
    """The most memory, in bytes, that an ingest of the folder held."""
    arguments = [sys.executable, "-m", "plimsoll", "ingest", str(folder)]
    arguments += ["--mapping", str(kit.mapping), "--home", str(home)]
    child = os.posix_spawn(
        sys.executable,
        arguments,
        os.environ,
        file_actions=[(os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)],
    )
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    return usage.ru_maxrss * 1024


def test_a_deployment_of_one_unreadable_file_does_not_stop_the_publishing_of_another(kit, folder):
    other = folder.parent / "other.yaml"
    other.write_text(kit.mapping.read_text().replace("id: replay_companion", "id: other"))
    (folder / "a.csv").write_bytes(b"thread,text\nx,m\xfcde\n")
    home = kit.copy(kit.computed)
    before = (home / "published" / "current").read_text()
    kit.warm.ingest(home, folder, other)
    kit.warm.run(home)
    assert (home / "published" / "current").read_text() != before
