"""Every page in a real browser: quiet, without calling anybody, on a desk and in a hand, light and dark."""

import pytest

pytestmark = pytest.mark.browser

HARBOR = "deployment=harbor_companion"
PAGES = {
    "overview": f"/overview?{HARBOR}",
    "indicators": f"/indicators?{HARBOR}",
    "indicator by week": f"/indicators/missed_escalation_rate?{HARBOR}",
    "indicator by day": f"/indicators/harm_rate_per_1000?{HARBOR}&period=day",
    "indicator without data": "/indicators/drift_index?deployment=quiet_cove",
    "register": f"/risk-register?{HARBOR}&risk=missed_escalation_of_risk",
    "checklist": f"/ethics-checklist?{HARBOR}&item=crisis_testing_passed",
    "data health": f"/data-health?{HARBOR}",
    "detectors": f"/detectors?{HARBOR}",
    "alarms": f"/alarms?{HARBOR}",
    "equity": f"/equity?{HARBOR}",
    "releases and drift": f"/releases-and-drift?{HARBOR}",
    "appetites": f"/appetites?{HARBOR}&indicator=stigma_rate_per_1000",
    "incidents": f"/incidents?{HARBOR}&alarm=a1",
    "reports": f"/reports?{HARBOR}",
    "not found": f"/nowhere?{HARBOR}",
    "little data": "/overview?deployment=quiet_cove",
}


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
def test_every_page_opens_quietly_calls_nobody_and_fits(make_reader, width, scheme):
    reader = make_reader(width=width, scheme=scheme)
    reader.open(f"/ethics-checklist?{HARBOR}")
    for name, path in PAGES.items():
        page = reader.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.locator("h1").count() == 1, name
        assert "is not a crisis service" in page.locator("footer").inner_text(), name
        assert reader.faults == [], name
    reader.page.wait_for_load_state("networkidle")
    assert reader.faults == reader.external == []


def test_every_chart_has_its_facts_a_summary_and_a_table_with_the_same_numbers(reader):
    page = reader.open(PAGES["indicator by week"])
    for chart in page.locator(".chart").all():
        facts = chart.locator(".chart-facts").inner_text()
        for label in ("Range", "Period", "Out of", "Data as of", "Definition"):
            assert label in facts
        assert len(chart.locator(".summary").inner_text()) > 40
    shown = page.evaluate(
        "document.querySelector('#series .js-plotly-plot').data.find(t => t.name.startsWith('value')).text"
    )
    values = [text.split(" (")[0] for text in shown if text]
    table = page.locator("#series .ag-center-cols-container [col-id=value]").all_inner_texts()
    assert len(values) == 13
    assert [value for value in values if value not in table and values.index(value) > 2] == []


@pytest.mark.parametrize("width", [1440, 375])
def test_which_week_and_which_estimate_a_row_is_stays_in_sight(make_reader, width):
    page = make_reader(width=width).open(PAGES["indicator by week"])
    pinned = page.locator("#series .ag-pinned-left-cols-container .ag-row")
    rows = [row.inner_text().split("\n") for row in pinned.all()[:12]]
    assert rows[0] == ["16 Nov 2026", "raw"]
    assert ["9 Nov 2026", "corrected"] in rows
    cut = page.evaluate(
        """() => [...document.querySelectorAll('#series .ag-pinned-left-cols-container .ag-cell-value')]
          .filter(cell => cell.scrollWidth > cell.clientWidth).length"""
    )
    assert cut == 0
    grid, value = page.locator("#series .grid"), page.locator("#series .ag-header-cell[col-id=value]")
    right = [box["x"] + box["width"] for box in (grid.bounding_box(), value.bounding_box())]
    assert right[1] <= right[0]  # no scrolling to the number itself
    assert "scroll sideways" in page.locator("#series .twin .hint").inner_text()


@pytest.mark.parametrize(
    "path",
    [
        f"/risk-register?{HARBOR}&risk=missed_escalation_of_risk",
        f"/incidents?{HARBOR}",
        f"/overview?{HARBOR}",
    ],
)
def test_one_long_word_does_not_widen_a_page(make_reader, path):
    page = make_reader(width=375).open(path)
    written = "h1, .lead, .card h2, .card p:not(td p, form p), .card li, .facts dd, .table th a"
    page.evaluate(
        """written => document.querySelectorAll(written)
          .forEach(one => { one.textContent = 'W'.repeat(1600); })""",
        written,
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.set_viewport_size({"width": 1440, "height": 900})
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every(one => one.scrollWidth <= one.clientWidth + 1)"
    )


def test_a_sentence_in_a_column_of_numbers_pushes_no_column_out_of_sight(reader):
    page = reader.open(PAGES["alarms"])
    page.evaluate(
        """() => document.querySelectorAll('#streams td.number').forEach(cell => {
          cell.classList.add('sentence');
          cell.textContent = 'not judged, because the change has days with units before it '.repeat(4);
        })"""
    )
    assert page.evaluate(
        """() => [...document.querySelectorAll('#streams .scroll')]
          .every(one => one.scrollWidth <= one.clientWidth + 1)"""
    )


def test_a_table_is_there_before_the_grid_knows_its_width(reader):
    page = reader.open(PAGES["releases and drift"])
    # As it stands below the fold until somebody scrolls there.
    page.evaluate("document.querySelector('.grid .ag-body').parentElement.classList.add('ag-delay-render')")
    cells = page.locator(".grid .ag-cell")
    assert cells.count() > 10
    assert all(cell.is_visible() for cell in cells.all()[:10])


