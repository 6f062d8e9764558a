"""Pages as a browser would get them: from an address to words, downloads and decisions."""

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import duckdb
import pytest

from dashboards.app import PAGES, create_app, find_page
from dashboards.first_steps import FIRST_STEPS
from dashboards.pages.directory import ALIASES
from risk_register.account.accounts import Role
from risk_register.item.checklist import ItemStatus, list_items

HARBOR = "?deployment=harbor_companion"
SEND = f"/send/ethics-checklist{HARBOR}&item=crisis_testing_passed"


@pytest.mark.parametrize(
    "search", [HARBOR, "?deployment=quiet_cove", f"{HARBOR}&range=4w", f"{HARBOR}&range=all"]
)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.title)
def test_every_page_opens_for_much_and_for_little_data(officer, page, search):
    path = page.path + ("/drift_index" if page.takes_subject else "")
    answer = officer.show(path, search)
    assert answer["shown-deployment"]["data"] == search.split("=")[1].split("&")[0]
    page_words = officer.words_of(answer)
    assert len(page_words) > 200
    assert "`" not in page_words
    assert page.takes_subject or page.title in page_words


def test_the_footer_says_what_this_is_not_how_late_and_which_generation(officer):
    footer = json.dumps(officer.show("/overview", HARBOR)["footer"])
    for words in (
        "is not a crisis service",
        "worst-case delay 26 h from delivery to this page with the hourly schedule. The last run was",
        "Generation 7",
        "21 Nov 2026, 04:10 UTC",
        "Demo:",
    ):
        assert words in footer


@pytest.mark.parametrize(("hour", "words"), [(22, "1 day ago"), (23, "2 days ago")])
def test_how_long_ago_the_data_end_is_counted_in_the_deployment_s_zone(visit, clock, hour, words):
    clock.now = datetime(2026, 11, 21, hour, tzinfo=UTC)  # 23 h UTC is midnight in Warsaw
    assert f"20 Nov 2026 ({words} in Europe/Warsaw)" in visit().sign_in("viewer").read("/data-health", HARBOR)


def test_the_title_of_an_indicator_s_page_is_that_of_its_heading(officer):
    shown = officer.show("/indicators/missed_escalation_rate", HARBOR)
    assert shown["page-title"]["data"] == "Missed escalation · Harbor companion"
    unknown = officer.show("/indicators/no_such_thing", HARBOR)
    assert unknown["page-title"]["data"] == "no such thing · Harbor companion"


def test_a_real_home_carries_no_demo_mark(home, officer, published_factory):
    published_factory.publish(home / "published", generation=8, home_kind="real")
    assert "Demo:" not in json.dumps(officer.show("/overview", HARBOR)["footer"])


def test_a_run_that_publishes_while_pages_are_open_is_seen_by_the_next_page(home, officer, published_factory):
    assert "Generation 7" in json.dumps(officer.show("/overview", HARBOR)["footer"])
    published_factory.publish(home / "published", generation=8)
    assert "Generation 8" in json.dumps(officer.show("/overview", HARBOR)["footer"])


def test_before_anything_is_published_the_page_says_so(home, officer):
    (home / "published" / "current").unlink()
    answer = officer.show("/overview")
    words = officer.words_of(answer)
    assert "Nothing published yet" in words
    assert "Whoever runs this home" in words
    assert "Until then nobody is called" in words
    for path, title, _ in FIRST_STEPS:
        assert find_page(path) is not None
        assert f'"href": "{path}"' in json.dumps(answer["page"])
        assert title in words
    assert "is not a crisis service" in json.dumps(answer["footer"])
    assert "Nothing published yet" in officer.words_of(officer.show("/appetites", HARBOR))
    assert officer.client.get("/download/overview/indicators.csv").status_code == 503


BEFORE = [page for page in PAGES if not page.needs_run]


@pytest.mark.parametrize("page", BEFORE, ids=lambda page: page.path)
def test_what_rests_on_decisions_opens_before_the_first_run_and_says_that_data_are_unknown(
    home, everyone, page
):
    (home / "published" / "current").unlink()
    who = everyone[Role.ADMINISTRATOR if page.path == "/administration" else Role.SAFETY_OFFICER]
    answer = who.show(page.path, HARBOR)
    words = who.words_of(answer)
    assert "all that data would say here is unknown" in words
    assert "Harbor companion" in words
    assert "Generation" not in json.dumps(answer["footer"])
    assert "generation 0" not in json.dumps(answer["page"])
    for sheet in page.sheets:
        assert who.client.get(f"/download{page.path}/{sheet}.csv{HARBOR}").status_code in {200, 403}


