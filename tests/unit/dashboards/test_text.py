"""Nothing that a log or a person wrote is anything but text on a page: no markup, no script, no frame."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dashboards.pages.directory import PAGES

REPOSITORY = Path(__file__).parents[3]
HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>[here](javascript:alert(3))'
HARBOR = "?deployment=harbor_companion&range=all"
COLUMNS = {
    "data_alert": ("note", "next_step"),
    "data_rule": ("what", "why", "next_step"),
    "data_day": ("reasons",),
    "data_quality": ("reason", "source"),
    "alarm": ("note",),
    "change": ("note",),
    "indicator": ("title", "question"),
    "readiness": ("missing", "next_step"),
    "detector": ("note",),
    "deployment": ("title",),
}
MEANS_OF_MARKUP = re.compile(
    r"dangerously_allow_html|dangerouslySetInnerHTML|html\.(?:Iframe|Script|Embed|ObjectEl)\b|DangerouslySet"
    r"|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\("
)


def find_markup(node: Any) -> list[str]:
    """Properties by which a component would take a text for markup."""
    if isinstance(node, list):
        return [found for part in node for found in find_markup(part)]
    if not isinstance(node, dict):
        return []
    found = []
    properties = node.get("props", {})
    if node.get("type") == "Markdown":
        found.append("Markdown")
    for name in ("href", "src", "srcDoc", "action", "formAction"):
        value = str(properties.get(name) or "")
        if "alert(" in value or value.strip().lower().startswith(("javascript:", "data:text")):
            found.append(f"{name}={value}")
    for column in properties.get("columnDefs") or ():
        if column.get("cellRenderer") or column.get("cellRendererSelector"):
            found.append(f"cellRenderer of {column.get('field')}")
    return found + [one for value in node.values() for one in find_markup(value)]


@pytest.fixture
def hostile(home: Path) -> Path:
    """The home with hostile words in every free text of its published file."""
    (file,) = (home / "published").glob("published-*.duckdb")
    with duckdb.connect(str(file)) as connection:
        for table, columns in COLUMNS.items():
            for column in columns:
                connection.execute(
                    f"update published.{table} set {column} = {column} || $words",  # noqa: S608 - named above
                    {"words": HOSTILE},
                )
    return home


def test_what_a_log_or_a_person_wrote_reaches_a_page_as_text(hostile: Path, officer) -> None:
    seen = 0
    for page in PAGES:
        paths = [page.path] if not page.takes_subject else [f"{page.path}/missed_escalation_rate"]
        for path in paths:
            content = officer.show(path, HARBOR)
            assert find_markup(content) == [], path
            seen += HOSTILE in officer.words_of(content)
    assert seen >= 4  # pages that show it, as the words that it is


def test_no_module_and_no_script_of_the_dashboard_can_make_markup_of_a_text() -> None:
    files = [*REPOSITORY.glob("dashboards/**/*.py"), *REPOSITORY.glob("dashboards/assets/*.js")]
    assert len(files) > 40
    found = {path.name: MEANS_OF_MARKUP.findall(path.read_text(encoding="utf-8")) for path in files}
    assert {name: means for name, means in found.items() if means} == {}


@pytest.mark.parametrize(
    "node",
    [
        {"type": "Markdown", "props": {"children": "x"}},
        {"type": "A", "props": {"href": "javascript:alert(1)"}},
        {"type": "AgGrid", "props": {"columnDefs": [{"field": "x", "cellRenderer": "markdown"}]}},
    ],
)
def test_a_planted_means_of_markup_is_found(node: dict[str, Any]) -> None:
    assert find_markup({"props": {"children": [node]}}) != []
