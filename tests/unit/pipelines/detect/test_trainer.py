"""Training: the same bytes from the same files, unknown is not a no, and a person makes a model live."""

import datetime as dt
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from pipelines.detect import model_store
from pipelines.detect.cascade import make_cascade
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.detectors.linear.cards import load_card
from pipelines.detect.detectors.linear.model import load_model, write_model
from pipelines.detect.detectors.linear.ngrams import hash_texts
from pipelines.detect.examples import make_rows
from pipelines.detect.labelled import LabelledRow
from pipelines.detect.model_store import (
    Adoption,
    adopt,
    find_live_model,
    keep,
    list_models,
    models_folder,
    read_adoption,
    shipped_version,
)
from pipelines.detect.overlap import hash_text
from pipelines.detect.reviewed import label_messages
from pipelines.detect.side_by_side import compare_models, describe_comparison
from pipelines.detect.trainer import cross_validate, load_examples, train_from
from pipelines.detect.training import fit
from pipelines.detect.training_plan import PLAN, GradedPlan, SourcePlan, TrainingPlan, load_training_plan
from pipelines.errors import DefinitionError, HomeError, StateError
from pipelines.lake import lake as lakes
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands.training import train

LABEL = "self_harm_or_suicide"
DAY = dt.date(2026, 3, 2)
WISHES = (
    "I want to die",
    "I wish I was dead",
    "I keep thinking about killing myself",
    "I can't stop cutting myself",
)
EVERYDAY = ("I like tea", "the bus was late", "what should I cook", "my dog is asleep")


