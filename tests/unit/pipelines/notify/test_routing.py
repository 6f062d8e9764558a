"""The routing file: every fault at once, no address in it, and whose turn it is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from pipelines.errors import DefinitionError
from pipelines.notify.routing import Rota, Secret, load_routing
from tests.unit.pipelines.notify.test_escalation import notice

GOOD = {
    "dashboard": "https://plimsoll.example.org",
    "routes": {"mail": {"env": "MAIL"}},
    "people": {"officer": ["mail"]},
    "rules": [{"people": ["officer"]}],
}


def write(folder: Path, content: dict[str, object]) -> Path:
    (folder / "notify.yaml").write_text(yaml.safe_dump(content))
    return folder


def test_without_a_file_nobody_is_called(tmp_path: Path) -> None:
    assert load_routing(tmp_path) is None


def test_a_good_file_is_read(tmp_path: Path) -> None:
    routing = load_routing(write(tmp_path, GOOD))
    assert routing is not None
    assert routing.escalation_minutes == (15, 30)


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    rules = [{"severity": ["page"], "people": ["nobody"], "copy_to": ["ghost"]}, {"rota": "nights"}]
    bad = GOOD | {"people": {"officer": ["fax"]}, "rules": rules, "escalation_minutes": [30, 15]}
    with pytest.raises(DefinitionError) as raised:
        load_routing(write(tmp_path, bad))
    for part in ("no route fax", "no person nobody", "no person ghost", "no rota nights", "rising"):
        assert part in str(raised.value)


def test_a_severity_that_nobody_gets_is_a_fault(tmp_path: Path) -> None:
    rules = [{"severity": ["attention"], "people": ["officer"]}]
    with pytest.raises(DefinitionError, match="nobody is told of page for clinical"):
        load_routing(write(tmp_path, GOOD | {"rules": rules}))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            {"rotas": {"nights": {"order": ["ghost"], "starts_on": "2026-11-23"}}},
            "rotas.nights: .*no person ghost",
        ),
        ({"escalation_minutes": [15, 15]}, "rising"),
        ({"escalation_minutes": [0, 15]}, "rising"),
        ({"rules": [{"people": ["officer"], "rota": "nights"}]}, "name one of rota"),
        ({"rules": [{"severity": ["page"]}]}, "name one of rota"),
        ({"rules": [{"people": ["officer"], "deployments": ["demo"]}]}, "of every deployment; add a rule"),
        ({"rotas": {"nights": {"order": ["officer"], "starts_on": "2026-11-23", "zone": "Bremen"}}}, "IANA"),
    ],
)
def test_a_file_by_which_a_call_would_reach_nobody_or_too_often_is_refused(
    tmp_path: Path, fault: dict[str, object], said: str
) -> None:
    with pytest.raises(DefinitionError, match=said):
        load_routing(write(tmp_path, GOOD | fault))


def test_a_rule_for_one_deployment_is_for_no_other(tmp_path: Path) -> None:
    people = {"officer": ["mail"], "other": ["mail"]}
    rules = [{"people": ["other"], "deployments": ["demo"]}, {"people": ["officer"]}]
    routing = load_routing(write(tmp_path, GOOD | {"people": people, "rules": rules}))
    assert routing is not None
    told = {name: routing.find_rule(notice(deployment=name)).people for name in ("demo", "else", None)}
    assert told == {"demo": ("other",), "else": ("officer",), None: ("officer",)}


def test_an_address_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    address = "mailtos://user:secret@mail.example.org"
    with pytest.raises(DefinitionError) as raised:
        load_routing(write(tmp_path, GOOD | {"routes": {"mail": address}}))
    assert "routes.mail" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_an_address_lies_in_the_environment_or_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("json://localhost\n")
    assert Secret(env="MAIL").read({"MAIL": " json://localhost "}) == "json://localhost"
    assert Secret(env="MAIL").read({}) is None
    assert Secret(file=tmp_path / "address").read() == "json://localhost"
    assert Secret(file=tmp_path / "missing").read() is None
    with pytest.raises(ValueError, match="name one of"):
        Secret(env="MAIL", file=tmp_path)


def test_an_address_that_cannot_be_read_is_none_and_stops_no_other_call(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("binary", "loop", ".", "binary/inside"):
        assert Secret(file=tmp_path / name).read() is None


def test_an_address_for_other_eyes_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    assert Secret(file=tmp_path / "address").read() is None


def test_turns_change_at_the_hour_of_the_rota_in_its_zone() -> None:
    rota = Rota(
        order=("first", "second", "third"), starts_on=dt.date(2026, 11, 23), hour=9, zone="Europe/Berlin"
    )
    # 09:00 in Berlin is 08:00 UTC in winter.
    turn = dt.datetime(2026, 11, 30, 8, 0, tzinfo=dt.UTC)
    assert rota.order_at(turn - dt.timedelta(minutes=1)) == ("first", "second", "third")
    assert rota.order_at(turn) == ("second", "third", "first")
    assert rota.order_at(turn - dt.timedelta(days=8))[0] == "third"


def test_a_turn_lasts_as_many_days_as_the_rota_says() -> None:
    rota = Rota(order=("first", "second"), starts_on=dt.date(2026, 11, 23), hour=0, days=3)
    monday = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    turns = [rota.order_at(monday + dt.timedelta(days=day))[0] for day in range(7)]
    assert turns == ["first"] * 3 + ["second"] * 3 + ["first"]