def test_a_page_whose_published_file_is_no_file_says_why_and_shows_the_command_that_helps(home, officer):
    (home / "published" / "current").write_text("latest")
    answer = officer.show("/", HARBOR)
    said = officer.words_of(answer)
    assert "allowed is published-<generation>.duckdb" in said
    assert "`" not in said
    assert {"type": "Code", "props": {"children": "plimsoll run"}} in find_parts(answer["page"], "Code")


def find_parts(node, kind):
    """Parts of a kind anywhere in a page, without their namespace."""
    if isinstance(node, list):
        return [part for one in node for part in find_parts(one, kind)]
    if not isinstance(node, dict):
        return []
    inner = find_parts(list(node.values()), kind)
    return [{"type": kind, "props": node["props"]}, *inner] if node.get("type") == kind else inner


def test_no_page_of_decisions_calls_a_risk_or_an_item_fine_before_the_first_run(home, officer):
    (home / "published" / "current").unlink()
    for path in ("/risk-register", "/ethics-checklist"):
        drawn = json.dumps(officer.show(path, HARBOR)["page"])
        assert "within appetite" not in drawn.lower()
    assert "unknown" in officer.read("/risk-register", HARBOR)


def test_an_incident_is_opened_and_a_risk_rated_before_the_first_run(home, officer):
    (home / "published" / "current").unlink()
    form = {
        "action": "open", "title": "A call from a clinic", "severity": "S3", "nature": "serious_harm",
        "description": "Told by phone.", "aware_at": "",
    }  # fmt: skip
    assert officer.send("/incidents", HARBOR, **form).status_code == 303
    assert "A call from a clinic" in officer.read("/incidents", HARBOR)


@pytest.mark.parametrize(
    ("location", "words"),
    [("refusal_rate", "once the pipelines have run"), ("https://example.org/test", "Added as evidence 1.")],
)
def test_before_the_first_run_an_address_is_evidence_and_an_indicator_waits(home, officer, location, words):
    (home / "published" / "current").unlink()
    form = {
        "action": "add_link",
        "item": "crisis_testing_passed",
        "version": "1",
        "title": "The test",
        "location": location,
    }
    assert officer.send("/ethics-checklist", HARBOR, **form).status_code == 303
    assert words in officer.read("/ethics-checklist", HARBOR)


def test_before_the_first_run_nothing_opens_without_a_grant_or_a_known_deployment(home, officer):
    (home / "published" / "current").unlink()
    refused = officer.words_of(officer.show("/risk-register", "?deployment=nobodys"))
    assert "has no role on this deployment" in refused
    with closing(sqlite3.connect(home / "governance.sqlite")) as connection:
        connection.execute("pragma foreign_keys = off")
        connection.execute("delete from deployment")
        connection.commit()
    assert "Nothing published yet" in officer.words_of(officer.show("/risk-register", HARBOR))


def test_a_store_that_was_never_set_up_is_explained(tmp_path, home, clock):
    app = create_app(
        published=home / "published", governance_url=f"sqlite:///{tmp_path / 'none.sqlite'}",
        secret=b"x" * 32, clock=clock,
    )  # fmt: skip
    client = app.server.test_client()
    token = client.get("/sign-in").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    for form in ("link", "password"):
        answer = client.post(f"/sign-in/{form}", data={"csrf_token": token, "token": "x", "name": "viewer"})
        assert answer.status_code == 503
        assert "plimsoll upgrade" in answer.get_data(as_text=True)
        assert str(tmp_path) not in answer.get_data(as_text=True)


def test_an_unknown_page_and_an_unknown_indicator_say_so(officer):
    assert "There is no page at /nowhere" in officer.read("/nowhere", HARBOR)
    assert "no indicator named 'nothing'" in officer.read("/indicators/nothing", HARBOR)


@pytest.mark.parametrize(
    ("path", "title", "subject"),
    [("/", "Overview", None), ("/indicators", "Indicators", None), ("/indicators/a", "Indicator", "a"),
     ("/risk-register/", "Risk register", None)],
)  # fmt: skip
def test_a_path_finds_its_page(path, title, subject):
    found = find_page(path)
    assert found is not None
    assert (found[0].title, found[1]) == (title, subject)


@pytest.mark.parametrize("path", ["/nowhere", "/indicators/a/b", "/overview/x"])
def test_a_path_too_long_or_unknown_finds_none(path):
    assert find_page(path) is None