def record(number: int, text: str, label: int | None, **more: object) -> dict[str, object]:
    labels = {} if label is None else {LABEL: label}
    return {"id": f"r{number}", "role": "user", "text": text, "language": "en", "labels": labels} | more


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sources: labelled posts, and chat without labels."""
    place = tmp_path_factory.mktemp("data")
    posts = [record(n, f"{WISHES[n % 4]}, day {'x' * n}", 1) for n in range(30)]
    posts += [record(100 + n, f"{EVERYDAY[n % 4]}, day {'y' * n}", 0) for n in range(30)]
    chat = [record(200 + n, f"{EVERYDAY[n % 4]} again {'z' * n}", None) for n in range(30)]
    chat.append(record(300, "somebody spoke of suicide", None))
    for name, rows in (("posts", posts), ("chat", chat)):
        lines = "\n".join(json.dumps(row) for row in rows)
        (place / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def plan() -> TrainingPlan:
    shipped = load_training_plan().model_dump()
    source = {"licence": "ours", "words": "ours", "weight": 1.0}
    return TrainingPlan.model_validate(
        shipped
        | {
            "folds": 2,
            "made_per_family": 4,
            "implied": {},
            "heads": [one for one in shipped["heads"] if one["name"] == "self_harm"],
            "sources": [
                source | {"name": "posts", "file": "posts.jsonl", "tune": True, "is_distress": True},
                source | {"name": "chat", "file": "chat.jsonl", "presume": [LABEL], "guards": "chat"},
            ],
        }
    )


@pytest.fixture(scope="module")
def trained(plan: TrainingPlan, folder: Path):
    return train_from(plan, folder)


def test_the_same_files_give_the_same_bytes(plan: TrainingPlan, folder: Path, trained) -> None:
    again = train_from(plan, folder)
    assert again.files == trained.files
    assert again.model.description == trained.model.description


def test_a_model_is_read_as_it_was_written(tmp_path: Path, trained) -> None:
    write_model(tmp_path, trained.model.description, trained.files)
    model = load_model(tmp_path)
    assert np.array_equal(model.weights, trained.model.weights)
    assert hash_text("i LIKE tea, day") in model.training_hashes


def test_a_live_model_that_is_trained_again_stays_whole_wherever_that_is_killed(
    tmp_path: Path, trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path, trained.model.description, trained.files)
    for last in range(len(trained.files) + 1):
        left = iter(range(last))

        def stop(_: int, left: Iterator[int] = left) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt

        monkeypatch.setattr("os.fsync", stop)
        with pytest.raises(KeyboardInterrupt):
            write_model(tmp_path, trained.model.description, trained.files)
        load_model.cache_clear()
        assert load_model(tmp_path).description == trained.model.description


def test_an_absent_label_is_presumed_only_where_nothing_is_alarming(plan: TrainingPlan, folder: Path) -> None:
    rows = {row.row_id: row.labels for row in make_rows(plan, folder)}
    assert rows["r200"][LABEL] == 0
    assert LABEL not in rows["r300"]


def read_texts(plan: TrainingPlan, place: Path, **files: list[dict[str, object]]) -> dict[str, object]:
    """The label of each text, and its source, where the plan has these files as its sources."""
    sources = []
    for name, rows in files.items():
        (place / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        presume = (LABEL,) if name == "chat" else ()
        sources.append(
            plan.sources[0].model_copy(update={"name": name, "file": f"{name}.jsonl", "presume": presume})
        )
    rows = make_rows(plan.model_copy(update={"sources": tuple(sources)}), place)
    return {row.text: (row.dataset, row.labels.get(LABEL)) for row in rows}


def test_no_order_of_copies_decides_what_a_text_is_labelled_as(
    plan: TrainingPlan, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    yes, no = ([record(n, f"this is it, {n}", label) for n in range(3)] for label in (1, 0))
    other = [record(n + 10, f"THIS  is it, {n}", None) for n in range(2)]
    logging.getLogger("plimsoll").propagate = True
    with caplog.at_level(logging.WARNING):
        assert set(read_texts(plan, tmp_path, posts=yes[:2], more=[*no, *other]).values()) == {
            ("posts", None),
            ("more", 0),
        }
    assert "posts: 0 rows are copies of a text before them. Of 2 texts copies contradict" in caplog.text
    assert "more: 4 rows are copies of a text before them. Of 2 texts copies contradict" in caplog.text
    assert "this is it" not in caplog.text
    again = read_texts(plan, tmp_path, more=[*no, *other], posts=yes[:2])
    assert [label for _, label in again.values()] == [None, None, 0]
    contradicted = read_texts(plan, tmp_path, chat=[record(1, "so it is", 1), record(2, "so it is", 0)])
    assert contradicted == {"so it is": ("chat", None)}  # nor is a no presumed


def test_a_copy_without_a_label_takes_that_of_a_later_one(plan: TrainingPlan, tmp_path: Path) -> None:
    first, later = record(1, "this is it", None), record(2, "this is it", 1)
    assert read_texts(plan, tmp_path, posts=[first, later]) == {"this is it": ("posts", 1)}
    assert read_texts(plan, tmp_path, chat=[first], posts=[later]) == {"this is it": ("chat", 1)}
    assert read_texts(plan, tmp_path, posts=[later], chat=[first]) == {"this is it": ("posts", 1)}
    kept = plan.model_copy(
        update={"sources": (plan.sources[0].model_copy(update={"keeps_first_copy": True}), *plan.sources[1:])}
    )
    assert kept.digest == plan.digest
    assert read_texts(kept, tmp_path, posts=[first, later]) == {"this is it": ("posts", None)}


def test_a_source_is_left_out_by_name(plan: TrainingPlan) -> None:
    assert [one.name for one in plan.without(("chat",)).sources] == ["posts"]
    with pytest.raises(DefinitionError, match=r"nowhere.*There are: chat, posts"):
        plan.without(("nowhere",))


def test_a_head_without_positives_is_refused_with_the_counts(plan: TrainingPlan, folder: Path) -> None:
    with pytest.raises(StateError, match="self_harm has 0 positive"):
        train_from(plan.without(("posts",)), folder)


def test_rows_are_measured_by_models_that_have_not_seen_them(plan: TrainingPlan, folder: Path) -> None:
    results = cross_validate(plan, load_examples(plan, folder))
    (found,) = [one for one in results if one["detector"] == "linear" and one["dataset"] == "posts"]
    assert (found["n"], found["positives"]) == (60, 30)
    assert found["auprc"] > 0.9


def test_rows_by_which_rules_were_written_teach_ngrams_and_are_not_measured(
    plan: TrainingPlan, folder: Path
) -> None:
    posts = next(one for one in plan.sources if one.name == "posts")
    more = posts.model_copy(
        update={"name": "read", "file": "read.jsonl", "is_measured": False, "tune": False}
    )
    lines = [record(500 + n, f"no more mornings for me {'w' * n}", 1) for n in range(20)]
    (folder / "read.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    taught = plan.model_copy(update={"sources": (*plan.sources, more)})
    examples = load_examples(taught, folder)
    fitted = fit(taught, examples)
    assert np.isnan(fitted.scores["self_harm"][examples.sources == "read"]).all()
    assert np.isfinite(fitted.scores["self_harm"][examples.sources == "posts"]).all()
    assert hash_text("no more mornings for me www") in fitted.model.training_hashes
    assert "read" not in {one["dataset"] for one in cross_validate(taught, examples)}
    hashed = hash_texts(pa.array(["no more mornings for me"])).matrix()
    (unseen,) = hashed @ fitted.model.float_weights()
    (before,) = hashed @ train_from(plan, folder).model.float_weights()
    assert unseen > before


def test_a_model_becomes_live_by_adoption_alone(tmp_path: Path, trained) -> None:
    home = Home(tmp_path)
    keep(home, trained)
    version = trained.model.description.version
    assert list_models(home) == (version,)
    assert find_live_model(home) is None
    adopt(home, Adoption(version, "officer", "2026-01-01T00:00:00+00:00", "found more", ("change_0001",)))
    live = find_live_model(home)
    assert live is not None
    assert live.name == version
    adoption = read_adoption(home)
    assert adoption is not None
    assert adoption.decided_by == "officer"


def test_the_shipped_model_is_made_live_again_like_any_other(tmp_path: Path, trained) -> None:
    home = Home(tmp_path)
    keep(home, trained)
    own = trained.model.description.version
    adopt(home, Adoption(own, "officer", "2026-01-01T00:00:00+00:00", "found more", ()))
    adopt(home, Adoption(shipped_version(), "officer", "2026-01-02T00:00:00+00:00", "found too much", ()))
    assert find_live_model(home) is None
    adoption = read_adoption(home)
    assert adoption is not None
    assert (adoption.is_shipped, adoption.reason) == (True, "found too much")
    assert list_models(home) == (own,)


def test_the_way_back_leads_to_whichever_model_ships(tmp_path: Path, monkeypatch) -> None:
    home = Home(tmp_path)
    adopt(home, Adoption(shipped_version(), "officer", "2026-01-01T00:00:00+00:00", "found too much", ()))
    monkeypatch.setattr(model_store, "shipped_version", lambda: "of_an_upgrade")
    assert find_live_model(home) is None


def test_a_version_that_is_not_there_cannot_become_live(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="holds no model nothing"):
        adopt(Home(tmp_path), Adoption("nothing", "officer", "", "", ()))


def test_two_models_are_compared_on_the_same_rows(
    tmp_path: Path, plan: TrainingPlan, folder: Path, trained
) -> None:
    home = Home(tmp_path)
    keep(home, trained)
    rows = [row for row in make_rows(plan, folder) if row.dataset == "posts"]
    (line,) = compare_models(home, trained.model.description.version, rows)
    assert line["n"] == 60
    assert line["other"]["seen_in_training"] == 60
    assert "60 rows seen in training by the live model" not in describe_comparison([line])
    assert "60 by the other" in describe_comparison([line])


def test_a_model_that_flags_almost_everything_shows_it_where_nothing_is_to_be_found(
    tmp_path: Path, trained, plan: TrainingPlan, folder: Path
) -> None:
    home = Home(tmp_path)
    pair = {"sieve": 0.0001, "alert": 0.0002}
    lax = trained.model.description.model_copy(
        update={"version": "lax", "thresholds": dict.fromkeys(trained.model.description.thresholds, pair)}
    )
    write_model(models_folder(home) / "lax", lax, trained.files)
    rows = [row for row in make_rows(plan, folder) if row.labels.get(LABEL) == 0]
    (line, *_) = lines = compare_models(home, "lax", rows)
    assert (line["positives"], line["live"]["flagged"], line["other"]["flagged"]) == (0, 0.0, 1.0)
    assert "posts, u_suicidal_ideation (0 of 30): flagged 0.000 -> 1.000, specificity 1.000 -> 0.000" in (
        describe_comparison(lines)
    )
    with_positives = [row for row in make_rows(plan, folder) if row.dataset == "posts"]
    assert "flagged 0." in describe_comparison(compare_models(home, "lax", with_positives))


def test_rows_that_the_live_model_was_trained_on_are_told_as_well(
    tmp_path: Path, plan: TrainingPlan, folder: Path, trained
) -> None:
    home = Home(tmp_path)
    keep(home, trained)
    adopt(home, Adoption(trained.model.description.version, "officer", "2026-01-01T00:00:00+00:00", "", ()))
    rows = [row for row in make_rows(plan, folder) if row.dataset == "posts"]
    lines = compare_models(home, shipped_version(), rows)
    assert "60 rows seen in training by the live model, 0 by the other" in describe_comparison(lines)


def test_what_one_model_does_not_look_for_is_said_and_the_rest_is_compared(
    tmp_path: Path, trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    keep(home, trained)  # without a head for refusals, and here without rules for them
    reply = {"row_id": "a", "role": "assistant", "text": "I cannot help with that.", "language": "en"}
    wish = {"row_id": "b", "role": "user", "text": WISHES[0], "language": "en", "labels": {LABEL: 1}}
    rows = [
        LabelledRow.model_validate(one | {"dataset": "held"})
        for one in (reply | {"labels": {"assistant_refusal": 1}}, wish)
    ]
    rules = load_lexicon_detector()
    lines = tuple(line for line in rules.card.signals if line.signal_id != "a_refusal")
    monkeypatch.setattr(rules, "_card", replace(rules.card, signals=lines))
    found = {line["label"]: line for line in compare_models(home, trained.model.description.version, rows)}
    assert set(found) == {LABEL, "assistant_refusal"}
    assert found["assistant_refusal"]["live"] is not None
    assert found["assistant_refusal"]["other"] is None
    assert "f1 1.000 -> not looked for" in describe_comparison(list(found.values()))


def test_review_labels_teach_the_message_that_scores_highest_and_every_no(plan: TrainingPlan) -> None:
    messages = pa.Table.from_pylist(
        [
            {"conversation_id": "seen", "message_id": "a", "text": "hello there"},
            {"conversation_id": "seen", "message_id": "b", "text": "I want to kill myself"},
            {"conversation_id": "calm", "message_id": "c", "text": "good morning"},
            {"conversation_id": "unread", "message_id": "d", "text": "I want to die"},
        ]
    )
    for name, value in (("deployment_id", "d"), ("role", "user"), ("language", "en")):
        messages = messages.append_column(name, pa.array([value] * messages.num_rows))
    answers = {"seen": {"u_suicidal_ideation": 2}, "calm": {}}
    rows = label_messages(messages, answers, plan, cascade=make_cascade())
    assert {row.row_id: row.labels for row in rows} == {"b": {LABEL: 1}, "c": {LABEL: 0}}


def make_own(count: int, **more: object) -> list[LabelledRow]:
    """Reviewed messages of a home, every third of them a yes."""
    return [
        LabelledRow.model_validate(
            {"row_id": f"m{n}", "role": "user", "text": f"tonight it ends {'v' * n}", "language": "en"}
            | {"labels": {LABEL: int(n % 3 == 0)}, "dataset": "reviews", "cluster": f"c{n}"}
            | more
        )
        for n in range(count)
    ]


def test_a_model_that_learned_from_reviews_says_so_and_its_card_gives_no_numbers_of_them(
    plan: TrainingPlan, folder: Path
) -> None:
    described = train_from(plan, folder, own=make_own(12)).model.description
    (own,) = [one for one in described.sources if one.name == "reviews"]
    assert (own.rows, own.positives, own.is_distress) == (12, 4, True)
    assert "this home's own users" in own.words
    told = load_card(described).data
    assert "reviews (messages of this home's own users" in told
    assert "12 rows" not in told
    assert [one.name for one in train_from(plan, folder).model.description.sources] == ["posts", "chat"]


def test_a_model_knows_its_reviewed_texts_by_the_homes_key_and_in_that_home_alone(
    tmp_path: Path, plan: TrainingPlan, folder: Path
) -> None:
    own = make_own(12)
    fitted = train_from(plan, folder, own=own)
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    with pytest.raises(HomeError, match=r"pseudonym\.key is missing"):
        keep(home, fitted)
    (home.keys / "pseudonym.key").write_bytes(b"k" * 32)
    with lakes.write(home.lake, by="test") as commit:
        commit.replace_days("staging.message", stage(own), [("d", DAY)])
    kept = keep(home, fitted)
    assert not {hash_text(row.text) for row in own} & load_model(kept).training_hashes
    (line,) = compare_models(home, kept.name, own)
    assert line["other"]["seen_in_training"] == 12
    (home.keys / "pseudonym.key").write_bytes(b"o" * 32)
    (line,) = compare_models(home, kept.name, own)
    assert line["other"]["seen_in_training"] == 0


def stage(rows: list[LabelledRow]) -> pa.Table:
    """Messages of a day with these texts."""
    texts = [{"deployment_id": "d", "day": DAY, "message_id": one.row_id, "text": one.text} for one in rows]
    return pa.Table.from_pylist(texts)


def test_no_source_of_a_plan_may_stand_for_the_reviews(plan: TrainingPlan) -> None:
    with pytest.raises(ValidationError, match="cannot be called reviews"):
        SourcePlan.model_validate(plan.sources[0].model_dump() | {"name": "reviews"})


def test_words_of_ones_own_users_are_not_careful(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"--careful leaves out all words of people in distress.*--reviews"):
        train(tmp_path, careful=True, reviews=True, home=tmp_path)


def test_review_labels_teach_from_logs_that_do_not_say_the_language(plan: TrainingPlan) -> None:
    texts = (
        "This morning I went for a long walk with the dog.",
        "Ce matin je me suis promenée avec le chien.",
        None,
    )
    messages = pa.table(
        {
            "deployment_id": ["d"] * 3,
            "conversation_id": ["english", "french", "expired"],
            "message_id": ["a", "b", "c"],
            "role": ["user"] * 3,
            "text": pa.array(texts, pa.string()),
            "language": ["unknown"] * 3,
        }
    )
    answers: dict[str, dict[str, int]] = {name: {} for name in ("english", "french", "expired")}
    rows = label_messages(messages, answers, plan, cascade=make_cascade())
    assert [(row.row_id, row.language) for row in rows] == [("a", "en")]


def make_talk(*said: tuple[str | None, str]) -> pa.Table:
    """A conversation of one person, each message with its text and language."""
    return pa.table(
        {
            "deployment_id": ["d"] * len(said),
            "conversation_id": ["talk"] * len(said),
            "message_id": [f"m{n}" for n in range(len(said))],
            "role": ["user"] * len(said),
            "text": pa.array([text for text, _ in said], pa.string()),
            "language": [language for _, language in said],
        }
    )


@pytest.mark.parametrize(
    ("beside", "is_taught"),
    [
        (("I like tea", "en"), True),
        (("Quiero morir", "es"), False),  # it may have been said there
        (("", "en"), False),  # expired
        ((None, "en"), False),
    ],
)
def test_a_yes_is_taught_only_where_all_that_the_person_said_can_be_read(
    plan: TrainingPlan, beside: tuple[str | None, str], *, is_taught: bool
) -> None:
    messages = make_talk(("I want to die", "en"), beside)
    seen, calm = (
        label_messages(messages, {"talk": said}, plan, cascade=make_cascade())
        for said in ({"u_suicidal_ideation": 2}, {})
    )
    assert [(row.row_id, row.labels[LABEL]) for row in seen] == [("m0", 1)] * is_taught
    assert {row.labels[LABEL] for row in calm} == {0}


def test_where_no_detector_scores_a_message_none_is_taught_as_what_reviewers_saw(plan: TrainingPlan) -> None:
    messages = make_talk(("hello there", "en"), ("nothing much", "en"))
    rules = make_cascade([load_lexicon_detector()])
    assert label_messages(messages, {"talk": {"u_suicidal_ideation": 2}}, plan, cascade=rules) == []


def test_contrast_teaches_a_graver_head_the_mild_and_leaves_the_first_alone(
    plan: TrainingPlan, tmp_path: Path
) -> None:
    texts = ("I wish I was dead {}", "I will kill myself tonight {}", *("I like tea {}",) * 6)
    rows = [
        record(n, texts[n % 8].format("x" * n), int(n % 8 < 2)) | {"grave": int(n % 8 == 1)}
        for n in range(160)
    ]
    for row in rows:
        row["labels"] |= {"suicide_high_risk": row.pop("grave")}
    (tmp_path / "posts.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    first, _, grave, _ = load_training_plan().heads

    def score(contrast: float) -> tuple[np.ndarray, np.ndarray]:
        heads = (first, grave.model_copy(update={"contrast": contrast}))
        own = plan.without(("chat",)).model_copy(update={"heads": heads})
        scores = fit(own, load_examples(own, tmp_path)).scores
        return scores[first.name], scores[grave.name]

    (first_plain, plain), (first_taught, taught) = score(1), score(10)
    mild, gravest = np.arange(0, 160, 8), np.arange(1, 160, 8)
    assert np.array_equal(first_plain, first_taught, equal_nan=True)
    assert (taught[gravest].mean() - taught[mild].mean()) > (plain[gravest].mean() - plain[mild].mean())


def test_graded_texts_alone_teach_a_head_what_sets_the_grave_apart(
    plan: TrainingPlan, tmp_path: Path
) -> None:
    texts = ("I wish I was dead {}", "I will kill myself tonight {}", *("I like tea {}",) * 6)
    rows = [record(n, texts[n % 8].format("x" * n), int(n % 8 < 2)) for n in range(160)]
    for n, row in enumerate(rows):
        row["labels"] |= {"suicide_high_risk": int(n % 8 == 1)}
        row["labels"] |= {"grade": ("mild", "grave")[n % 8]} if n % 8 < 2 else {}
    (tmp_path / "posts.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    head = load_training_plan().heads[2]

    def train(graded: dict[str, object] | None) -> tuple[float, dict[str, bytes]]:
        asked = None if graded is None else GradedPlan.model_validate(graded)
        heads = (head.model_copy(update={"graded": asked}),)
        own = plan.without(("chat",)).model_copy(update={"heads": heads})
        fitted = fit(own, load_examples(own, tmp_path))
        mild, grave = hash_texts(pa.array(texts[:2])).matrix() @ fitted.model.float_weights()
        return float(grave[0] - mild[0]), fitted.files

    plain, files = train(None)
    taught, _ = train({"label": "grade", "grave": ("grave",)})
    assert taught > 1.2 * plain
    assert train({"label": "nobody's", "grave": ("grave",)})[1] == files  # too few are graded


def test_left_without_its_only_source_a_head_is_left_to_the_rules(
    plan: TrainingPlan, folder: Path, tmp_path: Path
) -> None:
    replies = [
        record(n, f"I {'cannot' if n % 2 else 'can'} help with that, {'w' * n}", None)
        | {"role": "assistant", "labels": {"assistant_refusal": n % 2}}
        for n in range(40)
    ]
    for name in ("posts", "chat"):
        (tmp_path / f"{name}.jsonl").write_bytes((folder / f"{name}.jsonl").read_bytes())
    (tmp_path / "replies.jsonl").write_text("\n".join(json.dumps(row) for row in replies), encoding="utf-8")
    source = {"name": "replies", "file": "replies.jsonl", "licence": "", "words": "", "weight": 1.0}
    both = TrainingPlan.model_validate(
        plan.model_dump()
        | {
            "heads": [one for one in load_training_plan().heads if one.name in ("self_harm", "refusal")],
            "sources": [*plan.model_dump()["sources"], source],
        }
    )
    examples = load_examples(both, tmp_path)
    without = examples.sources != "replies"
    with pytest.raises(StateError, match="head refusal has 0 positive"):
        fit(both, examples, without)
    left = fit(both, examples, without, leave_scarce=True).model
    assert [head.name for head in left.heads] == ["self_harm"]
    with pytest.raises(StateError, match="head self_harm has 0 positive"):
        fit(both, examples, examples.sources == "chat", leave_scarce=True)


def test_the_shipped_plan_says_for_every_source_whose_words_it_holds() -> None:
    plan = load_training_plan()
    assert all(source.licence and source.words for source in plan.sources)
    distress = {"cssrs_suicidewatch_1170", "counselchat", "diasafety_disclosures"}
    assert {one.name for one in plan.sources if one.is_distress} == distress


def test_a_plan_whose_labels_no_row_carries_is_refused(folder: Path, plan: TrainingPlan) -> None:
    head = plan.heads[0].model_copy(update={"label": "self_harms"})
    wrong = plan.model_copy(update={"heads": (head,), "made_per_family": 0})
    with pytest.raises(StateError, match=rf"No row carries .*\(self_harms\).*{LABEL}"):
        load_examples(wrong, folder)


def test_a_head_for_a_signal_that_is_not_there_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN.read_text().replace("signal_id: a_refusal", "signal_id: a_refusing"))
    line = path.read_text().split("a_refusing")[0].count("\n") + 1
    with pytest.raises(
        DefinitionError, match=rf"plan\.yaml:{line}: heads\.3\.signal_id: .*no signal a_refusing; allowed: "
    ):
        load_training_plan(path)


@pytest.mark.parametrize(
    ("written", "wrong", "field"),
    [("folds: 10", "folds: 1", "folds"), ("alarming: (?i)", "alarming: (?i", "alarming")],
)
def test_what_is_wrong_in_a_plan_is_told_with_its_line(
    tmp_path: Path, written: str, wrong: str, field: str
) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN.read_text().replace(written, wrong, 1))
    line = path.read_text().split(wrong)[0].count("\n") + 1
    with pytest.raises(DefinitionError, match=rf"^{re.escape(str(path))}:{line}: {field}: "):
        load_training_plan(path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"version": "other"}'])
def test_a_damaged_decision_is_told_and_is_no_decision_for_the_shipped_model(
    tmp_path: Path, content: bytes
) -> None:
    home = Home(tmp_path)
    path = model_store.models_folder(home) / "live.json"
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StateError, match=r"live\.json is damaged, .* Delete the file"):
        find_live_model(home)
