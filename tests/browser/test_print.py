"""Pages on paper: light ink, no frame, whole charts and tables, and a first line that says what it is."""

import io
import re
from datetime import date

import pytest
from pypdf import PdfReader

pytestmark = pytest.mark.browser

HARBOR = "deployment=harbor_companion"
INDICATOR = f"/indicators/missed_escalation_rate?{HARBOR}"
STATE = """() => ({
  card: getComputedStyle(document.querySelector('.card')).backgroundColor,
  ink: getComputedStyle(document.body).color,
  ground: document.querySelector('#series .js-plotly-plot').layout.paper_bgcolor,
  width: Number(document.querySelector('#series .main-svg').getAttribute('width')),
  tables: document.querySelectorAll('.printed-table').length,
  marks: getComputedStyle(document.querySelector('.mark > .shape')).printColorAdjust,
})"""
PAPER = 718  # px: the narrower of A4 and Letter less the margins of the sheet


def print_pages(page) -> list[str]:
    """The words of each page of a PDF, with single spaces."""
    reader = PdfReader(io.BytesIO(page.pdf(format="A4")))
    return [re.sub(r"\s+", " ", one.extract_text()) for one in reader.pages]


@pytest.mark.parametrize("width", [1440, 375])
def test_every_row_and_column_of_a_grid_is_on_paper_and_nothing_of_the_frame(make_reader, width):
    reader = make_reader(width=width, scheme="dark")
    page = reader.open(INDICATOR)
    rows = page.evaluate(
        """() => {
          const found = [];
          dash_ag_grid.getApi(document.querySelector('#series .grid').firstElementChild.id)
            .forEachNode(row => found.push(row.data));
          return found;
        }"""
    )
    words = " ".join(printed := print_pages(page))
    assert len(rows) > 13
    for row in rows:
        week = date.fromisoformat(row["start"])
        assert f"{week.day} {week:%b %Y} {row['estimate']} {row['value'].split()[0]}" in words
    assert "Week of Estimate Value 95 % interval" in words
    assert "Interval by" in words
    first = printed[0]
    assert first.startswith(
        "Plimsoll: Missed escalation · Harbor companion · Weekly · last 13 weeks · generation 7"
    )
    for left_out in ("Skip to the page", "Sign out", "Ethics checklist", "Download", "scroll sideways"):
        assert left_out not in words
    assert reader.faults == []


def test_no_table_begins_with_its_headings_alone_at_the_foot_of_a_page(reader):
    page = reader.open(f"/risk-register?{HARBOR}")
    headings = page.locator("table[role=table] thead").last.inner_text().split()
    for above in range(0, 1000, 50):  # px: so that the table begins at every height of a page
        page.evaluate("above => { document.querySelector('#page').style.paddingTop = `${above}px`; }", above)
        for words in print_pages(page):
            assert words.split()[-len(headings) :] != headings, above


def test_a_sentence_in_a_table_has_room_on_paper(reader):
    page = reader.open(f"/appetites?{HARBOR}")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 900})
    narrow = page.evaluate(
        """() => [...document.querySelectorAll('#page .table td:last-child')].map(cell => {
          cell.classList.add('sentence');
          cell.textContent = 'It is past what a person approved. '.repeat(6);
          return cell;
        }).map(cell => cell.getBoundingClientRect().width)"""
    )
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert min(narrow) >= 140


def test_a_dark_page_is_light_on_paper_and_dark_again_after_it(make_reader):
    reader = make_reader(scheme="dark")
    page = reader.open(INDICATOR)
    before = page.evaluate(STATE)
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    printed = page.evaluate(STATE)
    assert (printed["card"], printed["ink"]) == ("rgb(255, 255, 255)", "rgb(23, 35, 51)")
    assert (printed["ground"], printed["marks"]) == ("#ffffff", "exact")
    assert printed["width"] <= PAPER < before["width"]
    assert printed["tables"] == page.locator(".grid").count()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    reader.wait(f"document.querySelector('#series .main-svg').getAttribute('width') === '{before['width']}'")
    assert page.evaluate(STATE) == before
    assert reader.faults == []


def test_a_conversation_under_review_stays_off_paper(make_reader):
    page = make_reader("reviewer_one").open(f"/review?{HARBOR}")
    assert page.locator(".review-panes, #review-start").count() > 1
    assert "What did you see?" not in " ".join(print_pages(page))
    page.emulate_media(media="print")
    page.evaluate("document.querySelector('.review-panes').hidden = false")
    assert not page.locator(".review-panes").is_visible()
    page.emulate_media(media="screen")
    assert page.locator(".review-panes").is_visible()