@pytest.mark.parametrize(
    ("alias", "path"),
    [("/register", "/risk-register"), ("/checklist", "/ethics-checklist"), ("/drift", "/releases-and-drift"),
     ("/alarm", "/alarms"), ("/data", "/data-health")],
)  # fmt: skip
def test_a_path_by_which_people_look_for_a_page_leads_there(officer, alias, path):
    answer = officer.client.get(f"{alias}{HARBOR}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{path}{HARBOR}")


def test_no_other_name_hides_a_page():
    assert len(ALIASES) == sum(len(page.aliases) for page in PAGES)
    assert not {page.path for page in PAGES} & set(ALIASES)
    assert all(find_page(path) is not None for path in ALIASES.values())


def test_not_found_lists_the_pages_and_the_rail_holds_them_in_shelves(officer):
    answer = officer.show("/nowhere", HARBOR)
    for page in PAGES:
        if page.in_rail:
            assert page.title in json.dumps(answer["page"])
            assert page.title in json.dumps(answer["rail"])
    words = json.dumps(answer["rail"])
    assert words.index('"Watch"') < words.index('"Govern"') < words.index('"Data"')


def test_the_overview_says_what_needs_attention_and_what_changed(officer):
    words = officer.read("/overview", HARBOR)
    for expected in ("breach", "Missed escalation", "contradicted by data", "held", "The gate holds the day",
                     "Review of 17 risks", "gpt-5.1 to gpt-5.2", "not known whether planned"):  # fmt: skip
        assert expected in words
    seen, most = re.search(r"0 seen in (\d+): at most ([\d.]+)\u00a0%", words).groups()
    assert float(most) == pytest.approx(100 * (1 - 0.025 ** (1 / int(seen))), rel=0.005)


def test_the_overview_shows_only_what_the_address_asks_for(officer):
    table = officer.read("/overview", f"{HARBOR}&status=within").split("Indicators")[-1]
    assert "Escalation without need" in table
    assert "Missed escalation" not in table


def test_an_indicator_that_is_not_delivered_is_not_measured_and_never_zero(officer):
    words = officer.read("/overview", "?deployment=quiet_cove&family=disclosure")
    assert "not measured" in words
    assert "no value" in words


def read_csv(officer, address):
    answer = officer.client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_a_download_holds_what_the_address_filters(officer):
    rows = read_csv(officer, f"/download/overview/indicators.csv{HARBOR}&family=harm")
    assert {row["family"] for row in rows} == {"harm"}
    assert len(rows) == 5


def test_small_cells_are_hidden_where_numbers_leave_and_others_are_not(officer):
    address = "/download/indicators/missed_escalation_rate/values.csv"
    small = read_csv(officer, f"{address}{HARBOR}&slice=language&value=es&range=all")
    hidden = [row for row in small if row["numerator"] == "suppressed"]
    assert hidden != []
    numbers = ("denominator", "value", "ci_low", "ci_high", "coverage", "status", "variation")
    assert {row[name] for row in hidden for name in numbers} == {"suppressed"}
    whole = read_csv(officer, f"{address}{HARBOR}&range=all")
    assert "suppressed" not in {row["numerator"] for row in whole}
    assert {row["coverage"] for row in whole} <= {"suppressed", "0.95"}  # 0.97 would count who was not read