@pytest.mark.parametrize("name", ["indicator by week", "equity", "releases and drift"])
def test_no_word_of_a_chart_is_cut_on_a_narrow_screen(make_reader, name):
    page = make_reader(width=320).open(PAGES[name])
    cut = page.evaluate(
        """() => [...document.querySelectorAll('.chart-picture')].flatMap(chart => {
          const edge = chart.getBoundingClientRect();
          return [...chart.querySelectorAll('.main-svg text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.width && (box.left < edge.left - 2 || box.right > edge.right + 2);
          }).map(text => text.textContent);
        })"""
    )
    assert cut == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_star_of_a_choice_is_as_easy_to_see_as_that_of_a_field(make_reader, scheme):
    page = make_reader(scheme=scheme).open(f"/releases-and-drift?{HARBOR}")
    colours = page.evaluate(
        """() => ['.mantine-InputWrapper-required', '.star']
          .map(one => getComputedStyle(document.querySelector(`#declare ${one}`)).color)"""
    )
    assert len(set(colours)) == 1


def test_dark_reaches_page_chart_and_grid_and_stays(make_reader):
    reader = make_reader(is_own=True)
    page = reader.open(PAGES["indicator by week"])

    def grounds():
        return page.evaluate(
            """() => [
              getComputedStyle(document.querySelector('.card')).backgroundColor,
              document.querySelector('#series .js-plotly-plot').layout.paper_bgcolor,
              getComputedStyle(document.querySelector('#series .main-svg')).backgroundColor,
              getComputedStyle(document.querySelector('.ag-root-wrapper')).backgroundColor,
              getComputedStyle(document.querySelector('.ag-row')).color]"""
        )

    light = grounds()
    assert light[0] == light[2] == light[3] == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Switch between light and dark").click()
    reader.wait("document.querySelector('#series .js-plotly-plot').layout.paper_bgcolor === '#151d28'")
    page.wait_for_timeout(300)
    dark = grounds()
    assert dark[0] == dark[2] == dark[3] == "rgb(21, 29, 40)"
    assert dark[4] == "rgb(231, 237, 244)"
    page.reload()
    reader.settle()
    assert grounds() == dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_the_system_sets_the_colours_marks_lines_and_choices_are_still_seen(make_reader, scheme):
    reader = make_reader(scheme=scheme, is_own=True)
    page = reader.open(f"/overview?{HARBOR}&status=breach")
    page.emulate_media(forced_colors="active", color_scheme=scheme)

    def look(selector, what):
        return page.evaluate(
            "([selector, what]) => getComputedStyle(document.querySelector(selector))[what]", [selector, what]
        )

    canvas = look("body", "backgroundColor")
    for masked in (".shape", ".sparkline-layer", ".brand-mark"):
        assert look(masked, "backgroundColor") != canvas, masked
    for one in (".segment", ".rail-link", ".tally"):
        chosen, other = (
            [look(f"{one}{which}", what) for what in ("backgroundColor", "borderLeftColor")]
            for which in (":is(.is-chosen, .is-here)", ":not(.is-chosen, .is-here)")
        )
        assert chosen != other, one
    reader.go(PAGES["register"])
    assert look(".cell", "borderTopWidth") == "1px"


def test_the_first_byte_of_a_dark_page_is_dark(make_reader):
    reader = make_reader(scheme="dark")
    answer = reader.page.request.get(f"{reader.site.url}/overview")
    assert 'data-mantine-color-scheme="dark"' in answer.text()


def test_all_state_is_in_the_address(reader):
    page = reader.open(PAGES["indicator by week"])
    for word in ("4 weeks", "Daily", "language"):
        page.get_by_role("link", name=word, exact=True).click()
        reader.wait(
            "[...document.querySelectorAll('.segment.is-chosen')]"
            f".some(chosen => chosen.innerText.startsWith('{word}'))"
        )
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    reader.settle()
    chosen = page.locator(".segment.is-chosen").all_inner_texts()
    assert [text.split("(")[0].strip() for text in chosen] == ["Daily", "4 weeks", "language"]


def test_the_switcher_opens_the_other_deployment_and_drops_filters(reader):
    page = reader.open(f"{PAGES['overview']}&status=watch")
    page.get_by_role("combobox", name="Deployment").or_(page.locator("#deployment")).first.click()
    page.get_by_role("option", name="Quiet cove").click()
    page.wait_for_url("**deployment=quiet_cove**")
    reader.wait("document.querySelector('.eyebrow').innerText === 'Quiet cove'")
    assert "status" not in page.url


def test_a_cell_of_the_heat_map_filters_the_risks(reader):
    page = reader.open(f"/risk-register?{HARBOR}")
    page.locator(".cell-link", has_text="R-17").click()
    page.wait_for_url("**cell=S2.frequent**")
    reader.wait("document.querySelectorAll('.table tbody tr').length === 1")
    assert "R-17" in page.locator(".table tbody").inner_text()


def test_a_download_comes_as_a_file_named_for_what_it_holds(reader):
    page = reader.open(PAGES["indicator by week"])
    with page.expect_download() as download:
        page.get_by_role("link", name="Download these values (CSV)").click()
    assert download.value.suggested_filename == "harbor_companion_values_generation_7.csv"


def test_the_rail_opens_and_closes_in_a_hand(make_reader):
    reader = make_reader(width=375)
    page = reader.open(PAGES["overview"])
    rail = page.get_by_role("navigation", name="Pages")
    assert not rail.is_visible()
    page.get_by_role("button", name="Menu").click()
    rail.get_by_role("link", name="Data health").click()
    reader.wait("document.querySelector('h1').innerText === 'Data health'")
    rail.wait_for(state="hidden")