def test_a_value_that_few_conversations_had_stands_on_the_pages_and_does_not_leave_by_name(home, officer):
    (file,) = (home / "published").glob("published-*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("update published.observation set is_of_few = true where slice_value = 'es'")
        connection.execute("update published.equity set is_of_few = true where slice_value = 'es'")
    values = f"/download/indicators/missed_escalation_rate/values.csv{HARBOR}&slice=language&range=all"
    assert read_csv(officer, f"{values}&value=en") != []
    assert read_csv(officer, f"{values}&value=es") == []
    assert {row["slice_value"] for row in read_csv(officer, f"/download/equity/groups.csv{HARBOR}")} == {
        "en", "pl", "25-44",
    }  # fmt: skip
    assert "language: es" in officer.read("/equity", HARBOR).lower()


def test_what_an_alarm_counted_stands_on_its_page_and_leaves_in_no_table(officer):
    assert "9.13 %" in officer.read("/alarms", HARBOR)
    rows = read_csv(officer, f"/download/alarms/alarms.csv{HARBOR}")
    assert "The share of missed escalations rose" in " ".join(row["note"] for row in rows)
    assert not [row for row in rows if "9.13" in str(row) or "912" in str(row)]


def test_distances_of_weeks_leave_in_steps_and_stand_exactly_on_the_page(home, officer):
    (file,) = (home / "published").glob("published-*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update published.drift set is_suppressed = true where feature = 'signal_mix' and distance < 0.1"
        )
    rows = read_csv(officer, f"/download/releases-and-drift/drift.csv{HARBOR}")
    told = {(row["feature"], row["distance"], row["null_high"], row["message_count"]) for row in rows}
    assert told == {
        ("message_length", "0.0", "0.05", "18000"), ("signal_mix", "0.15", "0.05", "18000"),
        ("signal_mix", "suppressed", "suppressed", "suppressed"),
    }  # fmt: skip
    page = json.dumps(officer.show("/releases-and-drift", HARBOR)["page"])
    assert '"distance": "0.160"' in page
    assert '"distance": "0.040"' in page


def test_the_overview_takes_no_number_away_that_the_published_file_marks(home, officer):
    (file,) = (home / "published").glob("published-*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute("update published.observation set is_suppressed = true")
    rows = read_csv(officer, f"/download/overview/indicators.csv{HARBOR}")
    for name in ("numerator", "denominator", "value", "ci_low", "ci_high", "coverage", "variation"):
        assert {row[name] for row in rows} <= {"suppressed", ""}, name
    assert {row["status"] for row in rows if row["value"] == "suppressed"} == {"suppressed"}
    assert "suppressed" in {row["value"] for row in rows}


def test_a_held_day_is_listed_with_its_rule(officer):
    words = officer.read("/data-health", HARBOR)
    assert "11 Nov 2026" in words
    assert "role is known" in words
    assert "unvalidated" in words


def test_data_health_says_what_to_do_and_what_the_gate_found(officer):
    words = officer.read("/data-health", HARBOR)
    for expected in (
        *(
            "To look at (2)",
            "1 that ended in this range",
            "The gate holds the day.",
            "Deliver again.",
            "lasts",
            "ended",
        ),
        *("Who spoke is known.", "1 of ", "36.0\u00a0%", "1 rule that every judged day kept"),
        *("1 rule that judged no day", "Users are heard.", "0 of 0"),
        *("Great Expectations, the day as a whole", "Completeness of fields", "region 0\u00a0%"),
        *("Restatements", "Newest delivery", "1 failed, 1 late, 1 partial, 1 restated"),
    ):
        assert expected in words


def test_what_is_known_of_a_detector_is_told_in_a_sentence_where_it_is_an_essay(
    home, officer, published_factory
):
    tables = published_factory.make_tables()
    short, long = "Seldom wrong. Seldom right.", f"It misses one in ten. {'C-SSRS posts P 0.94. ' * 50}"
    tables["detector"][0]["note"], tables["detector"][1]["note"] = short, long
    published_factory.publish(home / "published", tables=tables, generation=8)
    words = officer.read("/data-health", HARBOR).split("Detectors")[-1]
    assert short in words
    assert "It misses one in ten. (" in words
    assert "C-SSRS" not in words
    assert "#detector-lexicon" in json.dumps(officer.show("/data-health", HARBOR)["page"])
    assert long in officer.read("/detectors", HARBOR)


def test_days_that_are_not_whole_are_named_beside_the_numbers_of_other_pages(officer):
    for path in ("/overview", "/indicators/missed_escalation_rate"):
        words = officer.read(path, HARBOR)
        assert "11 Nov 2026" in words
        assert "Data health" in words


@pytest.mark.parametrize("sheet", ["days", "rules", "fields"])
def test_what_data_health_shows_can_be_taken_away(officer, sheet):
    rows = read_csv(officer, f"/download/data-health/{sheet}.csv{HARBOR}")
    assert len(rows) >= 2


def test_data_health_gives_away_lines_of_a_log_and_nothing_that_counts_people(
    home, officer, published_factory
):
    days = published_factory.make_data_days()
    few, beside = sorted(
        (row for row in days if row["day"].month == 10), key=lambda row: row["message_count"]
    )[1:3]
    few["message_count"] = 4
    fields = [row | {"known_count": row["row_count"] - 1} for row in published_factory.make_fields()]
    published_factory.publish(home / "published", tables={"data_day": days, "field_completeness": fields[:1]})

    rows = read_csv(officer, f"/download/data-health/rows.csv{HARBOR}")
    hidden = {str(few["day"]), str(beside["day"])}
    kinds = {row["reason"]: set() for row in rows}
    for row in rows:
        kinds[row["reason"]].add(row["row_count"] == "suppressed")
        assert row["row_count"] == "suppressed" or row["day"] not in hidden
    assert kinds["unscored:unsupported_language"] == kinds["redacted"] == {True}
    assert kinds["accepted"] == {True, False}
    assert [row["row_count"] for row in rows if row["reason"] == "rejected:not_json"].count("2") > 1

    by_day = {row["day"]: row for row in read_csv(officer, f"/download/data-health/days.csv{HARBOR}")}
    assert {row["unscored_count"] for row in by_day.values()} == {"suppressed"}
    gone = {day for day, row in by_day.items() if row["message_count"] == "suppressed"}
    assert gone == hidden
    assert {by_day[day][name] for day in gone for name in ("rejected_count", "expected_count")} == {
        "suppressed"
    }
    assert by_day[str(days[0]["day"])]["rejected_count"] == "4"

    (field,) = read_csv(officer, f"/download/data-health/fields.csv{HARBOR}")
    assert field["known_count"] == "suppressed"
    assert field["row_count"] != "suppressed"


def test_a_cell_of_the_heat_map_filters_the_table(officer):
    words = officer.read("/risk-register", f"{HARBOR}&cell=S5.frequent").split("Risks")[-1]
    assert "R-02" in words
    assert "R-17" not in words


@pytest.mark.parametrize(
    ("path", "name", "known"),
    [
        ("/risk-register", "risk", "missed_escalation_of_risk"),
        ("/ethics-checklist", "item", "crisis_testing_passed"),
        ("/regimes", "regime", "us_ca_companion_chatbots"),
        ("/incidents", "incident", None),
        ("/appetites", "indicator", "over_escalation_rate"),
    ],
)
def test_an_address_that_names_what_is_not_there_says_so(officer, path, name, known):
    said = f"There is no {name} 'nonsense' in Harbor companion."
    assert said in officer.read(path, f"{HARBOR}&{name}=nonsense")
    assert "There is no" not in officer.read(path, HARBOR)
    assert known is None or "There is no" not in officer.read(path, f"{HARBOR}&{name}={known}")


def test_a_risk_shows_its_indicators_and_its_history(officer):
    words = officer.read("/risk-register", f"{HARBOR}&risk=missed_escalation_of_risk")
    assert "Nothing yet shows that it is rarer." in words
    assert "clinical safety lead" in words
    assert "nothing → S5 frequent" in words.replace("\u00a0", " ")


def test_an_attestation_that_the_data_contradict_stands_and_says_so(officer, store, clock):
    from risk_register.item.checklist import contradicted_by

    items = list_items(store, "harbor_companion", as_of=clock().date())
    against = [item for item in items if contradicted_by(item, {"missed_escalation_rate": "breach"})]
    assert len(against) == 1
    words = officer.read("/ethics-checklist", f"{HARBOR}&item={against[0].item_id}")
    assert "Met — contradicted by data" in words
    assert against[0].state is ItemStatus.MET


def test_an_item_with_an_open_task_has_no_heading_without_words(officer, store, clock):
    from risk_register.item.checklist import contradicted_by
    from risk_register.item.tasks import open_tasks

    items = list_items(store, "harbor_companion", as_of=clock().date())
    breach = {"missed_escalation_rate": "breach"}
    (item,) = [one for one in items if contradicted_by(one, breach)]
    open_tasks(
        store, deployment_id="harbor_companion", items=items, statuses=breach, actor="plimsoll", at=clock()
    )
    page = officer.show("/ethics-checklist", f"{HARBOR}&item={item.item_id}")["page"]["children"]
    assert "Close task 1" in officer.words_of({"page": {"children": page}})
    headings = find_headings(page)
    assert len(headings) > 3
    assert all(headings)


def find_headings(node):
    """What every heading of a component tree holds."""
    if isinstance(node, list):
        return [heading for part in node for heading in find_headings(part)]
    if not isinstance(node, dict):
        return []
    within = node.get("props", {}).get("children")
    if node.get("type") in {"H1", "H2", "H3", "H4"}:
        return [within]
    return find_headings(within)


def attest(visitor, **fields):
    seen = {"item": "crisis_testing_passed", "version": str(state_of(visitor).version)}
    form = {"csrf_token": visitor.token(), "action": "attest", **seen, **fields}
    return visitor.client.post(SEND, data=form)


def state_of(visitor):
    items = list_items(visitor.store, "harbor_companion", as_of=visitor.clock().date())
    return next(item for item in items if item.item_id == "crisis_testing_passed")


def test_an_officer_attests_an_item_with_evidence(officer):
    answer = attest(officer, state="met", evidence="scores.pdf", note="", expires_on="2027-05-01")
    assert answer.status_code == 303
    item = state_of(officer)
    assert (item.state, item.evidence, item.attested_by) == (ItemStatus.MET, "scores.pdf", "safety_officer")
    assert "Attested as met." in officer.read("/ethics-checklist", HARBOR)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"state": "met", "evidence": "", "expires_on": "2027-05-01"}, "met needs evidence"),
        ({"state": "met", "evidence": "x", "expires_on": ""}, "on which it expires"),
        ({"state": "met", "evidence": "x", "expires_on": "soon"}, "is not a day"),
        ({"state": "splendid", "evidence": "x"}, "is not a state"),
    ],
)
def test_an_attestation_that_is_not_complete_is_refused_in_words(officer, fields, words):
    assert attest(officer, **fields).status_code == 303
    assert words in officer.read("/ethics-checklist", HARBOR)
    assert state_of(officer).state is ItemStatus.NOT_STARTED


def test_a_viewer_cannot_attest_even_by_hand(visit):
    viewer = visit().sign_in("viewer")
    attest(viewer, state="met", evidence="x", note="", expires_on="2027-05-01")
    assert "may not attest" in viewer.read("/ethics-checklist", HARBOR)
    assert state_of(viewer).state is ItemStatus.NOT_STARTED


def test_a_refusal_for_a_script_is_json_and_leaves_no_message_for_the_next_page(officer):
    form = {
        "csrf_token": officer.token(),
        "action": "attest",
        "item": "crisis_testing_passed",
        "version": "1",
    }
    answer = officer.client.post(SEND, data=form, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (422, "application/json")
    assert "is not a state" in answer.get_json()["refusal"]
    assert "is not a state" not in officer.read("/ethics-checklist", HARBOR)
    form |= {"state": "not_met", "evidence": "", "note": "", "expires_on": ""}
    answer = officer.client.post(SEND, data=form, headers={"Accept": "application/json"})
    assert answer.get_json()["href"].startswith("/ethics-checklist?deployment=harbor_companion")
    assert "Attested as not met." in officer.read("/ethics-checklist", HARBOR)


def test_what_no_page_has_said_yet_does_not_fill_the_cookie_of_a_script(officer):
    form = {"csrf_token": officer.token(), "action": "attest", "item": "crisis_testing_passed",
            "state": "not_met", "evidence": "", "note": "", "expires_on": ""}  # fmt: skip
    sizes = []
    for version in range(1, 21):
        answer = officer.client.post(
            SEND, data=form | {"version": str(version)}, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200
        sizes.append(len(officer.client.get_cookie("plimsoll_session").value))
    assert max(sizes) - sizes[0] < 64
    assert officer.read("/ethics-checklist", HARBOR).count("Attested as not met.") == 1


def test_an_attestation_without_the_form_token_is_refused(officer):
    form = {"action": "attest", "item": "crisis_testing_passed", "state": "not_met"}
    assert officer.client.post(SEND, data=form).status_code == 403
    assert state_of(officer).state is ItemStatus.NOT_STARTED


def test_not_applicable_waits_for_a_second_person(officer, visit):
    attest(officer, state="not_applicable", evidence="", note="No crisis use.")
    confirm = {"action": "confirm", "item": "crisis_testing_passed", "version": "2"}
    officer.client.post(SEND, data={"csrf_token": officer.token(), **confirm})
    assert state_of(officer).state is ItemStatus.NOT_STARTED
    other = visit().sign_in("compliance")
    other.client.post(SEND, data={"csrf_token": other.token(), **confirm})
    assert state_of(officer).state is ItemStatus.NOT_APPLICABLE


def test_text_of_a_log_reaches_the_page_as_text(home, officer, published_factory):
    tables = published_factory.make_tables()
    tables["change"][0]["note"] = "<img src=x onerror=alert(1)>"
    published_factory.publish(home / "published", generation=9, tables=tables)
    answer = officer.show("/overview", HARBOR)
    assert "<img src=x onerror=alert(1)>" in " ".join(officer.read("/overview", HARBOR).split())
    assert "dangerously" not in json.dumps(answer)
